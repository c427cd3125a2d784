"""Medians of several runs, as a table and as JSON."""
import json
import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

import load
from single import is_clean
from systems import SYSTEMS

COST = ["system", "calls/s", "processor time a call", "× Kamailio in memory", "database's", "ok", "failed", "retransmitted", "set-up p50 / p95 / p99", "added by it (mean)"]
HIGHEST = ["system", "highest clean rate", "not clean at", "failed there", "retransmitted there", "of all processors there: system, its database, callers, callees", "datagrams dropped there: system, callers, callees"]
LIVE = ["system", "calls/s", "established calls", "processor time a call", "× the first", "database's", "set-up p50 / p95 / p99", "failed", "retransmitted", "resident", "memory of an established call",
        "of all processors: system, callers, callees", "GC pauses in all, longest"]
BESIDES = ["system", "calls/s", "peak memory", "database's", "switches a call", "GC pauses in all, longest", "allocated a call"]


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", load.ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False).stdout.strip()
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(), "commit": commit, "date": time.strftime("%Y-%m-%d", time.gmtime())}


def own(run):
    """Microseconds of processor time a call, the database's apart."""
    return sum(process["us_per_call"] for name, process in run["processes"].items() if name != "postgres")


def line(figures):
    clean = f"clean up to {figures['rate']} calls/s, at " if "not_clean_at" in figures else ""
    beside = f" beside {figures['live']:,}" if "live" in figures else ""
    return (f"{clean}{figures.get('not_clean_at', figures['rate'])} calls/s{beside}: {figures['ok']} ok, {figures['failed']} failed, "
            f"{figures['retransmitted']} retransmitted, {own(figures):.0f} µs a call")


def median(runs, measure):
    """Of runs of one system at one rate: the median of each figure, and of the processor time the spread as well.

    measure: by turn, what the same call cost Kamailio: a ratio within one turn is what a busy machine disturbs least."""
    first = runs[0]
    mid = lambda read: statistics.median(read(run) for run in runs)
    ratios = [own(run) / measure[run["turn"]] for run in runs if measure.get(run["turn"], 0) > 0]
    database = lambda run, what: run["processes"].get("postgres", {}).get(what, 0)
    spread = sorted(own(run) for run in runs)
    return {
        "system": first["system"], "rate": statistics.median_low(run["rate"] for run in runs), "seconds": first["seconds"], "runs": len(runs), "live": first.get("live"), "not_clean_at": statistics.median_low(run.get("not_clean_at", 0) for run in runs),
        "clean_runs": sum(is_clean(run) for run in runs),
        **{key: mid(lambda run: run[key]) for key in ("offered", "ok", "failed", "retransmitted")},
        "times_kamailio": statistics.median(ratios) if ratios else 0, "us_per_call": mid(own), "us_per_call_least": spread[0], "us_per_call_most": spread[-1],
        "database_us_per_call": mid(lambda run: database(run, "us_per_call")),
        "processes_us_per_call": {name: mid(lambda run: run["processes"][name]["us_per_call"]) for name in first["processes"]},
        "setup_ms": {key: mid(lambda run: run["setup_ms"].get(key, 0)) for key in first["setup_ms"]},
        "peak_mib": mid(lambda run: sum(p["peak_mib"] for name, p in run["processes"].items() if name != "postgres")),
        "resident_mib": mid(lambda run: sum(p["resident_mib"] for name, p in run["processes"].items() if name != "postgres")),
        "share": {who: mid(lambda run: _share(run, who)) for who in ("system", "postgres", "callers", "callees")},
        "dropped": {who: mid(lambda run: run["dropped"][who]) for who in first["dropped"]},
        "database_peak_mib": mid(lambda run: database(run, "peak_mib")),
        "switches_per_call": mid(lambda run: sum(p["switches_per_call"] for p in run["processes"].values())),
        "gc_pause_ms": mid(lambda run: sum(node["pause_ms"] for node in run["gc"])),
        "gc_longest_ms_at_most": max((node["longest_ms_at_most"] for run in runs for node in run["gc"]), default=0),
        "allocated_per_call": mid(lambda run: sum(node["allocated_bytes"] for node in run["gc"]) / max(run["ok"], 1)),
    }


def _share(run, who):
    return sum(share for name, share in run["share"].items() if (name if name in ("postgres", "callers", "callees") else "system") == who)


