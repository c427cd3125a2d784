using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;
using Controller.Sharding.Timers;

namespace Controller.Sharding.Runtime;

internal enum CellPhase : byte
{
    /// <summary>In memory, decides.</summary>
    Live,

    /// <summary>Only key and deadline are here; the journal has the rest.</summary>
    Passive,

    /// <summary>Its rows are being read; inputs are stashed.</summary>
    Loading,

    /// <summary>Has ended; inputs are stashed until the commit that forgets it, then they meet an empty actor.</summary>
    Stopping,

    /// <summary>Its rows cannot be read by this version; inputs are refused, the rows are kept.</summary>
    Broken,

    /// <summary>No longer in the table.</summary>
    Gone,
}

/// <summary>One actor as its loop holds it. Loop thread only, but for <see cref="Id"/>, <see cref="Kind"/> and <see cref="Tenure"/>.</summary>
internal sealed class ActorCell(ActorId id, KindOnLoop kind, Tenure tenure) : TimerEntry
{
    public ActorId Id { get; } = id;
    public KindOnLoop Kind { get; } = kind;

    /// <summary>The time of its shard here for which this cell stands. Never changes.</summary>
    public Tenure Tenure { get; } = tenure;

    public CellPhase Phase { get; set; }

    /// <summary>The state after everything decided, committed or not; null unless live or stopping.</summary>
    public object? State { get; set; }

    /// <summary>Of the newest entry decided; 0 if the journal has never heard of this actor.</summary>
    public long LastSequence { get; set; }

    /// <summary>Entries decided whose commit is not known yet.</summary>
    public int Pending { get; set; }

    /// <summary>Rebuilt (or its sends were dropped): its next input is Recovered.</summary>
    public bool NeedsRecovered { get; set; }

    /// <summary>Stands in the table's ready queue.</summary>
    public bool Queued { get; set; }

    public Queue<object>? Stash { get; set; }

    public bool HasStash => Stash is { Count: > 0 };

    public Instant TouchedAt { get; set; }
    public bool InIdleList { get; set; }
    public ActorCell? IdleNext { get; set; }
    public ActorCell? IdlePrevious { get; set; }
}
