"""The processor time of a call, system by system and rate by rate, as an SVG: a bar a rate, the database's share in a lighter shade on top."""
from xml.sax.saxutils import escape

from systems import SYSTEMS

BAR, GAP, LEFT, TOP, RIGHT = 16, 26, 250, 46, 130
COLOURS = ["#1b4f72", "#2874a6", "#5499c7", "#7fb3d5"]
LIGHT = "#d5a021"


def svg(rows, note):
    rows = [row for row in rows if row["us_per_call"] > 0]
    systems = list(dict.fromkeys(row["system"] for row in rows))
    rates = sorted({row["rate"] for row in rows})
    width, most = 560, max((row["us_per_call"] + row["database_us_per_call"] for row in rows), default=1)
    scale, y, parts = width / most, TOP, []
    for system in systems:
        own = [row for row in rows if row["system"] == system]
        parts.append(_text(LEFT - 10, y + len(own) * BAR / 2 + 4, SYSTEMS[system].title, anchor="end"))
        for row in own:
            length, more = row["us_per_call"] * scale, row["database_us_per_call"] * scale
            parts.append(_bar(LEFT, y, length, COLOURS[rates.index(row["rate"]) % len(COLOURS)]))
            if more:
                parts.append(_bar(LEFT + length, y, more, LIGHT))
            unclean = "" if row["clean_runs"] * 2 > row["runs"] else " (not clean)"
            parts.append(_text(LEFT + length + more + 4, y + BAR - 4, f"{row['us_per_call'] + row['database_us_per_call']:.0f}{unclean}", size=11))
            y += BAR
        y += GAP - BAR
    keys = [(f"{rate} calls/s", COLOURS[place % len(COLOURS)]) for place, rate in enumerate(rates)] + [("its database", LIGHT)]
    for place, (label, colour) in enumerate(keys):
        parts += [_bar(LEFT + place * 120, y + 8, 12, colour, 12), _text(LEFT + place * 120 + 17, y + 18, label, size=11)]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + width + RIGHT}" height="{y + 36}" font-family="sans-serif">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n'
            + _text(12, 20, "Processor time of one call, µs (less is better)", size=15) + _text(12, 36, note, size=11) + "".join(parts) + "</svg>\n")


def _bar(x, y, width, colour, height=BAR - 2):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}"/>\n'


def _text(x, y, text, size=12, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>\n'
