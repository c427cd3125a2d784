using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// In the place of actors: a counter for each shard, which is written again and again, sent when it is committed, and read back by the next owner. Cheap enough
/// for very many worlds of the cluster's logic.
/// </summary>
internal sealed class Counters(ClusterWorld world, Machines machines, VirtualNode node) : IVirtualEngine
{
    private const int SendGuard = 1000;

    private readonly Counter?[] _open = new Counter?[machines.Shards];
    private bool _writing;

    public int OpenShards { get; private set; }

    public bool Owns(ShardId shard) => _open[shard.Value] is { Releasing: false };

    public Fence? FenceOf(ShardId shard) => _open[shard.Value] is { } counter ? new Fence(shard, counter.Epoch) : null;

    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => node.Later(node.Random.Next(5, 60), () =>
    {
        if (node.Random.Next(50) == 0)
        {
            opened(0, new InvalidOperationException("not this time"));
            return;
        }

        foreach (Fence fence in fences)
        {
            // What was lost meanwhile must not be opened.
            if (machines.Store.Holds(node.Self, fence))
            {
                Put(fence.Shard, new Counter(fence.Epoch, world.LastOf(fence.Shard)));
            }
        }

        if (!_writing)
        {
            _writing = true;
            node.Every(world.WriteEvery * machines.Pace, Write);
        }

        opened(fences.Count, null);
    });

    public void Hasten(ShardId shard)
    {
        // Nothing is read back a part at a time.
    }

    public void Release(IReadOnlyList<ShardId> shards, Action released)
    {
        foreach (ShardId shard in shards)
        {
            if (_open[shard.Value] is { } counter)
            {
                counter.Releasing = true;
            }
        }

        ReleaseWhenWritten(shards, released);
    }

    public void Lose(IReadOnlyList<ShardId> shards)
    {
        foreach (ShardId shard in shards)
        {
            Put(shard, null);
        }
    }

    public bool Received(Incarnation from, Frame frame) => false;

    public void Connected(Incarnation peer)
    {
    }

    public void Opened(ShardId shard)
    {
    }

    public void Closed(ShardId shard)
    {
    }

    public void TrustChanged()
    {
    }

    public void Work()
    {
    }

    public void Dispose()
    {
        Array.Clear(_open);
        OpenShards = 0;
    }

    private void Put(ShardId shard, Counter? counter)
    {
        OpenShards += (counter is null ? 0 : 1) - (_open[shard.Value] is null ? 0 : 1);
        _open[shard.Value] = counter;
    }

    private void ReleaseWhenWritten(IReadOnlyList<ShardId> shards, Action released)
    {
        if (shards.Any(shard => _open[shard.Value] is { Writing: true }))
        {
            node.Later(2, () => ReleaseWhenWritten(shards, released));
            return;
        }

        Lose(shards);
        released();
    }

    private void Write()
    {
        if (OpenShards == 0 || !machines.Holds(node.Trust))
        {
            return;
        }

        ShardId shard = Opened(node.Random.Next(OpenShards));
        Counter counter = _open[shard.Value]!;
        if (counter.Writing || counter.Releasing)
        {
            return;
        }

        counter.Writing = true;
        long decided = machines.Clock.Now;
        var row = new ClusterWorld.Row(shard, counter.Epoch, node.Self, counter.Value + 1);
        if (machines.Flaw == NodeFlaw.SendsBeforeCommit)
        {
            world.Sent(node, row);
        }

        machines.Commit(node, new VirtualStore.Write(node.Self, [new Fence(shard, counter.Epoch)], () => world.Committed(row)), stands =>
        {
            counter.Writing = false;
            bool still = _open[shard.Value] == counter;
            if (!stands)
            {
                if (still)
                {
                    Put(shard, null);
                }

                return;
            }

            counter.Value = row.Value;
            bool inTime = machines.Flaw == NodeFlaw.NoTrustWindow || machines.Clock.Now - decided <= SendGuard;
            if (still && inTime && machines.Holds(node.Trust) && machines.Flaw != NodeFlaw.SendsBeforeCommit)
            {
                world.Sent(node, row);
            }
        });
    }

    private ShardId Opened(int behind)
    {
        int shard = 0;
        while (_open[shard] is null || behind-- > 0)
        {
            shard++;
        }

        return new ShardId(shard);
    }

    private sealed class Counter(Epoch epoch, long value)
    {
        public Epoch Epoch { get; } = epoch;
        public long Value { get; set; } = value;
        public bool Writing { get; set; }
        public bool Releasing { get; set; }
    }
}
