using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Actors.Tokens;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Dispatch;

public sealed class DispatchTests : IDisposable
{
    private readonly EdgeUnderTest _edge = new();
    private readonly UdpPeer _peer;

    public DispatchTests() => _peer = new UdpPeer(_edge);

    [Theory]
    [InlineData("INVITE", null)]
    [InlineData("INVITE", "t")]
    [InlineData("ACK", "t")]
    [InlineData("CANCEL", null)]
    [InlineData("BYE", "t")]
    [InlineData("OPTIONS", "t")]
    [InlineData("INFO", "t")]
    [InlineData("MESSAGE", "t")]
    [InlineData("PRACK", "t")]
    [InlineData("FROBNICATE", "t")]
    public void A_request_goes_to_the_call_of_its_Call_ID_byte_for_byte(string method, string? toTag)
    {
        string request = Requests.Make(method, _peer.SentBy, toTag: toTag, callId: "abc@host", body: "v=0", extra: "Content-Type: application/sdp\r\nX-Odd:  kept \r\n");
        _peer.Send(request);

        Told told = _edge.Actors.Next();
        Assert.IsType<CallInput.RequestReceived>(told.Input);
        Assert.Equal(ActorKeys.ForCallId(EdgeUnderTest.Secret, "abc@host"u8), told.Actor);
        Assert.Equal(request, Encoding.Latin1.GetString(told.Message!.Raw));
        Assert.Equal(new Flow(SipTransport.Udp, 0, _peer.Local), told.Flow);
    }

    [Theory]
    [InlineData("MESSAGE", 4)]
    [InlineData("OPTIONS", 4)]
    [InlineData("PUBLISH", 4)]
    [InlineData("NOTIFY", 4)]
    [InlineData("DANCE", 4)]
    [InlineData("SUBSCRIBE", 5)]
    public void What_makes_no_call_goes_to_the_actor_of_its_Call_ID_and_its_makers_tag(string method, byte kind)
    {
        string request = Requests.Make(method, _peer.SentBy, callId: "abc@host", extra: "Event: presence\r\nSubscription-State: active\r\n");
        _peer.Send(request);
        Told told = _edge.Actors.Next();
        Assert.IsType<CallInput.RequestReceived>(told.Input);
        string tag = request.Split(";tag=")[1].Split('\r')[0];
        Assert.Equal(ActorKeys.ForCallId(EdgeUnderTest.Secret, new ActorKind(kind), "abc@host"u8, Encoding.ASCII.GetBytes(tag)), told.Actor);
        Assert.Equal(kind, told.Actor.Kind.Value);
        _peer.Send(request.Replace(";tag=" + tag, ";tag=another", StringComparison.Ordinal));
        Assert.NotEqual(told.Actor, _edge.Actors.Next().Actor);
    }

    [Fact]
    public void A_subscription_is_found_by_the_tag_the_branch_and_the_Call_ID_that_it_gave()
    {
        var key = new ActorId(new ActorKind(5), UInt128.MaxValue / 5);
        ActorId self = ActorKeys.ForCallId(EdgeUnderTest.Secret, key.Kind, "abc@host"u8, "their-tag"u8);

        // The subscriber refreshes: its Call-ID and its tag; the To tag is ours.
        string refresh = Requests.Make("SUBSCRIBE", _peer.SentBy, toTag: Tags.Make(EdgeUnderTest.Secret, self, 0, default), callId: "abc@host", extra: "Event: presence\r\n");
        _peer.Send(refresh.Replace("alice@example.com>;tag=a", "alice@example.com>;tag=their-tag\r\nX-Old: a", StringComparison.Ordinal));
        Assert.Equal(self, _edge.Actors.Next().Actor);

        // It answers a NOTIFY of ours: the branch is ours, the To tag its.
        string branch = Branches.Make(EdgeUnderTest.Secret, self, 0, 1, SipMethod.Notify, 0);
        _peer.Send(Requests.Response(_edge.Udp.SentBy, callId: "abc@host").Replace("z9hG4bKours", branch, StringComparison.Ordinal)
            .Replace(";tag=2", ";tag=their-tag", StringComparison.Ordinal).Replace("1 INVITE", "1 NOTIFY", StringComparison.Ordinal));
        Assert.Equal(self, _edge.Actors.Next().Actor);

        // The notifier: the Call-ID is ours.
        _peer.Send(Requests.Make("NOTIFY", _peer.SentBy, toTag: "t", callId: CallToken.Encode(EdgeUnderTest.Secret, key, 1, 0), extra: "Event: presence\r\nSubscription-State: active\r\n"));
        Assert.Equal(key, _edge.Actors.Next().Actor);
        _peer.Send(Requests.Response(_edge.Udp.SentBy, callId: CallToken.Encode(EdgeUnderTest.Secret, key, 1, 0)));
        Assert.Equal(key, _edge.Actors.Next().Actor);

        // A call's token with the mark of another kind leads nowhere of ours.
        _peer.Send(Requests.Make("NOTIFY", _peer.SentBy, toTag: "t", callId: CallToken.Encode(EdgeUnderTest.Secret, key.Key, 1, 0) + "s", extra: "Event: presence\r\nSubscription-State: active\r\n"));
        Assert.NotEqual(key.Key, _edge.Actors.Next().Actor.Key);
    }

