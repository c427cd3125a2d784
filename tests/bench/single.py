"""One run: a system is started in this network namespace, warmed, measured at each rate, and ended. Prints one JSON object a rate."""
import contextlib
import json
import shutil
import tempfile
from pathlib import Path

import load
import machine
from systems import SYSTEMS

# So many calls until the just-in-time compiler has nothing left to do on the way of a call.
WARM_RATE, WARM_SECONDS = 300, 8
# From here on a run is not worth going on with at higher rates.
HOPELESS = 0.01
# At which calls that stay are made.
HOLD_RATE = 500


def is_clean(figures):
    return figures["failed"] == 0 and figures["retransmitted"] < 0.001 * figures["offered"]


class Run:
    def __init__(self, name, systems=None, callees=19000, warm=WARM_SECONDS):
        self.name, self.folder, self._count = name, Path(tempfile.mkdtemp(prefix="bench-")), 0
        self.folder.chmod(0o755)  # PostgreSQL's user passes through it
        machine.run("ip", "link", "set", "lo", "up")
        self.system, self.callees = (systems or SYSTEMS)[name](self.folder), None
        try:
            self.system.start()
            self.callees = load.Callees(self._new_folder(), self.system.address, live=callees)
            if warm:
                self.offer(WARM_RATE, warm)
        except BaseException:
            self.end()
            raise

    def end(self):
        if self.callees:
            self.callees.end()
        self.system.end()
        shutil.rmtree(self.folder)

    def offer(self, rate, seconds):
        metrics, before, again = self.system.metrics(), self._usage(), self.callees.retransmissions()
        result = load.call(self._new_folder(False), self.system.to, rate, seconds, self.system.address)
        after, now = self._usage(), self.system.metrics()
        calls = max(result.ok, 1)
        return {
            "system": self.name, "rate": rate, "seconds": seconds, "offered": rate * seconds, "ok": result.ok, "failed": rate * seconds - result.ok,
            "retransmitted": result.retransmitted + self.callees.retransmissions() - again,
            "setup_ms": result.percentiles(),
            "processes": {name: {
                "us_per_call": (after[name].seconds - before[name].seconds) * 1e6 / calls,
                "switches_per_call": (after[name].switches - before[name].switches) / calls,
                "peak_mib": after[name].peak_kib / 1024,
            } for name in after},
            "gc": [_collections(old, new) for old, new in zip(metrics, now)],
        }

    def _usage(self):
        return {name: machine.Usage(process.pid) for name, process in self.system.processes.items()}

    def _new_folder(self, make=True):
        self._count += 1
        folder = self.folder / f"sipp{self._count}"
        if make:
            folder.mkdir()
        return folder

    def hold(self, count, rate=HOLD_RATE):
        return load.hold(self._new_folder(False), self.system.to, count, rate, self.system.address)


def _collections(old, new):
    grown = lambda name: new[name] - old.get(name, 0)
    pauses = {name: grown(name) for name in new if name.startswith("dotnet_gc_pause_duration_seconds_bucket")}
    return {
        "pause_ms": grown("dotnet_gc_pause_seconds_total") * 1000,
        "collections": sum(grown(name) for name in new if name.startswith("dotnet_gc_collections_total{generation=\"0\"")),
        "allocated_bytes": grown("dotnet_gc_allocated_bytes_total"),
        "longest_ms_at_most": max((_bound(name) * 1000 for name, count in _apart(pauses) if count > 0), default=0),
    }


def _bound(bucket):
    return float(bucket.partition('le="')[2].partition('"')[0])


def _apart(cumulative):
    """Buckets count all that is not longer; how many are between two bounds is wanted."""
    below = 0
    for name in sorted(cumulative, key=_bound):
        yield name, cumulative[name] - below
        below = cumulative[name]


def measure(task):
    with running(task["system"], warm=task["warm"]) as run:
        for rate in task["rates"]:
            figures = run.offer(rate, task["seconds"])
            print(json.dumps(figures), flush=True)
            if figures["failed"] > HOPELESS * figures["offered"]:
                break


def highest(task):
    clean, step = 0, task["highest"]
    with running(task["system"], warm=task["warm"]) as run:
        while is_clean(figures := run.offer(clean + step, task["seconds"])):
            clean += step
    print(json.dumps({**figures, "rate": clean, "not_clean_at": clean + step}), flush=True)


def live(task):
    """What a call costs beside so many others that are established and silent."""
    for count in task["live"]:
        with running(task["system"], callees=count + 19000, warm=task["warm"]) as run:
            held = run.hold(count)
            print(json.dumps({**run.offer(task["rates"][0], task["seconds"]), "live": count}), flush=True)
            machine.end(held, how=9)


@contextlib.contextmanager
def running(name, **options):
    run = Run(name, **options)
    try:
        yield run
    finally:
        run.end()
