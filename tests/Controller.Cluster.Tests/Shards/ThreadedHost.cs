using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Shards;

/// <summary>A node's own actors on a thread of their own: each input is settled a moment after it was taken.</summary>
internal sealed class ThreadedHost : IActorSystem, IShardHost, IDisposable
{
    private readonly object _gate = new();
    private readonly Fence?[] _open;
    private readonly LinkedList<TakenInput> _mailbox = new();
    private readonly Action<TakenInput> _settled;
    private bool _ended;

    public ThreadedHost(int shards, Action<TakenInput> settled)
    {
        _open = new Fence?[shards];
        _settled = settled;
        new Thread(Work) { IsBackground = true }.Start();
    }

    public int Shards => _open.Length;

    public bool Owns(ShardId shard) => FenceOf(shard) is not null;

    public Fence? FenceOf(ShardId shard)
    {
        lock (_gate)
        {
            return _open[shard.Value];
        }
    }

    public void Open(Fence fence)
    {
        lock (_gate)
        {
            _open[fence.Shard.Value] = fence;
        }
    }

    /// <summary>Takes nothing more, and returns when what was taken is settled.</summary>
    public void Close(ShardId shard)
    {
        lock (_gate)
        {
            _open[shard.Value] = null;
            while (_mailbox.Any(taken => taken.Actor.ShardOf(Shards) == shard))
            {
                Monitor.Wait(_gate);
            }
        }
    }

    public bool Tell(ActorId actor, object input)
    {
        lock (_gate)
        {
            if (_open[actor.ShardOf(Shards).Value] is null || _mailbox.Count >= 200)
            {
                return false;
            }

            _mailbox.AddLast(input is Receipted receipted ? new TakenInput(actor, (string)receipted.Input, receipted.Receipt) : new TakenInput(actor, (string)input, null));
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => throw new NotSupportedException();

    public void Hasten(ShardId shard)
    {
        // They open when the test says so.
    }

    public void Release(IReadOnlyList<ShardId> shards, Action released) => throw new NotSupportedException();

    public void Lose(IReadOnlyList<ShardId> shards) => throw new NotSupportedException();

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class => throw new NotSupportedException();

    public bool IsBehind(ActorId actor) => false;

    public int CountOf(ActorKind kind) => throw new NotSupportedException();

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => throw new NotSupportedException();

    public Task DrainAsync() => throw new NotSupportedException();

    private void Work()
    {
        while (true)
        {
            TakenInput taken;
            lock (_gate)
            {
                while (_mailbox.Count == 0 && !_ended)
                {
                    Monitor.Wait(_gate);
                }

                if (_ended)
                {
                    return;
                }

                taken = _mailbox.First!.Value;
            }

            _settled(taken);
            taken.Receipt?.Settled();
            lock (_gate)
            {
                _mailbox.RemoveFirst();
                Monitor.PulseAll(_gate);
            }
        }
    }
}
