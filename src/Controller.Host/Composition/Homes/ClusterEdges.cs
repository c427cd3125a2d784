using System.Net;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Edge.Flows;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Host.Composition.Homes;

/// <summary>The other nodes' edges, as this one's meets them.</summary>
/// <param name="floating">The address as configured, with its prefix length, by the address alone.</param>
internal sealed class ClusterEdges(
    NodeId self, IReadOnlyDictionary<IPAddress, string> floating, ShardTable table, Func<ClusterView?> view, EmissionGate gate) : IPeerEdges
{
    public NodeId Self => self;

    public NodeId? Any => view()?.Nodes.FirstOrDefault(node => node.IsUp && (node.Roles & NodeRoles.Edge) != 0 && node.Incarnation.Node != self)?.Incarnation.Node;

    public NodeId? HolderOf(IPAddress address) => floating.TryGetValue(address, out string? configured) ? table.HolderOf(configured)?.Node : null;

    public bool Send(NodeId to, ActorId sender, ReadOnlyMemory<byte> emitted) => gate.Send(to, sender, emitted);
}
