using Controller.Sharding.Model;

namespace Controller.Sharding.Placement;

public readonly record struct NodeId(int Value);

/// <summary>Who owns which shard: an immutable, versioned snapshot, swapped whole.</summary>
public sealed record ShardMap(long Version, IReadOnlyList<NodeId> OwnerByShard)
{
    public NodeId OwnerOf(ShardId shard) => OwnerByShard[shard.Value];
}

/// <summary>The placement port. One node (<c>Embedded</c>) is an implementation of it, not an <c>if</c>.</summary>
public interface IPlacement
{
    NodeId Self { get; }

    ShardMap Map { get; }
}
