using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Shards;

/// <summary>One input that was taken, with its receipt if it has one.</summary>
internal sealed record TakenInput(ActorId Actor, string Input, IReceipt? Receipt);

/// <summary>A node's own actors: shards are opened and closed, and inputs settled or refused, when the test says so.</summary>
internal sealed class ScriptedHost(int shards) : IActorSystem, IShardHost
{
    private readonly Fence?[] _open = new Fence?[shards];

    public List<TakenInput> Mailbox { get; } = [];

    public int Capacity { get; set; } = int.MaxValue;

    /// <summary>Everything settled here, with the epoch under which it was.</summary>
    public Action<TakenInput, Epoch> OnSettled { get; set; } = static (_, _) => { };

    public int Shards => shards;

    public void Open(Fence fence) => _open[fence.Shard.Value] = fence;

    public void Close(ShardId shard) => _open[shard.Value] = null;

    public bool Owns(ShardId shard) => _open[shard.Value] is not null;

    public Fence? FenceOf(ShardId shard) => _open[shard.Value];

    public bool Tell(ActorId actor, object input)
    {
        if (!Owns(actor.ShardOf(shards)) || Mailbox.Count >= Capacity)
        {
            return false;
        }

        Mailbox.Add(input is Receipted receipted ? new TakenInput(actor, (string)receipted.Input, receipted.Receipt) : new TakenInput(actor, input.ToString()!, null));
        return true;
    }

    /// <summary>It is decided and durable.</summary>
    public void Settle(TakenInput taken)
    {
        Mailbox.Remove(taken);
        OnSettled(taken, _open[taken.Actor.ShardOf(shards).Value]!.Value.Epoch);
        taken.Receipt?.Settled();
    }

    public void SettleOne() => Settle(Mailbox[0]);

    /// <summary>A commit failed, and with it all that was decided behind it.</summary>
    public IReadOnlyList<TakenInput> RefuseAll()
    {
        TakenInput[] refused = [.. Mailbox];
        Mailbox.Clear();
        foreach (TakenInput taken in refused)
        {
            taken.Receipt?.Refused();
        }

        return refused;
    }

    public TakenInput[] Of(ShardId shard) => [.. Mailbox.Where(taken => taken.Actor.ShardOf(shards) == shard)];

    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => throw new NotSupportedException();

    /// <summary>For which inputs wait, as far as it was told.</summary>
    public HashSet<ShardId> Hastened { get; } = [];

    public void Hasten(ShardId shard) => Hastened.Add(shard);

    public void Release(IReadOnlyList<ShardId> shards, Action released) => throw new NotSupportedException();

    public void Lose(IReadOnlyList<ShardId> shards) => throw new NotSupportedException();

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class => Task.FromResult<IReadOnlyList<TResult>>([]);

    public bool IsBehind(ActorId actor) => false;

    public int CountOf(ActorKind kind) => 42;

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => Task.FromResult<IReadOnlyList<(long, object)>>([(1, "event")]);

    public Task DrainAsync() => Task.CompletedTask;
}
