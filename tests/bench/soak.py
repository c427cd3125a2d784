"""Steady calls on one node until so many SIP messages have gone through it: does anything grow?"""
import json
import statistics
import time

import lines
import load
import machine
import report
import single
from systems import Node

SYSTEMS = {"sqlite": Node}
EVERY, AT_LEAST = 60, 20  # seconds between samples, or less where there were fewer samples
MESSAGES_PER_CALL = 13
GROWTH = 0.02
COMMIT = "controller_sharding_commit_duration_seconds_bucket"
MIB = 1 << 20
COLUMNS = ["minute", "messages", "calls", "failed", "retransmitted", "live heap", "heap", "resident", "gen 0, 1, 2", "pauses", "longest", "longest commit", "journal"]


def measure(task):
    """Prints a sample each minute: what has been counted since the sample before, and what is held now."""
    rate, wanted = task["rates"][0], task["soak"]
    every = min(EVERY, wanted / MESSAGES_PER_CALL / rate / AT_LEAST)
    with single.running(task["system"], warm=task["warm"]) as run:
        folder = run.folder / "callers"
        process = load.callers(folder, run.system.to, rate, wanted)
        began = time.monotonic()
        first = before = _look(run, folder, 0)
        while before["messages"] - first["messages"] < wanted:
            time.sleep(max(0, began + before["seconds"] + every - time.monotonic()))
            if process.poll() is not None:
                raise RuntimeError(f"the callers ended with {process.returncode}")
            now = _look(run, folder, time.monotonic() - began)
            print(json.dumps({
                "system": task["system"], "rate": rate, "seconds": now["seconds"], "messages": now["messages"] - first["messages"],
                **{key: now[key] - before[key] for key in ("ok", "failed", "retransmitted")},
                **{key: now[key] for key in ("live", "heap", "resident", "journal")},
                "collections": [now["collections"][generation] - before["collections"][generation] for generation in range(3)],
                "causes": now["causes"], "commit_ms_at_most": single.longest_ms(COMMIT, before["metrics"], now["metrics"]),
                **single.collections(before["metrics"], now["metrics"])}), flush=True)
            before = now
        machine.end(process)


def _look(run, folder, seconds):
    metrics, (ok, failed, _, again) = run.system.metrics()[0], load.seen(folder)
    return {
        "seconds": seconds, "metrics": metrics, "ok": ok, "failed": failed, "causes": load.causes(folder), "retransmitted": again + run.callees.retransmissions(),
        "messages": sum(metrics[f'edge_messages_{way}_total{{transport="udp"}}'] for way in ("received", "sent")),
        "live": metrics["dotnet_gc_live_bytes"] / MIB, "heap": metrics["dotnet_gc_heap_bytes"] / MIB,
        "resident": machine.resident_kib(run.system.processes["controller"].pid) / 1024,
        "journal": sum(file.stat().st_size for file in (run.folder / "data").glob("journal.db*")) / MIB,
        # A collection of a generation is one of the younger ones as well.
        "collections": [metrics[f'dotnet_gc_collections_total{{generation="{generation}"}}'] for generation in range(3)]}


def line(sample):
    return (f"{sample['messages']:,.0f} messages in {sample['seconds'] / 60:.1f} min: live heap {sample['live']:.0f} MiB, resident {sample['resident']:.0f} MiB, "
            f"journal {sample['journal']:.0f} MiB, {sample['failed']} failed, {sample['retransmitted']} retransmitted")


def objections(samples):
    """What grew, or failed. Growth is that of a line through the second half of the samples (least squares), from its beginning to its end."""
    half = len(samples) // 2
    late = samples[half:]
    found = [f"{name}: grew by {growth * 100:.1f} % in the second half"
             for name, key in (("resident memory", "resident"), ("live heap", "live"), ("the journal's file", "journal"))
             if (growth := _growth([(sample["seconds"], sample[key]) for sample in late])) > GROWTH]
    early, second = (sum(sample["collections"][2] for sample in part) for part in (samples[:len(samples) - half], late))
    if second > early + 2 * max(early, 1) ** 0.5:
        found.append(f"collections of generation 2: {second:.0f} in the second half, {early:.0f} in the first")
    if failed := sum(sample["failed"] for sample in samples):
        why = ", ".join(f"{cause} {count}" for cause, count in samples[-1]["causes"].items())
        slowest = max(sample["commit_ms_at_most"] for sample in samples if sample["failed"])
        found.append(f"{failed} calls failed ({why}); the longest commit in such a minute took ≤ {slowest:.0f} ms")
    return found


def _growth(points):
    (slope, begin), (first, last) = statistics.linear_regression(*zip(*points)), (points[0][0], points[-1][0])
    start = begin + slope * first
    return slope * (last - first) / start if start > 0 else 0


def table(samples):
    verdict = "\n".join(objections(samples)) or f"Nothing grew by more than {GROWTH * 100:.0f} % in the second half, and nothing failed."
    mib = lambda sample, key: f"{sample[key]:.0f} MiB"
    return report.markdown(COLUMNS, [[
        f"{sample['seconds'] / 60:.1f}", f"{sample['messages']:,.0f}", f"{sample['ok']}", f"{sample['failed']}", f"{sample['retransmitted']}",
        mib(sample, "live"), mib(sample, "heap"), mib(sample, "resident"), ", ".join(f"{count:.0f}" for count in sample["collections"]),
        f"{sample['pause_ms']:.0f} ms", f"≤ {sample['longest_ms_at_most']:.0f} ms",
        f"≤ {sample['commit_ms_at_most']:.0f} ms", mib(sample, "journal")] for sample in samples]) + f"\n{verdict}\n"


def svg(samples, note):
    over = lambda read: [(sample["seconds"] / 60, read(sample)) for sample in samples]
    return lines.svg(f"{samples[-1]['messages']:,.0f} messages at {samples[0]['rate']} calls/s", note, "minutes", [
        ("Memory, MiB", {"resident": over(lambda sample: sample["resident"]), "live after gen 2": over(lambda sample: sample["live"])}),
        ("Collections between two samples, each generation with the older ones", {f"gen {generation}": over(lambda sample, g=generation: sample["collections"][g]) for generation in range(3)}),
        ("Pauses between two samples, ms", {"all": over(lambda sample: sample["pause_ms"])}),
        ("Journal, MiB", {"file, write-ahead log included": over(lambda sample: sample["journal"])})])
