using Controller.Sharding.Placement;

namespace Controller.Host.Admin.Cluster;

/// <summary>A cluster of one.</summary>
public sealed class SingleNodeView(NodeLife life, IPlacement placement) : IClusterView
{
    public ClusterAnswer Look()
    {
        ShardMap map = placement.Map;
        int owned = map.OwnerByShard.Count(o => o == placement.Self);
        return new ClusterAnswer([new NodeView(life.Id, life.Name, life.Phase.ToString().ToLowerInvariant(), owned)], map.OwnerByShard.Count, map.Version);
    }

    public string Drain() =>
        "this node is alone: nobody can take its shards. To stop it, end the process (SIGTERM): its calls are durable and go on when it starts again";
}
