using Controller.Cluster.Links;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Shards;

/// <summary>
/// The way of a decided message to the edge that holds its flow, where that is another node. It goes under the fence of its actor's shard, and the
/// other side discards it if it knows of a later owner: what a process that stood still sends when it wakes reaches nobody (failover.md section 4.3.9).
/// </summary>
/// <param name="trust">Of this node: without it what it has received may have waited for long, and what it knows of owners may be old.</param>
/// <param name="edge">This node's edge: sends what another node decided. The octets are borrowed.</param>
public sealed class EmissionGate(ShardTable table, IShardHost host, ILinks links, ITrust trust, Action<ReadOnlyMemory<byte>> edge) : IDisposable
{
    private readonly RouterInstruments _instruments = new();

    internal RouterInstruments Instruments => _instruments;

    /// <returns>
    /// False if that node is not reached. True also if the sender's shard is not this node's any more: the message is discarded, and nobody
    /// is told, for the next owner emits it.
    /// </returns>
    public bool Send(NodeId to, ActorId sender, ReadOnlyMemory<byte> message)
    {
        if (host.FenceOf(sender.ShardOf(table.Count)) is not { } fence)
        {
            _instruments.Add(RouterCount.EmissionDiscarded);
            return true;
        }

        return links.Send(to, new Frame.Emit(fence, message));
    }

    public void Received(Frame.Emit emit)
    {
        ArgumentNullException.ThrowIfNull(emit);
        ShardId shard = emit.Under.Shard;
        if (!trust.Holds || shard.Value >= table.Count || table[shard].Epoch.Value > emit.Under.Epoch.Value)
        {
            _instruments.Add(RouterCount.EmissionDiscarded);
            return;
        }

        edge(emit.Message);
    }

    public void Dispose() => _instruments.Dispose();
}
