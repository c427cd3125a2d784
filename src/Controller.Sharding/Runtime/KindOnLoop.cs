using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>The time of one round of a loop: for actors, and monotonic for the guard of sends.</summary>
internal readonly record struct Moment(Instant At, long Ticks);

/// <summary>One kind of actor on one loop: what the untyped table needs to know of it.</summary>
internal abstract class KindOnLoop(ActorKind kind, PassivationPolicy passivation)
{
    private int _count;

    public ActorKind Kind { get; } = kind;
    public PassivationPolicy Passivation { get; } = passivation;
    public bool Passivates { get; } = passivation.IdleFor != Timeout.InfiniteTimeSpan;
    public IdleList Idle { get; } = new();

    /// <summary>Written by the loop, read by anybody.</summary>
    public int Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    public abstract object Empty { get; }
    public abstract object TimerDue { get; }
    public abstract object Recovered { get; }

    /// <summary>Decides, puts the events into the batch being built and the effects where they belong. Changes the cell only if nothing threw.</summary>
    /// <returns>False if the actor or its codec threw.</returns>
    public abstract bool Decide(ActorCell cell, object input, in Moment now, CommitPipeline commits);

    /// <summary>When the state wants to be woken; reported and <see cref="Instant.Never"/> if the actor throws.</summary>
    public abstract Instant NextDue(ActorCell cell);

    /// <summary>Its Recovered may come later; false if the actor throws.</summary>
    public abstract bool MayWait(ActorCell cell);

    /// <summary>Performs effects on the calling thread; never throws.</summary>
    public abstract void Release(ActorId actor, object effects, Instant decidedAt, bool withoutSends);

    /// <exception cref="FormatException">The payload is not one this version can read.</exception>
    public abstract object Fold(object state, ReadOnlySpan<byte> payload);

    /// <exception cref="FormatException">The payload is not one this version can read.</exception>
    public abstract IEnumerable<object> Decode(ReadOnlySpan<byte> payload);
}
