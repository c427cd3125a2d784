"""What can be measured. Each kind: the systems it knows, one run in a namespace of its own, and how its runs become lines, a table and a plot."""
from dataclasses import dataclass
from typing import Callable

import plot
import registers
import report
import single
import soak
import takeover
from systems import SYSTEMS


@dataclass(frozen=True)
class Kind:
    systems: dict
    measure: Callable  # (task): prints one JSON object for each figure
    line: Callable  # (figures): what is said of it at once
    rows: Callable  # (runs): medians
    table: Callable  # (rows)
    plot: Callable = None  # (rows, note): SVG
    objections: Callable = lambda rows: []  # what is not as it has to be: the program ends with 1


KINDS = {
    "results": Kind(SYSTEMS, single.measure, report.line, report.medians, report.table, plot.svg),
    "highest": Kind(SYSTEMS, single.highest, report.line, report.medians, report.highest_table),
    "live": Kind(SYSTEMS, single.live, report.line, report.medians, report.live_table, plot.live),
    "takeover": Kind(takeover.SYSTEMS, takeover.measure, takeover.line, takeover.medians, takeover.table),
    "soak": Kind(soak.SYSTEMS, soak.measure, soak.line, list, soak.table, soak.svg, soak.objections),
    "registers": Kind(registers.SYSTEMS, registers.measure, registers.line, list, registers.table),
}
