using Controller.Sharding.Embedded;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>How the engine is laid out. Everything has a default; nothing changes while it runs.</summary>
public sealed record EngineOptions
{
    /// <summary>Fixed for the life of a cluster.</summary>
    public int Shards { get; init; } = 256;

    /// <summary>Shard loops, each a thread of its own; shard → loop by modulo.</summary>
    public int Loops { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How long a lazy event may wait for company.</summary>
    public TimeSpan LazyFlush { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Entries of one commit at most. A loop whose next batch is full takes no input until the commit in flight is done.</summary>
    public int MaxBatchEntries { get; init; } = 500;

    /// <summary>Inputs that may wait per loop, rounded up to a power of two; more are refused.</summary>
    public int MailboxCapacity { get; init; } = 65536;

    /// <summary>A send decided longer ago than this is not made any more: its actor is asked to re-emit instead.</summary>
    public TimeSpan SendGuard { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Inputs that wait for one actor while it is loaded; more are refused.</summary>
    public int StashPerActor { get; init; } = 64;

    /// <summary>Inputs that wait for all actors of a loop while they are loaded; more are refused.</summary>
    public int StashPerLoop { get; init; } = 20_000;

    /// <summary>
    /// A journal that fails, or does not answer a commit, for longer than this makes Tell refuse at once instead of queueing; likewise a
    /// <see cref="Trust"/> that has not held for as long.
    /// </summary>
    public TimeSpan RefuseAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// While it does not hold, nothing is decided and nothing released; inputs wait. Whoever changes it calls
    /// <c>ActorSystem.TrustChanged</c>. A node that shares its store with nobody may always trust.
    /// </summary>
    public ITrust Trust { get; init; } = AlwaysTrusted.Instance;

    /// <summary>No threads: the loops advance only in <see cref="ActorSystem.Pump"/>. For simulations.</summary>
    public bool Pumped { get; init; }
}
