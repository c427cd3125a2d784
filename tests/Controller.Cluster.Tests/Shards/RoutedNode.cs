using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Shards;

/// <summary>One run of a node: its table, its actors, its router.</summary>
internal sealed class RoutedNode
{
    public const int Shards = 8;

    public RoutedNode(int node, long number, FakeWires wires, ManualClock clock, RouterOptions? options = null)
    {
        Self = new Incarnation(new NodeId(node), number);
        Router = new ShardRouter(Host, Host, Table, wires.Of(Self.Node), new TextCodec(), Self, clock, options);
    }

    public Incarnation Self { get; }

    public ShardTable Table { get; } = new(Shards);

    public ScriptedHost Host { get; } = new(Shards);

    public ShardRouter Router { get; }

    public static ActorId Actor(int shard, int which = 0) => new(new ActorKind(1), ((UInt128)(uint)shard << 112) | (uint)which);

    /// <summary>A frame from a peer; a fact about ownership is learnt as the membership would.</summary>
    public bool Received(Incarnation from, Frame frame)
    {
        if (Router.Received(from, frame))
        {
            return true;
        }

        if (frame is Frame.Moved moved)
        {
            Table.Learn(moved.Shard);
            return true;
        }

        return false;
    }

    /// <summary>Takes the shard as if the arbiter had said so, and opens it.</summary>
    public void Own(int shard, long epoch)
    {
        Learn(shard, this, epoch);
        Open(shard, epoch);
    }

    public void Open(int shard, long epoch)
    {
        Host.Open(new Fence(new ShardId(shard), new Epoch(epoch)));
        Router.Opened(new ShardId(shard));
    }

    public void Learn(int shard, RoutedNode? owner, long epoch) => Table.Learn(new OwnedShard(new ShardId(shard), owner?.Self, new Epoch(epoch)));

    public string[] Inbox => [.. Host.Mailbox.Select(taken => taken.Input)];
}
