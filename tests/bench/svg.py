"""What both plots are made of."""
from xml.sax.saxutils import escape


def frame(width, height, title, note, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n' + text(12, 20, title, size=15) + text(12, 36, note, size=11) + "".join(parts) + "</svg>\n")


def text(x, y, what, size=12, anchor="start", colour="black"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(what)}</text>\n'
