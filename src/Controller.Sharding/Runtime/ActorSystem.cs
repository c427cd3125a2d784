using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Sharding.Runtime;

/// <summary>The engine: shard loops over one journal.</summary>
public sealed class ActorSystem : IActorSystem, IDisposable
{
    private readonly EngineOptions _options;

    public ActorSystem(EngineOptions options, IJournal journal, IPlacement placement, TimeProvider clock)
    {
        _options = options;
        _ = (journal, placement, clock);
    }

    public int Shards => _options.Shards;

    /// <summary>What an operator has to know. Called on any thread; must not block.</summary>
    public event Action<EngineFault>? Faulted;

    public void Register<TActor, TState, TInput, TEvent, TEffect, TSettings>(
        ActorKind kind,
        IEventCodec<TEvent, TEffect> codec,
        IEffectInterpreter<TEffect> interpreter,
        SettingsSource<TSettings> settings,
        PassivationPolicy passivation)
        where TActor : IActor<TState, TInput, TEvent, TEffect, TSettings>
        where TState : class
        where TInput : class
        where TEvent : class
        where TEffect : class
        where TSettings : class => throw new NotImplementedException();

    /// <summary>Claims this node's shards; once. Called by <see cref="Start"/> unless the secret is needed earlier.</summary>
    /// <returns>The store's secret: the key of every token and tag.</returns>
    public ReadOnlyMemory<byte> Claim() => throw new NotImplementedException();

    /// <summary>Claims, recovers every actor from the journal, starts the loops. Each recovered actor gets its Recovered input.</summary>
    /// <exception cref="JournalException">The store cannot be used; one line for the user.</exception>
    public void Start() => throw new NotImplementedException();

    /// <summary>One round of every loop on the caller's thread; only with <see cref="EngineOptions.Pumped"/>.</summary>
    /// <returns>True if anything was done.</returns>
    public bool Pump() => throw new NotImplementedException();

    public bool Tell(ActorId actor, object input) => throw new NotImplementedException();

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class => throw new NotImplementedException();

    public int CountOf(ActorKind kind) => throw new NotImplementedException();

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => throw new NotImplementedException();

    public Task DrainAsync() => throw new NotImplementedException();

    /// <summary>Stops at once, as a crash would: what is not committed is forgotten, nothing more is released.</summary>
    public void Dispose() => GC.KeepAlive(Faulted);
}
