using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Host.Admin.Cluster;
using Controller.Sharding.Model;

namespace Controller.Host.Composition.Homes;

/// <summary>The cluster as this node sees it, for an operator.</summary>
internal sealed class ClusterStanding(Func<ClusterView?> view, ShardTable table, Action drain) : IClusterView
{
    public ClusterAnswer Look()
    {
        Dictionary<Incarnation, int> shards = Enumerable.Range(0, table.Count)
            .Select(shard => table[new ShardId(shard)].Owner).OfType<Incarnation>().GroupBy(owner => owner).ToDictionary(owned => owned.Key, owned => owned.Count());
        ClusterView? seen = view();
        return new ClusterAnswer(
            [.. (seen?.Nodes ?? []).OrderBy(node => node.Incarnation.Node.Value).Select(node => new NodeView(
                node.Incarnation.Node.Value, node.Name, StateOf(node), shards.GetValueOrDefault(node.Incarnation))
            {
                Incarnation = node.Incarnation.Number,
                Calls = node.Report.Calls,
                Addresses = [.. table.Addresses.Where(address => address.Owner == node.Incarnation).Select(address => address.Address)],
            })],
            table.Count, seen?.MapVersion ?? 0);
    }

    /// <summary>As it is told to people.</summary>
    public static string StateOf(NodeRow node) => node.Fenced ? "down" : node.Phase.ToString().ToLowerInvariant();

    public string? Drain()
    {
        drain();
        return null;
    }
}
