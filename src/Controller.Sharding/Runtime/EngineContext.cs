using Controller.Sharding.Clocks;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;

namespace Controller.Sharding.Runtime;

/// <summary>What all loops of an engine share.</summary>
internal sealed class EngineContext(EngineOptions options, IJournal journal, TimeProvider clock, Action<EngineFault> report)
{
    private volatile bool _dead;
    private volatile bool _draining;

    public EngineOptions Options { get; } = options;
    public IJournal Journal { get; } = journal;
    public TimeProvider Clock { get; } = clock;

    /// <summary>While a thread sleeps, as much time passes on the clock, but for what it is drawn by. False for a virtual clock.</summary>
    public bool TimePasses { get; } = ReferenceEquals(clock is ClusterClock cluster ? cluster.Machine : clock, TimeProvider.System);

    public EngineInstruments Instruments { get; } = new();

    public ITrust Trust { get; } = options.Trust;

    /// <summary>Which shards are here.</summary>
    public Tenures Tenures { get; } = new(options.Shards);

    /// <summary>Nothing is released any more, whatever completes.</summary>
    public bool Dead
    {
        get => _dead;
        set => _dead = value;
    }

    /// <summary>No input is taken any more; what waits is decided and committed.</summary>
    public bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>Set while the engine runs: a batch with outbox records has been committed.</summary>
    public Action? OutboxCommitted { get; set; }

    /// <summary>Takes inputs whose shard went while they waited.</summary>
    public Func<ActorId, object, bool>? Astray { get; set; }

    /// <returns>False if nobody takes it.</returns>
    public bool TryGiveBack(ActorId actor, object input)
    {
        try
        {
            return Astray?.Invoke(actor, input) ?? false;
        }
        catch (Exception e)
        {
            Report(new EngineFault(EngineFaultKind.CallbackThrew, $"an input for {actor} cannot be given back: {e.Message}", actor, Error: e));
            return false;
        }
    }

    public Instant Now() => new(Clock.GetUtcNow().ToUnixTimeMilliseconds());

    public void ForgetInJournal(IReadOnlyList<ShardId> shards)
    {
        if (shards.Count > 0 && !Dead)
        {
            Call(() => Journal.Forget(shards));
        }
    }

    public void Settle(IReceipt receipt)
    {
        try
        {
            receipt.Settled();
        }
        catch (Exception e)
        {
            Report(new EngineFault(EngineFaultKind.CallbackThrew, $"a receipt: {e.Message}", Error: e));
        }
    }

    /// <summary>Unless the engine is dead: then nobody is told anything.</summary>
    public void Refuse(IReceipt receipt)
    {
        if (!Dead)
        {
            Call(receipt.Refused);
        }
    }

    /// <summary>Calls somebody who must not throw, and stays whole if he does.</summary>
    public void Call(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            Report(new EngineFault(EngineFaultKind.CallbackThrew, $"{callback.Method.Name}: {e.Message}", Error: e));
        }
    }

    /// <summary>Counts it and tells whoever listens; never throws.</summary>
    public void Report(EngineFault fault)
    {
        Instruments.Fault(fault.Kind);
        report(fault);
    }
}
