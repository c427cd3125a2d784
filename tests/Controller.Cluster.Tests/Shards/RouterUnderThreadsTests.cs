using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Shards;

/// <summary>The same promises with real links and real threads: shards go to and fro while everybody tells everybody.</summary>
public sealed class RouterUnderThreadsTests
{
    private const int Shards = 4;
    private const int PerSender = 3000;

    private readonly ConcurrentQueue<(ActorId Actor, string Input)> _settled = new();

    [Fact]
    public void Shards_that_go_to_and_fro_lose_nothing_and_nothing_is_overtaken()
    {
        using Node a = new(1, this), b = new(2, this);
        a.Links.Know([b.Address]);
        b.Links.Know([a.Address]);
        int ended = 0;
        Thread mover = new(() =>
        {
            for (int move = 0; Volatile.Read(ref ended) == 0; move++)
            {
                (Node from, Node to) = (move / Shards) % 2 == 0 ? (a, b) : (b, a);
                Move(from, to, new ShardId(move % Shards), new Epoch(move + 2));
            }
        });
        for (int shard = 0; shard < Shards; shard++)
        {
            OwnedShard owned = new(new ShardId(shard), a.Self, new Epoch(1));
            a.Table.Learn(owned);
            b.Table.Learn(owned);
            a.Host.Open(new Fence(owned.Shard, owned.Epoch));
        }

        Thread ticker = new(() =>
        {
            while (Volatile.Read(ref ended) == 0)
            {
                a.Router.Tick();
                b.Router.Tick();
                Thread.Yield();
            }
        });
        ticker.Start();
        mover.Start();
        Thread[] senders = [.. new[] { a, b, a, b }.Select((node, i) => new Thread(() => Send(node.Router, i)))];
        Array.ForEach(senders, sender => sender.Start());
        Array.ForEach(senders, sender => Assert.True(sender.Join(TimeSpan.FromSeconds(60))));
        bool all = SpinWait.SpinUntil(() => _settled.Select(s => s.Input).Distinct().Count() == 4 * PerSender, TimeSpan.FromSeconds(30));
        Volatile.Write(ref ended, 1);
        mover.Join();
        ticker.Join();
        Assert.True(all, $"{_settled.Select(s => s.Input).Distinct().Count()} settled of {4 * PerSender}");

        // The acknowledgements went ahead of the news, and no owner was lost by force: nothing was told to two.
        Assert.Equal(4 * PerSender, _settled.Count);
        foreach (var told in _settled.GroupBy(s => (s.Actor, Sender: s.Input.Split('#')[0])))
        {
            int[] numbers = [.. told.Select(s => int.Parse(s.Input.Split('#')[1], CultureInfo.InvariantCulture))];
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    private static void Send(ShardRouter router, int sender)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < PerSender; i++)
        {
            ActorId actor = new(new ActorKind(1), (UInt128)(uint)(i % Shards) << 112);
            while (!router.Tell(actor, $"{sender}#{i}"))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(50), "refused for too long");
                Thread.Yield();
            }
        }
    }

    /// <summary>As the membership does it: let go, committed at the arbiter, and the news goes over the link to whoever opens it there.</summary>
    private static void Move(Node from, Node to, ShardId shard, Epoch epoch)
    {
        from.Host.Close(shard);
        from.Router.Released(shard);
        OwnedShard fact = new(shard, to.Self, epoch);
        Assert.True(SpinWait.SpinUntil(() => from.Links.Send(to.Self.Node, new Frame.Moves([fact], [])), TimeSpan.FromSeconds(10)));
        from.Table.Learn(fact);
        Assert.True(SpinWait.SpinUntil(() => to.Host.Owns(shard), TimeSpan.FromSeconds(10)));
    }

    private sealed class Node : ILinkEvents, IDisposable
    {
        public Node(int node, RouterUnderThreadsTests test)
        {
            Self = new Incarnation(new NodeId(node), 1);
            Host = new ThreadedHost(Shards, taken => test._settled.Enqueue((taken.Actor, taken.Input)));
            Links = new LinkMesh(new LinkOptions(new IPEndPoint(IPAddress.Loopback, 0), Self, 1, new byte[] { 1 }), this);
            Router = new ShardRouter(Host, Host, Table, Links, new TextCodec(), Self, TimeProvider.System, new RouterOptions { KeepFor = TimeSpan.FromMinutes(2) });
        }

        public Incarnation Self { get; }

        public ShardTable Table { get; } = new(Shards);

        public ThreadedHost Host { get; }

        public LinkMesh Links { get; }

        public ShardRouter Router { get; }

        public PeerAddress Address => new(Self, Links.Bound.ToString());

        public void Connected(Incarnation peer) => Router.Connected(peer);

        public void Disconnected(Incarnation peer)
        {
        }

        public void Received(Incarnation from, Frame frame)
        {
            if (frame is Frame.Moves moves)
            {
                OwnedShard fact = moves.Shards[0];
                Table.Learn(fact);
                Host.Open(new Fence(fact.Shard, fact.Epoch));
                Router.Opened(fact.Shard);
            }
            else if (!Router.Received(from, frame) && frame is Frame.Moved moved)
            {
                Table.Learn(moved.Shard);
            }
        }

        public void Probed(Incarnation peer, ProbeOutcome outcome)
        {
        }

        public void Dispose()
        {
            Links.Dispose();
            Host.Dispose();
            Router.Dispose();
        }
    }
}
