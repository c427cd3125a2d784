"""A node with established calls is killed (SIGKILL). When is the first of them served again, when are all: by a survivor, or by the same node when it has started again."""
import json
import statistics
import time
import urllib.error

import machine
import report
import single
from dialogs import Dialogs
from systems import Node, OneAndAnother

SYSTEMS = {"survivor": OneAndAnother, "restart": Node}
DIALOGS = 32
CALLS = 'controller_sharding_actors{kind="1"}'
SHARDS = "controller_sharding_shards"
EVERY = 0.05
COLUMNS = ["system", "calls", "first answered", "half and all of the dialogs that ask", "half, 99 %, all of the shards", "all calls back", "memory before its death", "afterwards"]


def measure(task):
    """Seconds from the kill; of a restart it is the start of the new process as well."""
    count = task["takeover"]
    with single.running(task["system"], systems=SYSTEMS, callees=count + 19000, warm=task["warm"]) as run:
        system, held = run.system, run.hold(count)
        dialogs = Dialogs(DIALOGS, system.to, system.address)
        try:
            dialogs.establish()
            time.sleep(2)  # each has been asked
            print(json.dumps({"system": task["system"], "calls": count, **_kill(system, dialogs, count + DIALOGS)}), flush=True)
        finally:
            dialogs.end()
            machine.end(held, how=9)


def line(figures):
    return f"{figures['calls']:,} calls: the first answered after {figures['first']:.2f} s, all back after {figures['all']:.2f} s"


def medians(runs):
    groups = {}
    for run in runs:
        groups.setdefault(run["system"], []).append(run)
    return [{key: value if isinstance(value, str) else statistics.median(run[key] for run in group) for key, value in group[0].items()} for group in groups.values()]


def table(rows):
    seconds = lambda value: f"{value:.2f} s"
    return report.markdown(COLUMNS, [[
        SYSTEMS[row["system"]].title, f"{row['calls']:,.0f}", seconds(row["first"]), f"{seconds(row['half'])}, {seconds(row['last'])}",
        f"{seconds(row['shards_half'])}, {seconds(row['shards_99'])}, {seconds(row['shards_all'])}", seconds(row["all"]),
        f"{row['resident_before_mib']:.0f} MiB", f"{row['resident_after_mib']:.0f} MiB"] for row in rows])


def _kill(system, dialogs, calls):
    dead = system.processes[system.names[0]]
    before = system.metrics()[0]
    resident = machine.resident_kib(dead.pid) / 1024
    calls = min(calls, before[CALLS])  # those that warmed it may still be there as well
    dead.kill()
    dead.wait()
    began = time.monotonic()
    dialogs.count_from(began)
    after = system.restart() if system.names == Node.names else system.processes[system.names[1]]
    shards, served = {}, None
    while served is None or len(dialogs.first) < DIALOGS:
        if time.monotonic() - began > 120:
            raise RuntimeError(f"not taken over within 120 s: {len(dialogs.first)} of {DIALOGS} dialogs")
        now = _metrics(system)
        for share in (0.5, 0.99, 1):
            if now.get(SHARDS, 0) >= share * before[SHARDS]:
                shards.setdefault(share, time.monotonic() - began)
        if now.get(CALLS, 0) >= calls and now[SHARDS] >= before[SHARDS]:
            served = served or time.monotonic() - began
        time.sleep(EVERY)
    answered = dialogs.answered()
    return {"alive": calls, "first": answered[0], "half": answered[len(answered) // 2], "last": answered[-1],
            "shards_half": shards[0.5], "shards_99": shards[0.99], "shards_all": shards[1], "all": served,
            "resident_before_mib": resident, "resident_after_mib": machine.resident_kib(after.pid) / 1024}


def _metrics(system):
    try:
        return system.metrics_of(len(system.names))
    except (urllib.error.URLError, OSError):
        return {}
