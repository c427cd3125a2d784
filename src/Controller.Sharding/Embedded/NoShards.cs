using Controller.Sharding.Placement;

namespace Controller.Sharding.Embedded;

/// <summary>Nobody owns anything yet: a node of a cluster starts with this, and its shards come through <see cref="Model.IShardHost"/>.</summary>
public sealed class NoShards : IPlacement
{
    public NoShards(NodeId self, int shards = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(self.Value, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        Self = self;
        Map = new ShardMap(0, Enumerable.Repeat(default(NodeId), shards).ToArray());
    }

    public NodeId Self { get; }

    public ShardMap Map { get; }
}
