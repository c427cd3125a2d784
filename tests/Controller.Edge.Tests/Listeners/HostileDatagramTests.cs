using System.Text;
using Controller.Edge.Tests.Fakes;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Listeners;

/// <summary>Whatever arrives: counted, no exception, and the next good message works.</summary>
public sealed class HostileDatagramTests : IDisposable
{
    private readonly EdgeUnderTest _edge = new();
    private readonly UdpPeer _peer;

    public HostileDatagramTests() => _peer = new UdpPeer(_edge);

    [Theory]
    [InlineData("", "keep-alive")]
    [InlineData("\r\n\r\n", "keep-alive")]
    [InlineData("\r\n", "keep-alive")]
    [InlineData("\0\0\0\0", "keep-alive")]
    [InlineData("hello", "too-short")]
    [InlineData("\u0000\u0001\u0000\u0000\u0021\u0012\u00a4\u0042abcdefghijkl", "stun")]
    [InlineData("\u0080\u0008abcdefghijklmnopqrstuv", "not-sip")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "start-line")]
    public void Noise_is_dropped_and_counted(string datagram, string reason)
    {
        _peer.Send(datagram);
        _edge.AssertCounted(1, "edge.messages.rejected", reason);
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

    [Fact]
    public void Random_bytes_harm_nothing()
    {
        const int Seed = 20260101;
        Random random = new(Seed);
        for (int i = 0; i < 2000; i++)
        {
            byte[] noise = new byte[random.Next(0, 1500)];
            random.NextBytes(noise);
            _peer.Send(noise);
            if (i % 200 == 199)
            {
                // Not faster than they are read, or the system drops them and nothing is tested.
                _edge.AssertCounted(i + 1 + (i / 200), "edge.messages.received", "udp");
                Assert.True(_peer.HeardNothing());
            }
        }

        _edge.AssertCounted(2000, "edge.messages.rejected");
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void A_good_request_with_octets_changed_at_random_is_taken_answered_or_dropped()
    {
        const int Seed = 20260102;
        Random random = new(Seed);
        string good = Requests.Make("INVITE", _peer.SentBy + ";rport", extra: "Subject: x\r\nRoute: <sip:127.0.0.1;lr>\r\n", body: "v=0\r\n");
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(good);
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _peer.Send(bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length));
            if (i % 100 == 99)
            {
                int sent = i + 1;
                Wait.Until(() => _edge.Counted("edge.messages.received", "udp") == sent, $"not all of {sent} were read");
            }
        }

        Wait.Until(
            () => _edge.Actors.Count + _edge.Counted("edge.messages.rejected") + _edge.Counted("edge.messages.answered") >= 2000, "something was lost");
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

    [Fact]
    public void A_request_cut_off_anywhere_is_answered_400_or_dropped()
    {
        string good = Requests.Make("INVITE", _peer.SentBy, body: "v=0\r\no=x\r\n", extra: "Content-Type: application/sdp\r\n");
        byte[] bytes = Encoding.Latin1.GetBytes(good);
        int answered = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            _peer.Send(bytes.AsSpan(0, length));
            if (length % 50 == 49 || length == bytes.Length - 1)
            {
                // Read what was answered before it is more than the peer's socket holds.
                _edge.AssertCounted(length + 1, "edge.messages.rejected");
                for (long expected = _edge.Counted("edge.messages.answered", "400"); answered < expected; answered++)
                {
                    Assert.Equal(400, _peer.Receive().StatusCode);
                }
            }
        }

        Assert.True(answered > 50);
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

    [Fact]
    public void The_largest_datagram_is_taken_or_refused_by_its_budgets()
    {
        string small = Requests.Make("MESSAGE", _peer.SentBy, body: new string('b', 60_000), extra: "Content-Type: text/plain\r\n");
        _peer.Send(small);
        Told told = _edge.Actors.Next();
        Assert.Equal(SipMethod.Message, told.Message!.Method);
        Assert.Equal(60_000, told.Message.Body.Length);

        _peer.Send(Requests.Make("MESSAGE", _peer.SentBy, extra: $"Subject: {new string('s', 60_000)}\r\n"));
        Assert.Equal(513, _peer.Receive().StatusCode);
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("9999")]
    public void A_Content_Length_that_cannot_be_is_400(string length)
    {
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy, body: "v=0", contentLength: length));
        Assert.Contains(answer.StatusCode, new[] { 400, 413 });
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void An_answer_that_would_go_to_a_broadcast_address_or_port_0_harms_nothing()
    {
        // No port 0 in a sent-by: malformed, and told so at the source.
        Assert.Equal(400, _peer.Ask(Requests.Options("255.255.255.255:0")).StatusCode);
        _peer.Send(Requests.Options("255.255.255.255:1"));
        Assert.True(_peer.HeardNothing());
    }

    [Fact]
    public void A_source_that_changes_its_port_with_each_datagram_is_forgotten_in_bounds()
    {
        using EdgeUnderTest edge = new(new EdgeOptions { FlowCacheSize = 4 });
        for (int i = 0; i < 20; i++)
        {
            using UdpPeer peer = new(edge);
            peer.Send(Requests.Make("INVITE", peer.SentBy));
            Assert.Equal(peer.Local, edge.Actors.Next().Flow!.Remote);
        }
    }

    public void Dispose()
    {
        _peer.Dispose();
        _edge.Dispose();
    }
}
