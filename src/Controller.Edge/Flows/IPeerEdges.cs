using System.Net;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Edge.Flows;

/// <summary>The edges of the other nodes, for what has to leave by one of them. Thread-safe; nothing blocks. A node that is alone has none.</summary>
public interface IPeerEdges
{
    NodeId Self { get; }

    /// <summary>Who holds a floating address now, as far as is known; null: nobody.</summary>
    NodeId? HolderOf(IPAddress floating);

    /// <summary>Any node with listeners that is connected, for what no node is named for; null: there is none.</summary>
    NodeId? Any { get; }

    /// <param name="sender">Whose decision it is: sent only while its shard is this node's.</param>
    /// <param name="emitted">For <see cref="EdgeNode.Emitted"/> there. Borrowed: valid until this returns.</param>
    /// <returns>False if that node is not reached.</returns>
    bool Send(NodeId to, ActorId sender, ReadOnlyMemory<byte> emitted);
}
