using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Edge.Flows;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Flows;

/// <summary>What one node decides leaves by the edge that has its flow.</summary>
public sealed class EmissionTests
{
    private static readonly ActorId Sender = new(ActorKinds.Call, 42);
    private static readonly byte[] Message = Encoding.ASCII.GetBytes(Requests.Make("INVITE", "127.0.0.1:5060"));
    private static readonly NodeId Other = new(2);

    private readonly FakePeers _peers = new();

    private static EdgeOptions Floating { get; } = new() { Node = 1, FloatingAddresses = new HashSet<IPAddress> { IPAddress.Loopback } };

    private static EdgeOptions Fixed { get; } = new() { Node = 1 };

    private static Flow To(IPEndPoint remote, long connection = 0) => new(connection == 0 ? SipTransport.Udp : SipTransport.Tcp, connection == 0 ? 0 : 1, remote, connection);

    private static long NumberOf(int node) => new ConnectionNumbers(TimeProvider.System, node).Next();

    private static void Send(EdgeUnderTest edge, Flow to, string branch = "z9hG4bKx") => edge.Node.Sender.Send(to, Message, branch, Sender);

    [Fact]
    public void By_a_floating_address_it_leaves_where_that_address_is()
    {
        using EdgeUnderTest edge = new(Floating, peers: _peers);
        using UdpPeer phone = new(edge);
        _peers.Holders[IPAddress.Loopback] = Other;
        Send(edge, To(phone.Local));
        (NodeId to, ActorId sender, byte[] emitted) = _peers.Only();
        Assert.Equal((Other, Sender), (to, sender));

        // The other node, which has the same listeners, sends it.
        edge.Node.Emitted(emitted);
        Assert.Equal(Message, phone.ReceiveRaw());

        // The address comes here: it leaves here.
        _peers.Holders[IPAddress.Loopback] = _peers.Self;
        Send(edge, To(phone.Local));
        Assert.Equal(Message, phone.ReceiveRaw());
        Assert.Single(_peers.Sent);
    }

    [Fact]
    public void A_connection_that_was_made_by_an_earlier_holder_has_broken_with_the_move()
    {
        using EdgeUnderTest edge = new(Floating, peers: _peers);
        _peers.Holders[IPAddress.Loopback] = new NodeId(3);
        Send(edge, To(new IPEndPoint(IPAddress.Loopback, 9), NumberOf(2)));
        Assert.Equal(new NodeId(3), _peers.Only().To);
    }

    [Fact]
    public void By_a_fixed_address_a_connection_is_where_it_was_made()
    {
        using EdgeUnderTest edge = new(Fixed, peers: _peers);
        Send(edge, To(new IPEndPoint(IPAddress.Loopback, 9), NumberOf(2)));
        Assert.Equal(Other, _peers.Only().To);

        // Made here, by a run of this node that is over: opened again from here.
        AssertOpened(edge, 1);

        // Made by a node that is not reached: from here as well.
        _peers.Unreachable.Add(Other);
        AssertOpened(edge, 2);
        Assert.Single(_peers.Sent);
    }

