"""The processor time of a call, system by system and rate by rate, as an SVG: a bar a rate, the database's share in a lighter shade on top."""
import lines
from svg import frame, text
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
        parts.append(text(LEFT - 10, y + len(own) * BAR / 2 + 4, SYSTEMS[system].title, anchor="end"))
        for row in own:
            length, more = row["us_per_call"] * scale, row["database_us_per_call"] * scale
            parts.append(_bar(LEFT, y, length, COLOURS[rates.index(row["rate"]) % len(COLOURS)]))
            if more:
                parts.append(_bar(LEFT + length, y, more, LIGHT))
            unclean = "" if row["clean_runs"] * 2 > row["runs"] else " (not clean)"
            parts.append(text(LEFT + length + more + 4, y + BAR - 4, f"{row['us_per_call'] + row['database_us_per_call']:.0f}{unclean}", size=11))
            y += BAR
        y += GAP - BAR
    keys = [(f"{rate} calls/s", COLOURS[place % len(COLOURS)]) for place, rate in enumerate(rates)] + [("its database", LIGHT)]
    for place, (label, colour) in enumerate(keys):
        parts += [_bar(LEFT + place * 120, y + 8, 12, colour, 12), text(LEFT + place * 120 + 17, y + 18, label, size=11)]
    return frame(LEFT + width + RIGHT, y + 36, "Processor time of one call, µs (less is better)", note, parts)


def live(rows, note):
    """What a call costs beside established ones, and the memory of all."""
    of = lambda key: {SYSTEMS[name].title: [(row["live"], row[key]) for row in rows if row["system"] == name] for name in dict.fromkeys(row["system"] for row in rows)}
    return lines.svg("A call beside established ones", note, "established calls", [("Processor time of one call, µs", of("us_per_call")), ("Resident memory, MiB", of("resident_mib"))])


def _bar(x, y, width, colour, height=BAR - 2):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}"/>\n'

