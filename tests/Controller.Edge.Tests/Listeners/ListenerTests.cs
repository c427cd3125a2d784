using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;
using Controller.Edge.Listeners;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Runtime;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Listeners;

public sealed class ListenerTests
{
    private static ListenerSettings Listener(SipTransport transport, IPEndPoint at) => new("access", transport, at, at.Address.ToString(), 0);

    private static EdgeNode Node(params ListenerSettings[] listeners) =>
        new(new EdgeOptions(), new FakeActors(), new SettingsSource<ControllerSettings>(EdgeUnderTest.Settings(listeners)));

    [Fact]
    public void Port_0_becomes_the_port_that_the_system_chose()
    {
        using EdgeUnderTest edge = new();
        Assert.NotEqual(0, edge.Udp.Listen.Port);
        Assert.Equal(edge.Udp.Listen.Port, edge.Udp.AdvertisePort);
        Assert.Equal($"127.0.0.1:{edge.Tcp.Listen.Port}", edge.Tcp.SentBy);
    }

    [Theory]
    [InlineData(SipTransport.Udp, SocketType.Dgram, "udp")]
    [InlineData(SipTransport.Tcp, SocketType.Stream, "tcp")]
    public void A_taken_port_is_one_clear_line(SipTransport transport, SocketType type, string name)
    {
        using Socket taken = new(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (type == SocketType.Stream)
        {
            taken.Listen();
        }

        using EdgeNode node = Node(Listener(transport, (IPEndPoint)taken.LocalEndPoint!));
        ListenerException error = Assert.Throws<ListenerException>(node.Open);
        Assert.Equal($"{name} {taken.LocalEndPoint}: address already in use", error.Message);
        Assert.Empty(node.Bound);
    }

    [Fact]
    public void A_foreign_address_is_one_clear_line_and_nothing_stays_bound()
    {
        int free;
        using (Socket probe = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            free = ((IPEndPoint)probe.LocalEndPoint!).Port;
        }

        using EdgeNode node = Node(
            Listener(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, free)), Listener(SipTransport.Udp, IPEndPoint.Parse("192.0.2.1:5060")));
        Assert.Equal("udp 192.0.2.1:5060: address is not one of this machine's", Assert.Throws<ListenerException>(node.Open).Message);

        using Socket again = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(new IPEndPoint(IPAddress.Loopback, free));
    }

    [Fact]
    public void A_transport_that_this_version_has_not_is_one_clear_line()
    {
        using EdgeNode node = Node(Listener(SipTransport.Tls, new IPEndPoint(IPAddress.Loopback, 0)));
        Assert.StartsWith("tls 127.0.0.1:0: ", Assert.Throws<ListenerException>(node.Open).Message);
    }

    [Fact]
    public void A_port_whose_connections_linger_can_be_bound_again()
    {
        IPEndPoint at;
        using (EdgeUnderTest edge = new())
        {
            using TcpPeer peer = new(edge);
            Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy, "TCP")).StatusCode);
            at = edge.Tcp.Listen;

            // The edge closes first, so that its side is the one that waits in TIME-WAIT.
            edge.Node.Dispose();
            Assert.True(peer.IsClosedByEdge());
        }

        using EdgeNode node = Node(Listener(SipTransport.Tcp, at));
        node.Open();
        Assert.Equal(at, node.Bound[0].Listen);
    }

    [Fact]
    public void After_StopAccepting_nothing_is_read_but_sending_goes_on()
    {
        using EdgeUnderTest edge = new();
        using UdpPeer peer = new(edge);
        using TcpPeer stream = new(edge);
        Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy)).StatusCode);
        stream.Send(Requests.Make("INVITE", stream.SentBy, transport: "TCP"));
        Flow flow = edge.Actors.Next().Flow!;

        edge.Node.StopAccepting();
        peer.Send(Requests.Make("INVITE", peer.SentBy));
        stream.Send(Requests.Make("INVITE", stream.SentBy, transport: "TCP"));
        edge.Node.Sender.Send(new Flow(SipTransport.Udp, 0, peer.Local), "to the peer"u8.ToArray(), "", default);
        edge.Node.Sender.Send(flow, "to the stream"u8.ToArray(), "", default);
        Assert.Equal("to the peer"u8, peer.ReceiveRaw());
        Assert.Equal("to the stream"u8, stream.ReceiveExactly(13));
        Assert.True(edge.Actors.IsIdle);
        using Socket late = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => late.Connect(edge.Tcp.Listen));
    }

    [Fact]
    public void Dispose_before_Open_and_twice_is_harmless()
    {
        EdgeNode node = Node();
        node.Dispose();
        node.Dispose();
    }
}
