using System.Net.Sockets;
using System.Text;
using Controller.Actors.Calls;
using Controller.Edge.Tests.Fakes;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Flows;

public sealed class HostileStreamTests : IDisposable
{
    private readonly EdgeUnderTest _edge = new(new EdgeOptions { MessageTimeout = TimeSpan.FromSeconds(2), DrainTimeout = TimeSpan.FromSeconds(2) });

    private void AssertGoodStillWorks()
    {
        using TcpPeer peer = new(_edge);
        Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy, "TCP")).StatusCode);
        _edge.AssertCounted(0, "edge.connections.closed", "fault");
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

    [Fact]
    public void A_double_CRLF_is_answered_with_one()
    {
        using TcpPeer peer = new(_edge);

        // RFC 5626 section 3.5.1: "the server … MUST immediately respond with a single CRLF".
        peer.Send("\r\n\r\n");
        Assert.Equal("\r\n"u8, peer.ReceiveExactly(2));

        // Also in pieces, and before a message.
        peer.Send("\r\n");
        peer.Send("\r\n");
        Assert.Equal("\r\n"u8, peer.ReceiveExactly(2));
        peer.Send("\r\n\r\n" + Requests.Options(peer.SentBy, "TCP"));
        Assert.Equal("\r\n"u8, peer.ReceiveExactly(2));
        Assert.Equal(200, peer.Receive().StatusCode);
        Assert.Equal(3, _edge.Counted("edge.messages.rejected", "keep-alive"));
    }

    [Fact]
    public void A_single_CRLF_is_ignored()
    {
        using TcpPeer peer = new(_edge);
        peer.Send("\r\n" + Requests.Options(peer.SentBy, "TCP"));
        Assert.Equal(200, peer.Receive().StatusCode);
        Assert.Equal(0, _edge.Counted("edge.messages.rejected", "keep-alive"));
    }

    [Fact]
    public void Messages_are_found_however_they_are_cut()
    {
        // With the usual time limits: a starved machine may take longer than the ones of this class between two pieces.
        using EdgeUnderTest edge = new();
        using TcpPeer peer = new(edge);
        StringBuilder all = new();
        List<string> sent = [];
        for (int i = 0; i < 30; i++)
        {
            sent.Add(Requests.Make("MESSAGE", peer.SentBy, transport: "TCP", body: new string((char)('a' + (i % 26)), i * 150)));
            all.Append(sent[^1]);
        }

        const int Seed = 20260103;
        Random random = new(Seed);
        byte[] bytes = Encoding.ASCII.GetBytes(all.ToString());
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, 2000), bytes.Length - at);
            peer.Send(bytes.AsSpan(at, length));
            at += length;
        }

        foreach (string expected in sent)
        {
            Assert.Equal(expected, Encoding.ASCII.GetString(edge.Actors.Next().Message!.Raw));
        }

        Assert.Equal(30, edge.Counted("edge.messages.received", "tcp"));
    }

    [Fact]
    public void One_octet_at_a_time_is_a_message_all_the_same()
    {
        using TcpPeer peer = new(_edge);
        string request = Requests.Make("INVITE", peer.SentBy, transport: "TCP", body: "v=0\r\n", extra: "Content-Type: application/sdp\r\n");
        foreach (char octet in request)
        {
            peer.Send([(byte)octet]);
        }

        Assert.Equal(request, Encoding.ASCII.GetString(_edge.Actors.Next().Message!.Raw));
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("2000000000")]
    [InlineData("99999999999999999999")]
    [InlineData("-5")]
    [InlineData("five")]
    public void A_Content_Length_that_cannot_be_is_answered_and_the_connection_closed(string length)
    {
        using TcpPeer peer = new(_edge);
        peer.Send(Requests.Make("INVITE", peer.SentBy, transport: "TCP", contentLength: length) + new string('x', 10_000));

        // RFC 4475 section 3.1.2.3: "it is impossible to find the end of the message": the connection is of no more use.
        Assert.Contains(peer.Receive().StatusCode, new[] { 400, 413 });
        Assert.True(peer.IsClosedByEdge());
        Assert.True(_edge.Actors.IsIdle);
        AssertGoodStillWorks();
    }

    [Fact]
    public void Whoever_goes_on_sending_after_the_refusal_is_cut_off()
    {
        using TcpPeer peer = new(_edge);
        peer.Send(Requests.Make("INVITE", peer.SentBy, transport: "TCP", contentLength: "2000000000"));
        Assert.Equal(413, peer.Receive().StatusCode);
        byte[] flood = new byte[10_000];
        Wait.Until(
            () =>
            {
                try
                {
                    peer.Send(flood);
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            "the flood is still taken");
        _edge.AssertCounted(1, "edge.connections.closed", "lost-framing");
        AssertGoodStillWorks();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void What_is_not_SIP_is_closed_at_once(string bytes)
    {
        using TcpPeer peer = new(_edge);
        peer.Send(bytes);
        Assert.True(peer.IsClosedByEdge());
        AssertGoodStillWorks();
    }

    [Fact]
    public void Random_bytes_harm_nothing()
    {
        const int Seed = 20260104;
        Random random = new(Seed);
        for (int i = 0; i < 200; i++)
        {
            using TcpPeer peer = new(_edge);
            byte[] noise = new byte[random.Next(1, 3000)];
            random.NextBytes(noise);
            peer.Send(noise);
        }

        AssertGoodStillWorks();
        Wait.Until(() => _edge.Counted("edge.connections") == 0, "connections are left over");
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void A_header_without_end_is_refused_at_its_budget()
    {
        using TcpPeer peer = new(_edge);
        peer.Send($"OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP {peer.SentBy};branch=z9hG4bK1\r\nSubject: ");
        try
        {
            for (int i = 0; i < 100; i++)
            {
                peer.Send(new string('s', 1000));
            }
        }
        catch (SocketException)
        {
            // Closed while we were still writing.
        }

        Assert.True(peer.IsClosedByEdge());
        _edge.AssertCounted(1, "edge.messages.rejected", "headers-too-large");
        AssertGoodStillWorks();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("INVITE sip:x@example.com SIP/2.0\r\nVia: SIP/2.0/TCP x")]
    public void Who_never_finishes_a_message_is_closed_in_time(string beginning)
    {
        using TcpPeer peer = new(_edge);
        peer.Send(beginning);
        Assert.True(peer.IsClosedByEdge());
        _edge.AssertCounted(1, "edge.connections.closed", "message-timeout");
    }

    [Fact]
    public void Writing_slowly_does_not_prolong_the_time_for_one_message()
    {
        using TcpPeer peer = new(_edge);
        peer.Send(Requests.Options(peer.SentBy, "TCP"));
        Assert.Equal(200, peer.Receive().StatusCode);
        peer.Send("INVITE sip:x@example.com SIP/2.0\r\nSubject: ");
        Wait.Until(
            () =>
            {
                try
                {
                    peer.Send("x");
                    Thread.Sleep(20);
                    return false;
                }
                catch (SocketException)
                {
                    return true;
                }
            },
            "one octet after another keeps the connection for ever");
        _edge.AssertCounted(1, "edge.connections.closed", "message-timeout");
    }

    [Fact]
    public void Silence_between_messages_is_no_offence_until_the_idle_timeout()
    {
        using EdgeUnderTest edge = new(new EdgeOptions { MessageTimeout = TimeSpan.FromMilliseconds(100), IdleTimeout = TimeSpan.FromMilliseconds(600) });
        using TcpPeer peer = new(edge);
        Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy, "TCP")).StatusCode);
        Assert.True(peer.IsClosedByEdge());
        edge.AssertCounted(1, "edge.connections.closed", "idle");
    }

    [Fact]
    public void A_half_closed_or_reset_connection_is_forgotten()
    {
        using (TcpPeer half = new(_edge))
        {
            half.Send("INVITE sip:x");
            half.Socket.Shutdown(SocketShutdown.Send);
            Assert.True(half.IsClosedByEdge());
        }

        TcpPeer reset = new(_edge);
        reset.Send("INVITE sip:x");
        reset.Socket.LingerState = new LingerOption(true, 0);
        reset.Dispose();
        Wait.Until(() => _edge.Counted("edge.connections") == 0, "connections are left over");
        AssertGoodStillWorks();
    }

    [Fact]
    public void Many_connections_are_served_and_one_too_many_is_closed()
    {
        const int Many = 300;
        using EdgeUnderTest edge = new(new EdgeOptions { MaxConnections = Many });
        List<TcpPeer> peers = [];
        for (int i = 0; i < Many; i++)
        {
            peers.Add(new TcpPeer(edge));
        }

        peers.ForEach(p => p.Send(Requests.Options(p.SentBy, "TCP")));
        peers.ForEach(p => Assert.Equal(200, p.Receive().StatusCode));
        edge.AssertCounted(Many, "edge.connections", "tcp");
        using (TcpPeer late = new(edge))
        {
            Assert.True(late.IsClosedByEdge());
            edge.AssertCounted(1, "edge.connections.closed", "too-many-connections");
        }

        peers[0].Dispose();
        Wait.Until(() => edge.Counted("edge.connections") == Many - 1, "a closed connection still counts");
        using TcpPeer next = new(edge);
        Assert.Equal(200, next.Ask(Requests.Options(next.SentBy, "TCP")).StatusCode);
        peers.ForEach(p => p.Dispose());
        Wait.Until(() => edge.Counted("edge.connections") == 1, "connections are left over");
    }

    [Fact]
    public void Two_messages_in_one_segment_are_two_messages()
    {
        using TcpPeer peer = new(_edge);
        peer.Send(Requests.Make("INVITE", peer.SentBy, transport: "TCP") + Requests.Make("BYE", peer.SentBy, transport: "TCP", toTag: "t"));
        Assert.Equal(SipMethod.Invite, _edge.Actors.Next().Message!.Method);
        Told second = _edge.Actors.Next();
        Assert.IsType<CallInput.RequestReceived>(second.Input);
        Assert.Equal(SipMethod.Bye, second.Message!.Method);
    }

    public void Dispose() => _edge.Dispose();
}