    [Fact]
    public void A_Call_ID_that_we_made_leads_to_the_call_inside_it()
    {
        UInt128 key = UInt128.MaxValue / 3;
        _peer.Send(Requests.Make("BYE", _peer.SentBy, toTag: "t", callId: CallToken.Encode(EdgeUnderTest.Secret, key, 1, 0)));
        Assert.Equal(key, _edge.Actors.Next().Actor.Key);
    }

    [Theory]
    [InlineData("sip:example.com", "<sip:alice@example.com>", "alice@example.com")]
    [InlineData("sip:EXAMPLE.com", "\"A\" <sip:alice@Example.COM:5070;x=y>;p=q", "alice@example.com")]
    [InlineData("sip:127.0.0.1:5099", "<sip:alice@127.0.0.1>", "alice@example.com")]
    [InlineData("sips:example.com", "<sips:bob@example.com>", "bob@example.com")]
    public void A_REGISTER_goes_to_its_address_of_record(string uri, string to, string aor)
    {
        _peer.Send(Requests.Register(_peer.SentBy, uri, to));
        Told told = _edge.Actors.Next();
        Assert.IsType<RegistrationInput.RegisterReceived>(told.Input);
        Assert.Equal(ActorKeys.ForAddressOfRecord(EdgeUnderTest.Secret, aor), told.Actor);
        Assert.Equal(_peer.Local, told.Flow!.Remote);
    }

    [Fact]
    public void A_response_to_us_goes_to_its_call()
    {
        _peer.Send(Requests.Response(_edge.Udp.SentBy, 180, callId: "leg"));
        Told told = _edge.Actors.Next();
        Assert.IsType<CallInput.ResponseReceived>(told.Input);
        Assert.Equal(ActorKeys.ForCallId(EdgeUnderTest.Secret, "leg"u8), told.Actor);
        Assert.Equal(180, told.Message!.StatusCode);
    }

    [Fact]
    public void A_response_to_somebody_else_is_dropped()
    {
        // RFC 3261 section 18.1.2: "the response MUST be silently discarded".
        _peer.Send(Requests.Response("192.0.2.1:5060"));
        _peer.Send(Requests.Response("127.0.0.1:1"));
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
        _edge.AssertCounted(2, "edge.messages.rejected", "foreign-response");
    }

    [Theory]
    [InlineData("Via: SIP/2.0/UDP 192.0.2.1\r\n")]
    [InlineData("v: SIP/2.0/UDP 192.0.2.1, SIP/2.0/TCP 192.0.2.2\r\n")]
    public void A_response_with_a_Via_below_ours_is_dropped(string below)
    {
        // RFC 3261 section 8.1.3.3: "If more than one Via header field value is present in a response, the UAC SHOULD discard the message."
        _peer.Send(Requests.Response(_edge.Udp.SentBy, extraVia: below));
        _edge.AssertCounted(1, "edge.messages.rejected", "several-vias");
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void A_malformed_response_is_dropped_and_counted()
    {
        _peer.Send(Requests.Response(_edge.Udp.SentBy).Replace("CSeq: 1 INVITE\r\n", "", StringComparison.Ordinal));
        _edge.AssertCounted(1, "edge.messages.rejected", "missing-c-seq");
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void Trailing_octets_of_a_datagram_are_not_part_of_the_message()
    {
        // RFC 3261 section 18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST be discarded."
        string request = Requests.Make("INVITE", _peer.SentBy);
        _peer.Send(request + "INVITE sip:x SIP/2.0\r\n\r\n");
        Assert.Equal(request, Encoding.Latin1.GetString(_edge.Actors.Next().Message!.Raw));
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void The_same_source_is_the_same_flow_and_another_is_another()
    {
        using UdpPeer other = new(_edge);
        _peer.Send(Requests.Make("INVITE", _peer.SentBy));
        _peer.Send(Requests.Make("INVITE", _peer.SentBy));
        Flow first = _edge.Actors.Next().Flow!;
        Assert.Same(first, _edge.Actors.Next().Flow);
        other.Send(Requests.Make("INVITE", other.SentBy));
        Assert.Equal(other.Local, _edge.Actors.Next().Flow!.Remote);
    }

    [Fact]
    public void IPv6_listeners_and_sources_work_alike()
    {
        using EdgeUnderTest edge = new(address: System.Net.IPAddress.IPv6Loopback);
        using UdpPeer peer = new(edge);
        SipMessage answer = peer.Ask(Requests.Options(peer.SentBy));
        Assert.Equal(200, answer.StatusCode);
        peer.Send(Requests.Register(peer.SentBy, "sip:[0:0:0:0:0:0:0:1]", "<sip:alice@[::1]>"));
        Told told = edge.Actors.Next();
        Assert.IsType<RegistrationInput.RegisterReceived>(told.Input);
        Assert.Equal(peer.Local, told.Flow!.Remote);
        Assert.Equal("UDP", Encoding.ASCII.GetString(Via.TryParse(told.Message!.Value(HeaderId.Via), out Via via) ? via.TransportText : default));
    }

    public void Dispose()
    {
        _peer.Dispose();
        _edge.Dispose();
    }
}
