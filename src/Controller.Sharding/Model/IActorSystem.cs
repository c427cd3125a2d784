namespace Controller.Sharding.Model;

/// <summary>
/// The engine as everybody outside sees it: narrow, so that another engine can be plugged in. Tell an actor, own shards, drain,
/// look at what lives here.
/// </summary>
public interface IActorSystem
{
    int Shards { get; }

    /// <summary>
    /// Hands an input to the actor, wherever it lives; returns at once. An input that is <see cref="IDisposable"/> is disposed
    /// after its decision (pooled receive buffers). Thread-safe, no locks.
    /// </summary>
    /// <returns>False if the loop's mailbox is full and the input was refused.</returns>
    bool Tell(ActorId actor, object input);

    /// <summary>
    /// Nothing has become durable for so long that nobody should begin anything with this actor: the store fails or does not answer, or trust is gone. What is
    /// told nevertheless waits. Thread-safe, no locks.
    /// </summary>
    bool IsBehind(ActorId actor);

    /// <summary>Runs <paramref name="look"/> over every actor of a kind that is loaded here, on its own loop, and returns what it gave (nulls dropped).</summary>
    Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class;

    /// <summary>How many actors of a kind live here, loaded or passivated.</summary>
    int CountOf(ActorKind kind);

    /// <summary>The events of one actor as the journal has them, oldest first: (sequence, decoded event).</summary>
    Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor);

    /// <summary>Stops taking inputs, commits what is decided, releases its effects, and closes.</summary>
    Task DrainAsync();
}
