using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>What all loops of an engine share.</summary>
internal sealed class EngineContext(EngineOptions options, IJournal journal, TimeProvider clock, Action<EngineFault> report)
{
    private readonly int[] _shardOpen = new int[options.Shards];
    private volatile bool _dead;
    private volatile bool _draining;

    public EngineOptions Options { get; } = options;
    public IJournal Journal { get; } = journal;
    public TimeProvider Clock { get; } = clock;
    public EngineInstruments Instruments { get; } = new();

    /// <summary>By shard; set once by the claim.</summary>
    public Fence[] Fences { get; } = new Fence[options.Shards];

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

    public bool IsOpen(ShardId shard) => Volatile.Read(ref _shardOpen[shard.Value]) != 0;

    public void Open(ShardId shard) => Volatile.Write(ref _shardOpen[shard.Value], 1);

    public void Close(ShardId shard) => Volatile.Write(ref _shardOpen[shard.Value], 0);

    public Instant Now() => new(Clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Counts it and tells whoever listens; never throws.</summary>
    public void Report(EngineFault fault)
    {
        Instruments.Fault(fault.Kind);
        report(fault);
    }
}
