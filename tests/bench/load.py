"""SIPp: callers, callees, and what they say of it afterwards."""
import csv
import resource
import subprocess
import time
from pathlib import Path

import machine

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests/interop/bench"
FAR_PORT, NEAR_PORT, HOLD_PORT = 5080, 5079, 5090
LONG_MS = 3600 * 1000
# As much as the kernel allows (net.core.rmem_max): with the 64 KiB that SIPp takes otherwise it drops what one commit releases to it, and repetitions are the system's fault then.
BUFFER = ["-buff_size", 4 << 20]


class Callees:
    """One SIPp that answers. It is the far end of every call, those that stay included."""

    def __init__(self, folder, address="127.0.0.1", port=FAR_PORT, live=19000):
        self._statistics = Path(folder) / "uas.csv"
        self.process = machine.start(["sipp", "-sf", SCENARIOS / "uas.xml", "-i", address, "-p", port, "-l", live, *BUFFER, "-nostdin",
                                      "-trace_stat", "-stf", self._statistics, "-fd", "1"],
                                     cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        machine.wait_for(lambda: machine.listens(port), "SIPp", process=self.process)

    def retransmissions(self):
        return int(_last(self._statistics).get("Retransmissions(C)", 0))

    def end(self):
        machine.end(self.process)


class Result:
    """What one caller process has seen."""

    def __init__(self, folder, processor, dropped):
        self.processor, self.dropped = processor, dropped  # seconds; datagrams
        self.ok, self.failed, _, self.retransmitted = seen(folder)
        # Milliseconds between the INVITE and its 200, one line a call.
        self.setup = sorted(float(row[1]) for file in Path(folder).glob("*_rtt.csv")
                            for row in csv.reader(file.open(), delimiter=";") if len(row) > 2 and row[2].strip().strip('"') == "1")

    def percentiles(self):
        if not self.setup:
            return {}
        at = lambda share: self.setup[min(len(self.setup) - 1, int(len(self.setup) * share))]
        # SIPp's clock moves in steps of the kernel's tick (4 ms): of many calls the mean is finer than that.
        return {"mean": sum(self.setup) / len(self.setup), "p50": at(0.5), "p90": at(0.9), "p95": at(0.95), "p99": at(0.99), "max": self.setup[-1]}


def call(folder, to, rate, seconds, address="127.0.0.1", more=(), **how):
    """Offers calls for so long, and waits for the last of them to end."""
    before, dropped = _children(), 0
    process = callers(folder, to, rate, rate * seconds, address, more=[*more, "-trace_rtt", "-rtt_freq", "200", "-timeout", f"{seconds + 15}s", "-timeout_error"], **how)
    while process.poll() is None:
        dropped = max(dropped, machine.dropped(NEAR_PORT))
        time.sleep(0.1)
    return Result(folder, _children() - before, dropped)


def callers(folder, to, rate, count, address="127.0.0.1", port=NEAR_PORT, scenario=SCENARIOS / "uac.xml", live=19000, more=()):
    folder.mkdir(exist_ok=True)
    return machine.start(
        ["sipp", "-sf", scenario, to, "-i", address, "-p", port, "-r", rate, "-m", count, "-l", live, "-max_socket", "19999", *BUFFER, "-nostdin",
         "-trace_stat", "-stf", folder / "uac.csv", "-fd", "1", *more],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seen(folder):
    """What a caller process says now: calls that were ok, that failed, that are there, and messages it has repeated."""
    row = _last(Path(folder) / "uac.csv")
    return tuple(int(row.get(key, 0)) for key in ("SuccessfulCall(C)", "FailedCall(C)", "CurrentCall", "Retransmissions(C)"))


def causes(folder):
    """Why calls failed, in SIPp's words, and how many."""
    row = _last(Path(folder) / "uac.csv")
    return {key[len("Failed"):-len("(C)")]: int(row[key]) for key in row if key and key.startswith("Failed") and key.endswith("(C)") and key != "FailedCall(C)" and int(row[key])}


def _children():
    """Processor time of the children that have ended, seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hold(folder, to, count, rate, address="127.0.0.1", port=HOLD_PORT):
    """Calls that stay until the process is ended; returns when all are established."""
    folder.mkdir()
    scenario = folder / "hold.xml"
    scenario.write_text((SCENARIOS / "uac.xml").read_text().replace('<pause milliseconds="200"/>', f'<pause milliseconds="{LONG_MS}"/>'))
    process = callers(folder, to, rate, count, address, port, scenario, live=count)

    def established():
        _, failed, there, _ = seen(folder)
        if failed > 0:
            raise RuntimeError(f"{failed} calls could not be established")
        return there >= count
    machine.wait_for(established, f"{count} calls", limit=count / rate * 2 + 30, process=process)
    time.sleep(2)  # the last of them still ring
    return process


def _last(statistics):
    """The newest line of SIPp's statistics."""
    if not statistics.exists():
        return {}
    rows = list(csv.DictReader(statistics.open(), delimiter=";"))
    return rows[-1] if rows and rows[-1].get("Retransmissions(C)") is not None else {}
