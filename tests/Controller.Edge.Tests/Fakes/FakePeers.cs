using System.Collections.Concurrent;
using System.Net;
using Controller.Edge.Flows;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Edge.Tests.Fakes;

/// <summary>The other nodes of a cluster in which this is node 1: remembers what it was to bring to whom.</summary>
public sealed class FakePeers : IPeerEdges
{
    public ConcurrentDictionary<IPAddress, NodeId> Holders { get; } = new();

    public ConcurrentQueue<(NodeId To, ActorId Sender, byte[] Emitted)> Sent { get; } = new();

    public HashSet<NodeId> Unreachable { get; } = [];

    public NodeId Self { get; } = new(1);

    public NodeId? Any { get; set; }

    public NodeId? HolderOf(IPAddress floating) => Holders.TryGetValue(floating, out NodeId holder) ? holder : null;

    public bool Send(NodeId to, ActorId sender, ReadOnlyMemory<byte> emitted)
    {
        if (Unreachable.Contains(to))
        {
            return false;
        }

        Sent.Enqueue((to, sender, emitted.ToArray()));
        return true;
    }

    /// <summary>The only one; fails if there is none or another.</summary>
    public (NodeId To, ActorId Sender, byte[] Emitted) Only() => Assert.Single(Sent);
}