def medians(runs):
    groups = {}
    for run in runs:
        groups.setdefault((run["system"], None if "not_clean_at" in run else run["rate"], run.get("live")), []).append(run)
    order = list(SYSTEMS)
    measure = lambda key: {run["turn"]: own(run) for run in groups.get(("kamailio", *key[1:]), [])}
    return [median(groups[key], measure(key)) for key in sorted(groups, key=lambda key: (order.index(key[0]), key[1] or 0, key[2] or 0))]


def table(rows):
    """What a call costs and how long it takes; then what else the system uses."""
    direct = {row["rate"]: row["setup_ms"].get("mean", 0) for row in rows if row["system"] == "direct"}
    return markdown(COST, [_cost(row, direct.get(row["rate"])) for row in rows]) + "\n" + markdown(BESIDES, [_besides(row) for row in rows if row["us_per_call"]])


def highest_table(rows):
    return markdown(HIGHEST, [[
        SYSTEMS[row["system"]].title, f"{row['rate']} calls/s", f"{row['not_clean_at']} calls/s", f"{row['failed']:.0f}", f"{row['retransmitted']:.0f}",
        _shares(row, "system", "postgres", "callers", "callees"), ", ".join(f"{row['dropped'][who]:.0f}" for who in ("system", "callers", "callees"))] for row in rows])


def live_table(rows):
    """Each system's rows follow each other, the fewest calls first."""
    cells = []
    for row in rows:
        first = next(other for other in rows if other["system"] == row["system"])
        more, setup = row["live"] - first["live"], row["setup_ms"]
        cells.append([
            SYSTEMS[row["system"]].title, f"{row['rate']}", f"{row['live']:,}", f"{row['us_per_call']:.0f} µs ({row['us_per_call_least']:.0f}–{row['us_per_call_most']:.0f})",
            f"{row['us_per_call'] / first['us_per_call']:.2f}", f"{row['database_us_per_call']:.0f} µs" if row["database_us_per_call"] else "–",
            " / ".join(f"{setup[key]:.0f}" for key in ("p50", "p95", "p99")) + " ms" if setup else "–", f"{row['failed']:.0f}", f"{row['retransmitted']:.0f}",
            f"{row['resident_mib']:.0f} MiB", f"{(row['resident_mib'] - first['resident_mib']) * 1024 / more:.1f} KiB" if more else "–",
            _shares(row, "system", "callers", "callees"), f"{row['gc_pause_ms']:.0f} ms, ≤ {row['gc_longest_ms_at_most']:.0f} ms"])
    return markdown(LIVE, cells)


def _shares(row, *who):
    return ", ".join(f"{row['share'][name] * 100:.0f} %" for name in who)


def markdown(columns, rows):
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [columns, ["---"] * len(columns), *rows])


def _title(row):
    title = SYSTEMS[row["system"]].title
    return title if row["live"] is None else f"{title}, {row['live']:,} live calls"


def _cost(row, direct):
    setup = row["setup_ms"]
    return [
        _title(row), f"{row['rate']}",
        f"{row['us_per_call']:.0f} µs ({row['us_per_call_least']:.0f}–{row['us_per_call_most']:.0f})" if row["us_per_call"] else "–",
        f"{row['times_kamailio']:.2f}" if row["times_kamailio"] else "–",
        f"{row['database_us_per_call']:.0f} µs" if row["database_us_per_call"] else "–",
        f"{row['ok']:.0f}", f"{row['failed']:.0f}", f"{row['retransmitted']:.0f}",
        " / ".join(f"{setup[key]:.0f}" for key in ("p50", "p95", "p99")) + " ms" if setup else "–",
        f"{setup['mean'] - direct:.2f} ms" if direct and setup and row["system"] != "direct" else "–"]


def _besides(row):
    return [
        _title(row), f"{row['rate']}", f"{row['peak_mib']:.0f} MiB", f"{row['database_peak_mib']:.0f} MiB" if row["database_peak_mib"] else "–",
        f"{row['switches_per_call']:.1f}",
        f"{row['gc_pause_ms']:.0f} ms, ≤ {row['gc_longest_ms_at_most']:.0f} ms" if row["allocated_per_call"] else "–",
        f"{row['allocated_per_call'] / 1000:.0f} kB" if row["allocated_per_call"] else "–"]


def write(folder, name, runs, rows, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"machine": machine(), "medians": rows, "runs": runs}, indent=1, ensure_ascii=False) + "\n")
    (folder / f"{name}.md").write_text(text)
