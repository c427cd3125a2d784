namespace Controller.Host.Admin.Cluster;

/// <param name="Shards">How many partitions the cluster has.</param>
/// <param name="MapVersion">Grows with every change of ownership.</param>
public sealed record ClusterAnswer(IReadOnlyList<NodeView> Nodes, int Shards, long MapVersion);

/// <param name="State">starting, up or draining.</param>
/// <param name="Shards">How many of them this node owns.</param>
public sealed record NodeView(int Id, string Name, string State, int Shards);
