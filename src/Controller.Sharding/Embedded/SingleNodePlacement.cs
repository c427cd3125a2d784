using Controller.Sharding.Placement;

namespace Controller.Sharding.Embedded;

/// <summary>One node owns everything, for ever.</summary>
public sealed class SingleNodePlacement : IPlacement
{
    public SingleNodePlacement(int shards = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        Map = new ShardMap(1, Enumerable.Repeat(Self, shards).ToArray());
    }

    public NodeId Self { get; } = new(1);

    public ShardMap Map { get; }
}
