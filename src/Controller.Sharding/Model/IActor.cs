namespace Controller.Sharding.Model;

/// <summary>How an event has to be stored before the effects decided with it may leave the node.</summary>
public enum Durability : byte
{
    /// <summary>Evolves the state in memory only; after a recovery it is rebuilt or not needed (a retransmission count).</summary>
    Volatile = 0,

    /// <summary>Journaled with the next batch, at the latest 50 ms later; effects need not wait for it.</summary>
    Lazy = 1,

    /// <summary>Effects wait until it is committed under the fence.</summary>
    Required = 2,
}

/// <summary>
/// A journaled machine: state × input → events + effects. Pure: the same inputs always give the same outputs.
/// Time and settings are in the context, entropy is derived from the actor's key, everything else arrives as an input.
/// </summary>
/// <remarks>
/// Law: <c>Decide(s, i, c).Next</c> equals <c>s</c> folded with <c>Evolve</c> over <c>Decide(s, i, c).Events</c>.
/// Inputs are borrowed: what an actor keeps of an input, it copies.
/// </remarks>
public interface IActor<TState, TInput, TEvent, TEffect, TSettings>
    where TState : class
    where TInput : class
    where TEvent : class
    where TEffect : class
    where TSettings : class
{
    /// <summary>The state of an actor of which nothing has happened yet.</summary>
    static abstract TState Empty { get; }

    static abstract Decision<TState, TEvent, TEffect> Decide(TState state, TInput input, in ActorContext<TSettings> context);

    static abstract TState Evolve(TState state, TEvent happened);

    /// <summary>When this state wants to be woken, as a pure function of it: the earliest of all its timers. <see cref="Instant.Never"/> if none.</summary>
    static abstract Instant NextDue(TState state);

    static abstract Durability DurabilityOf(TEvent happened);

    /// <summary>The input that says: the earliest deadline has passed.</summary>
    static abstract TInput TimerDue { get; }

    /// <summary>The input that says: this state was just rebuilt from the journal; re-emit pending outputs and restart volatile timers.</summary>
    static abstract TInput Recovered { get; }

    /// <summary>Nobody waits for what <see cref="Recovered"/> would make this state say or do: while other shards are being read back, it may come after them, or with the actor's first input.</summary>
    static virtual bool MayWait(TState state) => false;
}

/// <summary>What surrounds one decision. <paramref name="Now"/> is read once by the shard loop; settings are one immutable snapshot.</summary>
public readonly record struct ActorContext<TSettings>(ActorId Self, Instant Now, TSettings Settings);
