using System.Diagnostics.Metrics;
using Controller.Sharding.Runtime.Shards;

namespace Controller.Sharding.Runtime;

/// <summary>
/// What the engine says about itself, on the meter "Controller.Sharding". The loops count in plain fields of their own
/// (<see cref="LoopCounters"/>); they are added up only when somebody looks.
/// </summary>
public sealed class EngineInstruments : IDisposable
{
    public const string MeterName = "Controller.Sharding";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _faults;
    private readonly Histogram<int> _entriesPerBatch;
    private readonly Histogram<double> _commitLatency;
    private readonly Histogram<double> _owning;
    private readonly Histogram<double> _releasing;
    private long _refused;

    internal EngineInstruments()
    {
        _faults = _meter.CreateCounter<long>("controller.sharding.faults", "{fault}", "What an operator has to know, by kind.");
        _entriesPerBatch = _meter.CreateHistogram<int>("controller.sharding.batch.entries", "{entry}", "Entries of one commit.");
        _commitLatency = _meter.CreateHistogram<double>("controller.sharding.commit.duration", "s", "From handing a batch to the journal until it is complete.");
        _owning = _meter.CreateHistogram<double>("controller.sharding.own.duration", "s", "From being told to own shards until their actors take inputs, or cannot.");
        _releasing = _meter.CreateHistogram<double>("controller.sharding.release.duration", "s", "From being told to release shards until nothing of them is on its way any more.");
    }

    /// <summary>Inputs refused: mailbox or stash full, journal failing or not answering, trust gone, shard not here, draining.</summary>
    public long Refused => Volatile.Read(ref _refused);

    public void Dispose() => _meter.Dispose();

    internal void Observe(IReadOnlyList<ShardLoop> loops, Tenures tenures)
    {
        _meter.CreateObservableGauge("controller.sharding.shards", tenures.CountOpen, "{shard}", "Shards that take inputs here.");
        _meter.CreateObservableCounter("controller.sharding.distrusted", () => loops.Max(l => l.Distrusted.TotalSeconds), "s", "How long nothing was decided for want of trust.");
        _meter.CreateObservableCounter("controller.sharding.inputs", () => loops.Sum(l => l.Counters.Inputs), "{input}", "Inputs taken from mailboxes, stashes and timers.");
        _meter.CreateObservableCounter("controller.sharding.decisions", () => loops.Sum(l => l.Counters.Decisions), "{decision}", "Decisions made.");
        _meter.CreateObservableCounter("controller.sharding.commits", () => loops.Sum(l => l.Counters.Commits), "{commit}", "Batches committed.");
        _meter.CreateObservableCounter("controller.sharding.refused", () => Refused, "{input}", "Inputs refused.");
        _meter.CreateObservableGauge("controller.sharding.mailbox", () => loops.Select((l, i) => new Measurement<int>(l.MailboxDepth, new KeyValuePair<string, object?>("loop", i))), "{input}", "Inputs that wait, by loop.");
        _meter.CreateObservableGauge("controller.sharding.actors", () => Actors(loops), "{actor}", "Actors that live here, loaded or passivated, by kind.");
    }

    internal void Refuse() => Interlocked.Increment(ref _refused);

    internal void Owned(TimeSpan took) => _owning.Record(took.TotalSeconds);

    internal void Released(TimeSpan took) => _releasing.Record(took.TotalSeconds);

    internal void Fault(EngineFaultKind kind) => _faults.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    internal void Commit(int entries, TimeSpan took)
    {
        _entriesPerBatch.Record(entries);
        _commitLatency.Record(took.TotalSeconds);
    }

    private static IEnumerable<Measurement<int>> Actors(IReadOnlyList<ShardLoop> loops) =>
        from kind in loops[0].Kinds
        select new Measurement<int>(loops.Sum(l => l.CountOf(kind)), new KeyValuePair<string, object?>("kind", (int)kind.Value));
}

/// <summary>Written by one loop, read by anybody.</summary>
internal sealed class LoopCounters
{
    private long _inputs;
    private long _decisions;
    private long _commits;

    public long Inputs => Volatile.Read(ref _inputs);
    public long Decisions => Volatile.Read(ref _decisions);
    public long Commits => Volatile.Read(ref _commits);

    public void Input() => Volatile.Write(ref _inputs, _inputs + 1);
    public void Decision() => Volatile.Write(ref _decisions, _decisions + 1);
    public void Commit() => Volatile.Write(ref _commits, _commits + 1);
}