    private static void AssertOpened(EdgeUnderTest edge, int node)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Send(edge, To((IPEndPoint)listener.LocalEndPoint!, NumberOf(node)));
        Assert.True(listener.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead), "no connection came within 5 s");
    }

    [Fact]
    public void A_connection_carries_the_number_of_its_node()
    {
        using EdgeUnderTest edge = new(Fixed, peers: _peers);
        using TcpPeer phone = new(edge);
        phone.Send(Requests.Make("INVITE", phone.SentBy, transport: "TCP"));
        long number = edge.Actors.Next().Flow!.Connection;
        Assert.Equal(new NodeId(1), ConnectionNumbers.NodeOf(number));

        long first = new ConnectionNumbers(TimeProvider.System, 255).Next();
        Assert.True(first > 0);
        Assert.Equal(new NodeId(255), ConnectionNumbers.NodeOf(first));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EdgeUnderTest(new EdgeOptions { Node = 256 }));
    }

    /// <summary>Nobody has decided it and nobody's fence covers it: what an edge answers itself leaves by it.</summary>
    [Fact]
    public void An_answer_without_an_actor_leaves_where_its_request_came()
    {
        using EdgeUnderTest edge = new(Floating, peers: _peers);
        using UdpPeer phone = new(edge);
        _peers.Holders[IPAddress.Loopback] = Other;
        Assert.Equal(200, phone.Ask(Requests.Options(phone.SentBy)).StatusCode);
        Assert.Empty(_peers.Sent);
    }

    [Theory]
    [InlineData(false, "nobody holds the address")]
    [InlineData(true, "its node is not reached")]
    public void Without_a_way_a_stream_message_fails_and_a_datagram_is_lost(bool held, string reason)
    {
        using EdgeUnderTest edge = new(Floating, peers: _peers);
        if (held)
        {
            _peers.Holders[IPAddress.Loopback] = Other;
            _peers.Unreachable.Add(Other);
        }

        Send(edge, To(new IPEndPoint(IPAddress.Loopback, 9)));
        edge.AssertCounted(1, "edge.send.failures", "udp");
        Assert.True(edge.Actors.IsIdle);
        Send(edge, To(new IPEndPoint(IPAddress.Loopback, 9), NumberOf(1)));
        Assert.Equal(reason, edge.Actors.Next<CallInput.TransportFailed>().Reason);
    }

    /// <summary>The table says that we hold the address, and the machine does not have it (yet, or any more): the far end has not failed.</summary>
    [Fact]
    public void Without_its_address_a_datagram_is_lost()
    {
        IPAddress address = IPAddress.Parse("198.51.100.7");
        using EdgeUnderTest edge = new(new EdgeOptions { Node = 1, FloatingAddresses = new HashSet<IPAddress> { address } }, address, _peers);
        _peers.Holders[address] = _peers.Self;
        Send(edge, To(new IPEndPoint(IPAddress.Parse("198.51.100.8"), 9)));
        edge.AssertCounted(1, "edge.send.failures", "udp");
        Assert.True(edge.Actors.IsIdle);
    }

    [Fact]
    public void A_failure_at_the_other_edge_is_told_to_the_actor_that_decided()
    {
        _peers.Holders[IPAddress.Loopback] = Other;
        using EdgeUnderTest edge = new(Floating, peers: _peers);
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint closed = (IPEndPoint)listener.LocalEndPoint!;
        listener.Dispose();
        Send(edge, To(closed, NumberOf(2)));
        edge.Node.Emitted(_peers.Only().Emitted);
        Told told = edge.Actors.Next();
        Assert.Equal(Sender, told.Actor);
        CallInput.TransportFailed failed = Assert.IsType<CallInput.TransportFailed>(told.Input);
        Assert.Equal(("z9hG4bKx", "connection refused"), (failed.Branch, failed.Reason));
    }

    [Fact]
    public void What_is_no_emission_is_counted()
    {
        using EdgeUnderTest edge = new(Fixed, peers: _peers);
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] noise = new byte[random.Next(80)];
            random.NextBytes(noise);
            edge.Node.Emitted(noise);
        }

        Assert.InRange(edge.Counted("edge.emissions.unknown"), 1900, 2000);
    }

    [Fact]
    public void A_node_without_listeners_sends_by_whoever_has_them()
    {
        ListenerSettings udp = new("access", SipTransport.Udp, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060), "192.0.2.1", 5060);
        FakeActors actors = new();
        using EdgeNode edge = new(
            new EdgeOptions { Node = 1, HasListeners = false }, actors, new SettingsSource<ControllerSettings>(EdgeUnderTest.Settings(udp)), peers: _peers);
        edge.Open();
        edge.Start();
        Assert.Equal([udp], edge.Bound);

        edge.Sender.Send(To(new IPEndPoint(IPAddress.Loopback, 9)), Message, "z9hG4bKx", Sender);
        Assert.Equal("no listener for this flow", actors.Next<CallInput.TransportFailed>().Reason);
        _peers.Any = Other;
        edge.Sender.Send(To(new IPEndPoint(IPAddress.Loopback, 9)), Message, "z9hG4bKx", Sender);
        Assert.Equal(Other, _peers.Only().To);
    }
}
