using System.Net;
using System.Net.Sockets;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Links;

public sealed class LinkMeshTests
{
    private static readonly Frame Goodbye = new Frame.Goodbye();

    private static Frame.NotTaken Numbered(long number) => new(number);

    [Fact]
    public void Nodes_that_know_each_other_are_connected_once_and_frames_cross_in_order_both_ways()
    {
        using LinkedNode a = new(1), b = new(2), c = new(3);
        LinkedNode.Join(a, b, c);
        const int Count = 5000;
        Parallel.Invoke(
            () => Assert.All(Enumerable.Range(1, Count), i => Assert.True(a.Send(b, Numbered(i)))),
            () => Assert.All(Enumerable.Range(1, Count), i => Assert.True(b.Send(a, Numbered(i)))),
            () => Assert.All(Enumerable.Range(1, Count), i => Assert.True(c.Send(a, Numbered(-i)))));
        b.Told.Await(Numbered(Count));
        a.Told.Await(Numbered(Count));
        a.Told.Await(Numbered(-Count));
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), b.Told.All<Frame.NotTaken>().Select(f => f.Number));
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), a.Told.All<Frame.NotTaken>().Select(f => f.Number).Where(n => n > 0));
        Assert.All(new[] { a, b, c }, node => Assert.Equal(2, node.Counted("controller.links.connects")));
        Assert.All(new[] { a, b, c }, node => Assert.Equal(2, node.Counted("controller.links.up")));
    }

    [Fact]
    public void A_large_frame_crosses_and_one_beyond_the_limit_is_not_sent()
    {
        using LinkedNode a = new(1), b = new(2);
        LinkedNode.Join(a, b);
        byte[] large = new byte[3_000_000];
        new Random(1).NextBytes(large);
        Assert.True(a.Send(b, new Frame.Ask(1, large)));
        Assert.True(a.Send(b, Goodbye));
        b.Told.Await(Goodbye);
        Assert.Equal(large, Assert.Single(b.Told.All<Frame.Ask>()).Question.ToArray());
        Assert.False(a.Send(b, new Frame.Ask(2, new byte[FrameCodec.MaxBytes])));
        Assert.True(a.Send(b, Numbered(1)));
        b.Told.Await(Numbered(1));
    }

    [Fact]
    public void A_peer_of_another_cluster_is_refused_with_a_reason_on_both_sides()
    {
        using LinkedNode a = new(1), b = new(2, identity: [9, 9, 9]);
        a.Mesh.Know([a.Address, b.Address]);
        b.Mesh.Know([a.Address, b.Address]);
        Assert.True(SpinWait.SpinUntil(() => a.Reports.Count > 0 && b.Reports.Count > 0, TimeSpan.FromSeconds(10)));
        Assert.Equal($"no link with 2/1 at {b.Mesh.Bound}: it belongs to another cluster (its secret is another)", Assert.Single(a.Reports));
        Assert.Equal("refused a link from 127.0.0.1: it belongs to another cluster (its secret is another)", Assert.Single(b.Reports));
        Assert.False(a.Send(b, Goodbye));
        Assert.Empty(b.Told.All<string>());
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, true)]
    [InlineData(1, 3, false)]
    [InlineData(3, 1, false)]
    public void Software_one_level_away_is_welcome_two_are_too_many(int mine, int theirs, bool welcome)
    {
        using LinkedNode a = new(1, level: mine), b = new(2, level: theirs);
        a.Mesh.Know([b.Address]);
        b.Mesh.Know([a.Address]);
        if (welcome)
        {
            a.Told.Await(b.Up);
            return;
        }

        Assert.True(SpinWait.SpinUntil(() => a.Reports.Count > 0, TimeSpan.FromSeconds(10)));
        Assert.EndsWith($"its software has level {mine}, which is more than one away from {theirs}", Assert.Single(a.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_is_not_known_is_not_let_in_until_it_is()
    {
        using LinkedNode a = new(1), b = new(2);
        a.Mesh.Know([b.Address]);
        b.AwaitCounted("controller.links.refused", 2);
        Assert.Empty(b.Told.All<string>());
        Assert.Empty(b.Reports);
        b.Mesh.Know([a.Address]);
        b.Told.Await(a.Up);
        a.Told.Await(b.Up);
    }

    [Fact]
    public void A_process_that_ends_is_noticed_at_once_and_its_next_run_replaces_it()
    {
        LinkedNode a = new(1), b = new(2);
        LinkedNode.Join(a, b);
        IPEndPoint at = b.Mesh.Bound;
        long before = Environment.TickCount64;
        b.Dispose();
        a.Told.Await(b.Down);
        Assert.InRange(Environment.TickCount64 - before, 0, 2000);
        Assert.False(a.Send(b, Goodbye));

        // The node that is dialled comes back; and then the one that dials.
        using LinkedNode again = new(2, number: 2, listen: at);
        again.Mesh.Know([a.Address]);
        a.Mesh.Know([again.Address]);
        a.Told.Await(again.Up);
        again.Told.Await(a.Up);
        a.Dispose();
        again.Told.Await(a.Down);
        using LinkedNode third = new(1, number: 5);
        third.Mesh.Know([again.Address]);
        again.Mesh.Know([third.Address]);
        again.Told.Await(third.Up);
        Assert.Equal([a.Up, a.Down, third.Up], again.Told.All<string>());
    }

    [Fact]
    public void Whoever_is_not_wanted_any_more_is_disconnected()
    {
        using LinkedNode a = new(1), b = new(2);
        LinkedNode.Join(a, b);
        b.Mesh.Know([]);
        a.Told.Await(b.Down);
        b.Told.Await(a.Down);
        Assert.False(b.Send(a, Goodbye));
    }

    [Fact]
    public void A_connection_that_breaks_is_made_again()
    {
        using LinkedNode a = new(1), b = new(2);
        using Relay relay = new(b.Mesh.Bound);
        a.Mesh.Know([b.Address with { Address = relay.At.ToString() }]);
        b.Mesh.Know([a.Address]);
        for (int round = 1; round <= 5; round++)
        {
            a.Told.Await(b.Up, round);
            b.Told.Await(a.Up, round);
            Assert.True(a.Send(b, Numbered(round)));
            b.Told.Await(Numbered(round));
            relay.Break();
            a.Told.Await(b.Down, round);
            b.Told.Await(a.Down, round);
        }

        // One's end comes before the next one's beginning.
        List<string> heard = b.Told.All<string>();
        Assert.All(heard.Select((line, i) => (line, i)), item => Assert.Equal(item.i % 2 == 0 ? a.Up : a.Down, item.line));
    }

    [Fact]
    public void A_peer_that_does_not_read_is_given_so_much_and_no_more()
    {
        using LinkedNode a = new(1, with: o => o with { MaxQueuedBytes = 100_000 }), b = new(2);
        LinkedNode.Join(a, b);
        using ManualResetEventSlim reads = new(false);
        b.Told.OnFrame = (_, _) => reads.Wait();
        byte[] content = new byte[10_000];
        int sent = 0;
        while (a.Send(b, new Frame.Ask(sent, content)))
        {
            sent++;
            Assert.InRange(sent, 0, 10_000);
        }

        Assert.True(a.Counted("controller.links.not-sent") > 0);
        reads.Set();
        b.Told.AwaitAny(events => events.OfType<Frame.Ask>().Count() == sent || events.Contains(a.Down), "what was taken, or the end of the link");
        Assert.Equal(Enumerable.Range(0, b.Told.All<Frame.Ask>().Count).Select(i => (long)i), b.Told.All<Frame.Ask>().Select(f => f.Number));
    }

    [Fact]
    public void What_is_no_frame_ends_the_link_and_what_is_no_hello_does_not_begin_one()
    {
        using LinkedNode b = new(2);
        Incarnation one = new(new NodeId(1), 1);
        b.Mesh.Know([new PeerAddress(one, "127.0.0.1:1")]);
        Random random = new(7);
        for (int i = 0; i < 20; i++)
        {
            using Socket stranger = LinkSockets.Connect(b.Mesh.Bound.ToString(), TimeSpan.FromSeconds(5));
            byte[] noise = new byte[random.Next(8, 200)];
            random.NextBytes(noise);
            stranger.Send(noise);
            stranger.Shutdown(SocketShutdown.Send);
        }

        b.AwaitCounted("controller.links.malformed", 20);
        Assert.Empty(b.Told.All<string>());

        Handshake handshake = new(new LinkOptions(b.Mesh.Bound, one, 1, LinkedNode.Cluster));
        byte[][] bad = [[0xff, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2, (byte)FrameKind.Pulse, 1], [0, 0, 0, 6, (byte)FrameKind.Acknowledged, 0x7f, 0, 0, 0, 0], [0, 0, 0, 1, (byte)FrameKind.Hello]];
        for (int i = 1; i <= bad.Length; i++)
        {
            using Socket socket = LinkSockets.Connect(b.Mesh.Bound.ToString(), TimeSpan.FromSeconds(5));
            Assert.True(handshake.Dial(socket, b.Self, out _));
            b.Told.Await($"up {one}", i);

            // A kind of a later version is passed over; the next is read.
            socket.Send([0, 0, 0, 3, 200, 1, 2]);
            socket.Send([0, 0, 0, 1, (byte)FrameKind.Goodbye]);
            b.Told.Await(Goodbye, i);
            socket.Send(bad[i - 1]);
            b.Told.Await($"down {one}", i);
        }

        Assert.Equal(20 + bad.Length, b.Counted("controller.links.malformed"));
        Assert.Equal(bad.Length, b.Counted("controller.links.unknown"));
    }

    [Fact]
    public void A_defect_behind_the_links_costs_one_frame()
    {
        using LinkedNode a = new(1), b = new(2);
        LinkedNode.Join(a, b);
        b.Told.OnFrame = (_, frame) => throw (frame is Frame.Goodbye ? new InvalidOperationException("boom") : new Xunit.Sdk.XunitException("?"));
        a.Send(b, Goodbye);
        b.AwaitCounted("controller.links.faults", 1);
        b.Told.OnFrame = null;
        a.Send(b, Numbered(1));
        b.Told.Await(Numbered(1));
        Assert.Equal(0, b.Told.Count(a.Down));
    }

    [Fact]
    public void A_probe_tells_a_process_that_is_gone_from_a_host_that_is_silent()
    {
        using LinkedNode a = new(1);
        LinkedNode b = new(2);
        PeerAddress address = b.Address;
        a.Mesh.Probe(address, TimeSpan.FromSeconds(5));
        a.Told.Await(ProbeOutcome.Accepted);
        b.Dispose();
        a.Mesh.Probe(address, TimeSpan.FromSeconds(5));
        a.Told.Await(ProbeOutcome.Refused);

        // A listener whose queue is full answers nobody.
        using Socket full = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        List<Socket> fillers = [];
        for (int i = 0; i < 4; i++)
        {
            Socket filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            fillers.Add(filler);
            Assert.ThrowsAny<SocketException>(() => filler.Connect(full.LocalEndPoint!));
        }

        a.Mesh.Probe(new PeerAddress(address.Node, full.LocalEndPoint!.ToString()!), TimeSpan.FromMilliseconds(200));
        a.Told.Await(ProbeOutcome.Silent);
        fillers.ForEach(f => f.Dispose());
    }

    [Fact]
    public void A_port_that_is_taken_is_one_clear_line()
    {
        using LinkedNode a = new(1);
        LinkException taken = Assert.Throws<LinkException>(() => new LinkedNode(2, listen: a.Mesh.Bound));
        Assert.Equal($"cluster.link.listen {a.Mesh.Bound}: address already in use", taken.Message);
    }

    [Fact]
    public void The_pulse_beats_at_its_interval_on_a_thread_of_its_own()
    {
        List<(long Count, TimeSpan Lag, int Thread)> beats = [];
        using CountdownEvent enough = new(20);
        using (PulseThread pulse = new(TimeSpan.FromMilliseconds(10), (count, lag) =>
        {
            beats.Add((count, lag, Environment.CurrentManagedThreadId));
            if (!enough.IsSet)
            {
                enough.Signal();
            }
        }))
        {
            long began = Environment.TickCount64;
            pulse.Start();
            Assert.True(enough.Wait(TimeSpan.FromSeconds(20)));
            Assert.True(Environment.TickCount64 - began >= 150);
        }

        Assert.Equal(Enumerable.Range(1, beats.Count).Select(i => (long)i), beats.Select(b => b.Count));
        Assert.Single(beats.Select(b => b.Thread).Distinct());
        Assert.All(beats, b => Assert.True(b.Lag >= TimeSpan.Zero));
    }
}
