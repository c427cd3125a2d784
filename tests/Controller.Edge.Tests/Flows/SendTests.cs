using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Flows;

public sealed class SendTests : IDisposable
{
    private static readonly ActorId Sender = new(ActorKinds.Call, 42);
    private static readonly byte[] Message = Encoding.ASCII.GetBytes(Requests.Make("INVITE", "127.0.0.1:5060", transport: "TCP"));

    private readonly EdgeUnderTest _edge = new();

    private void Send(Flow to, byte[] bytes, string branch = "z9hG4bKx") => _edge.Node.Sender.Send(to, bytes, branch, Sender);

    private void AssertFailed(string reason)
    {
        Told told = _edge.Actors.Next();
        Assert.Equal(Sender, told.Actor);
        CallInput.TransportFailed failed = Assert.IsType<CallInput.TransportFailed>(told.Input);
        Assert.Equal("z9hG4bKx", failed.Branch);
        Assert.Equal(reason, failed.Reason);
    }

    private static Socket Listen(out IPEndPoint at, int backlog = 16)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog);
        at = (IPEndPoint)listener.LocalEndPoint!;
        return listener;
    }

    [Fact]
    public void A_datagram_leaves_from_the_listener_byte_for_byte()
    {
        using UdpPeer peer = new(_edge);
        Send(new Flow(SipTransport.Udp, 0, peer.Local), Message);
        Assert.Equal(Message, peer.ReceiveRaw());
        _edge.AssertCounted(1, "edge.messages.sent", "udp");
        _edge.AssertCounted(Message.Length, "edge.bytes.sent", "udp");
    }

    // RFC 3261 section 18.2.2: "If that connection is no longer open, the server SHOULD open a connection to the IP address in the "received" parameter,
    // if present, using the port in the "sent-by" value".
    [Fact]
    public void A_response_whose_connection_is_gone_goes_to_where_its_peer_listens()
    {
        using Socket listener = Listen(out IPEndPoint listens);
        Send(new Flow(SipTransport.Tcp, 1, new IPEndPoint(IPAddress.Loopback, 1), Connection: 12345, ReconnectPort: listens.Port), Message);
        using Socket accepted = listener.Accept();
        byte[] received = new byte[Message.Length];
        int count = 0;
        while (count < received.Length)
        {
            count += accepted.Receive(received.AsSpan(count));
        }

        Assert.Equal(Message, received);
    }

    [Fact]
    public void A_datagram_that_is_too_long_is_reported()
    {
        using UdpPeer peer = new(_edge);
        Send(new Flow(SipTransport.Udp, 0, peer.Local), new byte[70_000]);
        AssertFailed("message too long for a datagram");
        _edge.AssertCounted(1, "edge.send.failures", "udp");
    }

    [Fact]
    public void Without_a_branch_a_failure_is_only_counted()
    {
        using UdpPeer peer = new(_edge);
        Send(new Flow(SipTransport.Udp, 0, peer.Local), new byte[70_000], branch: "");
        _edge.AssertCounted(1, "edge.send.failures", "udp");
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void A_destination_of_the_wrong_family_or_nowhere_is_reported()
    {
        Send(new Flow(SipTransport.Udp, 0, new IPEndPoint(IPAddress.IPv6Loopback, 5060)), Message);
        AssertFailed("address family is not the listener's");
        Send(new Flow(SipTransport.Tcp, 1, new IPEndPoint(IPAddress.IPv6Loopback, 5060)), Message);
        AssertFailed("address family is not the listener's");
        Send(new Flow(SipTransport.Udp, 0, IPEndPoint.Parse("255.255.255.255:5060")), Message);
        AssertFailed("permission denied");
    }

    [Theory]
    [InlineData(SipTransport.Udp, 1)]
    [InlineData(SipTransport.Tcp, 0)]
    [InlineData(SipTransport.Udp, 7)]
    [InlineData(SipTransport.Udp, -1)]
    [InlineData((SipTransport)77, 0)]
    public void A_flow_of_another_configuration_is_reported(SipTransport transport, int listener)
    {
        Send(new Flow(transport, listener, new IPEndPoint(IPAddress.Loopback, 9)), Message);
        AssertFailed("no listener for this flow");
    }

    [Fact]
    public void A_connection_is_opened_where_there_is_none_and_used_again()
    {
        using Socket listener = Listen(out IPEndPoint at);
        Flow flow = new(SipTransport.Tcp, 1, at);
        for (int i = 0; i < 5; i++)
        {
            Send(flow, Message);
        }

        using Socket accepted = listener.Accept();
        using TcpPeer peer = new(accepted);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Message, peer.ReceiveExactly(Message.Length));
        }

        // What comes back on it is read, and is told as coming from a connection.
        peer.Send(Requests.Response(_edge.Tcp.SentBy, 180));
        Told told = _edge.Actors.Next();
        Assert.Equal(180, told.Message!.StatusCode);
        Assert.Equal(at, told.Flow!.Remote);
        Assert.NotEqual(0, told.Flow.Connection);
        Send(told.Flow, Message);
        Assert.Equal(Message, peer.ReceiveExactly(Message.Length));
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "a second connection was opened");
    }

    [Fact]
    public void A_refused_connection_is_reported_for_everything_that_waited()
    {
        IPEndPoint at;
        using (Listen(out at))
        {
        }

        Send(new Flow(SipTransport.Tcp, 1, at), Message);
        AssertFailed("connection refused");
        Send(new Flow(SipTransport.Tcp, 1, at), Message, branch: "");
        _edge.AssertCounted(2, "edge.send.failures", "tcp");
        _edge.AssertCounted(0, "edge.connections");
    }

    [Fact]
    public void A_connection_that_is_not_answered_times_out()
    {
        using EdgeUnderTest edge = new(new EdgeOptions { ConnectTimeout = TimeSpan.FromMilliseconds(150) });

        // The one place of the backlog is taken: the system lets further connections wait.
        using Socket listener = Listen(out IPEndPoint at, backlog: 0);
        List<Socket> waiting = [];
        for (int i = 0; i < 3; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(socket);
            try
            {
                socket.Connect(at);
            }
            catch (SocketException)
            {
            }
        }

        edge.Node.Sender.Send(new Flow(SipTransport.Tcp, 1, at), Message, "z9hG4bKx", Sender);
        Assert.Equal("connect timed out", edge.Actors.Next<CallInput.TransportFailed>().Reason);
        edge.AssertCounted(1, "edge.connections.closed", "connect-timeout");
        waiting.ForEach(s => s.Dispose());
    }

    [Fact]
    public void An_answer_returns_on_the_connection_of_its_request_and_to_nobody_else()
    {
        using TcpPeer first = new(_edge);
        using TcpPeer second = new(_edge);
        first.Send(Requests.Make("INVITE", first.SentBy, transport: "TCP"));
        Flow flow = _edge.Actors.Next().Flow!;
        second.Send(Requests.Make("INVITE", second.SentBy, transport: "TCP"));
        Assert.NotEqual(flow.Connection, _edge.Actors.Next().Flow!.Connection);

        Send(flow, Message);
        Assert.Equal(Message, first.ReceiveExactly(Message.Length));
        Assert.Equal(0, second.Socket.Available);
    }

    [Fact]
    public void A_flow_whose_connection_is_gone_leads_to_another_connection_of_the_same_place()
    {
        using Socket listener = Listen(out IPEndPoint at);
        Send(new Flow(SipTransport.Tcp, 1, at), Message);
        using TcpPeer peer = new(listener.Accept());
        Assert.Equal(Message, peer.ReceiveExactly(Message.Length));

        // As out of the journal of an earlier process.
        Send(new Flow(SipTransport.Tcp, 1, at, Connection: 12345), Message);
        Assert.Equal(Message, peer.ReceiveExactly(Message.Length));
    }

    [Fact]
    public void A_flow_whose_peer_is_gone_is_reported()
    {
        TcpPeer peer = new(_edge);
        peer.Send(Requests.Make("INVITE", peer.SentBy, transport: "TCP"));
        Flow flow = _edge.Actors.Next().Flow!;
        peer.Dispose();
        Wait.Until(() => _edge.Counted("edge.connections") == 0, "the connection is still there");
        Send(flow, Message);
        AssertFailed("connection refused");
    }

    [Fact]
    public void A_reader_that_does_not_read_is_closed_and_blocks_nobody()
    {
        using EdgeUnderTest edge = new(new EdgeOptions { MaxSendQueueBytes = 100_000 });
        using TcpPeer slow = new(edge);
        slow.Socket.ReceiveBufferSize = 4096;
        slow.Send(Requests.Make("INVITE", slow.SentBy, transport: "TCP"));
        Flow flow = edge.Actors.Next().Flow!;
        byte[] large = new byte[50_000];
        int sent = 0;
        while (edge.Counted("edge.connections.closed", "slow-reader") == 0)
        {
            Assert.True(++sent < 2000, "100 MB were queued for one reader");
            edge.Node.Sender.Send(flow, large, "z9hG4bKx", Sender);
        }

        Assert.Equal("the other side reads too slowly", edge.Actors.Next<CallInput.TransportFailed>().Reason);
        edge.AssertCounted(0, "edge.connections");
        using TcpPeer good = new(edge);
        Assert.Equal(200, good.Ask(Requests.Options(good.SentBy, "TCP")).StatusCode);
    }

    [Fact]
    public void A_slow_reader_that_does_read_gets_everything_in_order()
    {
        using TcpPeer peer = new(_edge);
        peer.Send(Requests.Make("INVITE", peer.SentBy, transport: "TCP"));
        Flow flow = _edge.Actors.Next().Flow!;
        const int Messages = 400;
        for (int i = 0; i < Messages; i++)
        {
            byte[] bytes = new byte[1000];
            BitConverter.TryWriteBytes(bytes, i);
            Send(flow, bytes);
        }

        for (int i = 0; i < Messages; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32(peer.ReceiveExactly(1000)));
        }
    }

    [Fact]
    public async Task Many_threads_may_send_on_one_connection()
    {
        using Socket listener = Listen(out IPEndPoint at);
        const int Threads = 4;
        const int Each = 200;
        Task[] senders = [.. Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                byte[] bytes = new byte[100];
                bytes.AsSpan().Fill((byte)(t + 1));
                BitConverter.TryWriteBytes(bytes.AsSpan(4), i);
                Send(new Flow(SipTransport.Tcp, 1, at), bytes);
            }
        }))];
        using TcpPeer peer = new(listener.Accept());
        int[] next = new int[Threads];
        for (int i = 0; i < Threads * Each; i++)
        {
            byte[] bytes = peer.ReceiveExactly(100);
            Assert.All(bytes[8..], b => Assert.Equal(bytes[0], b));
            Assert.Equal(next[bytes[0] - 1]++, BitConverter.ToInt32(bytes, 4));
        }

        await Task.WhenAll(senders);
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "a second connection was opened");
    }

    [Fact]
    public void After_Dispose_sending_is_harmless()
    {
        EdgeUnderTest edge = new();
        edge.Dispose();
        edge.Node.Sender.Send(new Flow(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Loopback, 9)), Message, "b", Sender);
        Assert.Equal("no listener for this flow", edge.Actors.Next<CallInput.TransportFailed>().Reason);
    }

    public void Dispose() => _edge.Dispose();
}
