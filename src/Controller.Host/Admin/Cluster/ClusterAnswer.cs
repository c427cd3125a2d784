namespace Controller.Host.Admin.Cluster;

/// <param name="Shards">How many partitions the cluster has.</param>
/// <param name="MapVersion">Grows with every change of ownership.</param>
public sealed record ClusterAnswer(IReadOnlyList<NodeView> Nodes, int Shards, long MapVersion);

/// <param name="State">Of a node that is alone: starting, up or draining; in a cluster: joining, up, leaving or down.</param>
/// <param name="Shards">How many of them this node owns.</param>
public sealed record NodeView(int Id, string Name, string State, int Shards)
{
    /// <summary>Which run of the node it is.</summary>
    public long Incarnation { get; init; }

    /// <summary>Calls that live on it, as of its last heartbeat.</summary>
    public int Calls { get; init; }

    /// <summary>The floating addresses that it holds.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}
