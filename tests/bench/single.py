"""One run: a system is started in this network namespace, warmed, measured at each rate, and ended. Prints one JSON object a rate."""
import contextlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import load
import machine
from systems import SYSTEMS

# So many calls until the just-in-time compiler has nothing left to do on the way of a call.
WARM_RATE, WARM_SECONDS = 300, 8
# Calls that are over are kept for 32 s. Until the first of them go, what keeps them grows with every call: that is the beginning of a load, not the load.
SETTLE_SECONDS = 34
# From here on a run is not worth going on with at higher rates.
HOPELESS = 0.01
# At which calls that stay are made.
HOLD_RATE = 500
# Where the search for the highest clean rate begins: near what was found before.
STARTS = {"direct": 2000, "relay": 3000, "kamailio": 2500, "kamailio-postgres": 500, "sqlite": 3000, "postgres": 750, "three": 250}
# What a rate that was not clean has left behind is over by then.
REST = 5


def is_clean(figures):
    return figures["failed"] == 0 and figures["retransmitted"] < 0.001 * figures["offered"]


class Run:
    def __init__(self, name, systems=None, callees=19000, warm=WARM_SECONDS):
        self.name, self.folder, self._count, self._held = name, Path(tempfile.mkdtemp(prefix="bench-")), 0, 0
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

    def offer(self, rate, seconds, **how):
        metrics, before, again, lost = self.system.metrics(), self._usage(), self.callees.retransmissions(), self._dropped()
        callees, began = machine.Usage(self.callees.process.pid).seconds, time.monotonic()
        result = load.call(self._new_folder(False), self.system.to, rate, seconds, self.system.address, **how)
        took = time.monotonic() - began
        after, now = self._usage(), self.system.metrics()
        calls, used = max(result.ok, 1), {name: after[name].seconds - before[name].seconds for name in after}
        used |= {"callers": result.processor, "callees": machine.Usage(self.callees.process.pid).seconds - callees}
        return {
            "system": self.name, "rate": rate, "seconds": seconds, "offered": rate * seconds, "ok": result.ok, "failed": rate * seconds - result.ok,
            "retransmitted": result.retransmitted + self.callees.retransmissions() - again,
            "setup_ms": result.percentiles(),
            "processes": {name: {
                "us_per_call": used[name] * 1e6 / calls,
                "switches_per_call": (after[name].switches - before[name].switches) / calls,
                "peak_mib": after[name].peak_kib / 1024,
                "resident_mib": machine.resident_kib(process.pid) / 1024,
            } for name, process in self.system.processes.items()},
            # Of all processors, while calls were offered or still ended; and datagrams that found a full receive buffer.
            "share": {name: seconds / took / os.cpu_count() for name, seconds in used.items()},
            "dropped": {"callers": result.dropped} | {name: count - lost[name] for name, count in self._dropped().items()},
            "gc": [collections(old, new) for old, new in zip(metrics, now)],
        }

    def _dropped(self):
        system = sum(machine.dropped(port, process.pid) for name, process in self.system.processes.items() if name != "postgres" for port in self.system.ports)
        return {"system": system, "callees": machine.dropped(load.FAR_PORT)}

    def _usage(self):
        return {name: machine.Usage(process.pid) for name, process in self.system.processes.items()}

    def _new_folder(self, make=True):
        self._count += 1
        folder = self.folder / f"sipp{self._count}"
        if make:
            folder.mkdir()
        return folder

    def hold(self, count, rate=HOLD_RATE):
        self._held += 1
        return load.hold(self._new_folder(False), self.system.to, count, rate, self.system.address, load.HOLD_PORT + self._held)


def collections(old, new):
    grown = lambda name: new[name] - old.get(name, 0)
    return {
        "pause_ms": grown("dotnet_gc_pause_seconds_total") * 1000,
        "gen0_collections": sum(grown(name) for name in new if name.startswith("dotnet_gc_collections_total{generation=\"0\"")),
        "allocated_bytes": grown("dotnet_gc_allocated_bytes_total"),
        "longest_ms_at_most": longest_ms("dotnet_gc_pause_duration_seconds_bucket", old, new),
    }


def longest_ms(histogram, old, new):
    """The upper bound of the last bucket that has grown; of the last bucket of all, which has none, infinity."""
    grown = {name: new[name] - old.get(name, 0) for name in new if name.startswith(histogram)}
    return max((_bound(name) * 1000 for name, count in _apart(grown) if count > 0), default=0)


def _bound(bucket):
    return float(bucket.partition('le="')[2].partition('"')[0])


def _apart(cumulative):
    """Buckets count all that is not longer; how many are between two bounds is wanted."""
    below = 0
    for name in sorted(cumulative, key=_bound):
        yield name, cumulative[name] - below
        below = cumulative[name]


def settle(run, task, rate):
    if task["settle"]:
        run.offer(rate, task["settle"])


def measure(task):
    with running(task["system"], warm=task["warm"]) as run:
        for rate in task["rates"]:
            settle(run, task, rate)
            figures = run.offer(rate, task["seconds"])
            print(json.dumps(figures), flush=True)
            if figures["failed"] > HOPELESS * figures["offered"]:
                break


def highest(task):
    """From where it was last, up while it is clean, else down. A rate that was not clean is offered once more: one hiccup does not decide."""
    step, rate, best, worst = task["highest"], STARTS[task["system"]], None, None
    with running(task["system"], warm=task["warm"]) as run:
        while best is None or worst is None:
            figures = run.offer(rate, task["seconds"])
            if not is_clean(figures):
                time.sleep(REST)
                figures = run.offer(rate, task["seconds"])
            if is_clean(figures):
                best, rate = figures, rate + step
            else:
                time.sleep(REST)
                worst, rate = figures, rate - step
            if rate <= 0:
                best = {"rate": 0}
    print(json.dumps({**worst, "rate": best["rate"], "not_clean_at": worst["rate"]}), flush=True)


def live(task):
    """What a call costs beside so many others that are established and silent, in one process that gets more and more of them."""
    held, counts = [], sorted(task["live"])
    with running(task["system"], callees=counts[-1] + 19000, warm=task["warm"]) as run:
        for more, count in zip((count - before for before, count in zip([0, *counts], counts)), counts):
            held.append(run.hold(more))
            settle(run, task, task["rates"][0])
            print(json.dumps({**run.offer(task["rates"][0], task["seconds"]), "live": count}), flush=True)
        for process in held:
            machine.end(process, how=9)


@contextlib.contextmanager
def running(name, **options):
    run = Run(name, **options)
    try:
        yield run
    finally:
        run.end()
