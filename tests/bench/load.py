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
        seen = _last(Path(folder) / "uac.csv")
        self.ok, self.failed = int(seen["SuccessfulCall(C)"]), int(seen["FailedCall(C)"])
        self.retransmitted = int(seen["Retransmissions(C)"])
        # Milliseconds between the INVITE and its 200, one line a call.
        self.setup = sorted(float(row[1]) for file in Path(folder).glob("uac_*_rtt.csv")
                            for row in csv.reader(file.open(), delimiter=";") if len(row) > 2 and row[2].strip().strip('"') == "1")

    def percentiles(self):
        if not self.setup:
            return {}
        at = lambda share: self.setup[min(len(self.setup) - 1, int(len(self.setup) * share))]
        # SIPp's clock moves in steps of the kernel's tick (4 ms): of many calls the mean is finer than that.
        return {"mean": sum(self.setup) / len(self.setup), "p50": at(0.5), "p90": at(0.9), "p95": at(0.95), "p99": at(0.99), "max": self.setup[-1]}


def call(folder, to, rate, seconds, address="127.0.0.1", port=NEAR_PORT):
    """Offers calls for so long, and waits for the last of them to end."""
    folder.mkdir()
    before, dropped = _children(), 0
    process = machine.start(
        ["sipp", "-sf", SCENARIOS / "uac.xml", to, "-i", address, "-p", port, "-r", rate, "-m", rate * seconds, "-l", "19000",
         "-max_socket", "19999", *BUFFER, "-nostdin", "-trace_stat", "-stf", folder / "uac.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "200",
         "-timeout", f"{seconds + 15}s", "-timeout_error"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        dropped = max(dropped, machine.dropped(port))
        time.sleep(0.1)
    return Result(folder, _children() - before, dropped)


def _children():
    """Processor time of the children that have ended, seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def hold(folder, to, count, rate, address="127.0.0.1", port=HOLD_PORT):
    """Calls that stay until the process is ended; returns when all are established."""
    folder.mkdir()
    scenario = folder / "hold.xml"
    scenario.write_text((SCENARIOS / "uac.xml").read_text().replace('<pause milliseconds="200"/>', f'<pause milliseconds="{LONG_MS}"/>'))
    process = machine.start(
        ["sipp", "-sf", scenario, to, "-i", address, "-p", port, "-r", rate, "-m", count, "-l", count,
         "-max_socket", "19999", *BUFFER, "-nostdin", "-trace_stat", "-stf", folder / "hold.csv", "-fd", "1"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def established():
        seen = _last(folder / "hold.csv")
        failed = int(seen.get("FailedCall(C)", 0))
        if failed > count / 1000:
            raise RuntimeError(f"{failed} calls could not be established")
        return int(seen.get("CurrentCall", 0)) >= count - failed
    machine.wait_for(established, f"{count} calls", limit=count / rate * 2 + 30, process=process)
    time.sleep(2)  # the last of them still ring
    return process


def _last(statistics):
    """The newest line of SIPp's statistics."""
    if not statistics.exists():
        return {}
    rows = list(csv.DictReader(statistics.open(), delimiter=";"))
    return rows[-1] if rows and rows[-1].get("Retransmissions(C)") is not None else {}
