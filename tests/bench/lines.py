"""Lines over time, or over a number, as an SVG: panels below each other, each with an axis of its own that begins at zero."""
from svg import frame, text

LEFT, TOP, WIDTH, HEIGHT, GAP = 90, 66, 640, 150, 56
COLOURS = ["#1b4f72", "#d5a021", "#5499c7", "#a04000", "#7fb3d5"]


def svg(title, note, across, panels):
    """across: what x is. panels: (title, {label: [(x, y), …]})."""
    points = [point for _, lines in panels for line in lines.values() for point in line]
    right = max((x for x, _ in points), default=1) or 1
    parts = []
    for place, (name, lines) in enumerate(panels):
        top = TOP + place * (HEIGHT + GAP)
        most = max((y for line in lines.values() for _, y in line), default=1) * 1.05 or 1
        parts.append(text(LEFT, top - 8, name))
        for share in (0, 0.5, 1):
            y = top + HEIGHT * (1 - share)
            parts += [f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>\n', text(LEFT - 6, y + 4, _number(most * share), size=11, anchor="end")]
        for number, (label, line) in enumerate(lines.items()):
            colour, at = COLOURS[number % len(COLOURS)], [(LEFT + x / right * WIDTH, top + HEIGHT * (1 - y / most)) for x, y in line]
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>\n')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>\n' for x, y in at]
            parts.append(text(LEFT + WIDTH + 10, top + 14 + number * 16, label, size=11, colour=colour))
        parts += [text(LEFT + WIDTH * share, top + HEIGHT + 16, _number(right * share), size=11, anchor="middle") for share in (0, 0.5, 1)]
        parts.append(text(LEFT + WIDTH / 4, top + HEIGHT + 16, across, size=11, anchor="middle"))
    return frame(LEFT + WIDTH + 280, TOP + len(panels) * (HEIGHT + GAP), title, note, parts)


def _number(value):
    return f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:.2g}"
