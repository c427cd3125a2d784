using System.Text;
using Controller.Edge.Tests.Fakes;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Screening;

public sealed class StatelessAnswerTests : IDisposable
{
    private readonly EdgeUnderTest _edge = new();
    private readonly UdpPeer _peer;

    public StatelessAnswerTests() => _peer = new UdpPeer(_edge);

    private static string Text(SipMessage message, HeaderId id) => Encoding.UTF8.GetString(message.Value(id));

    [Theory]
    [InlineData("sip:example.com")]
    [InlineData("sip:127.0.0.1:5060")]
    public void Options_outside_a_dialog_says_what_we_can_do(string uri)
    {
        SipMessage answer = _peer.Ask(Requests.Make("OPTIONS", _peer.SentBy, uri));

        // RFC 3261 section 11.2: "Allow, Accept, Accept-Encoding, Accept-Language, and Supported header fields SHOULD be present in a
        // 200 (OK) response to an OPTIONS request."
        Assert.Equal(200, answer.StatusCode);
        Assert.Contains("INVITE", Text(answer, HeaderId.Allow));
        Assert.Equal("application/sdp", Text(answer, HeaderId.Accept));
        Assert.True(answer.Has(HeaderId.AcceptEncoding));
        Assert.True(answer.Has(HeaderId.AcceptLanguage));
        Assert.True(answer.Has(HeaderId.Supported));

        // RFC 3261 section 8.2.6.2: a To tag is added to any response but 100.
        Assert.Contains(";tag=", Text(answer, HeaderId.To));
        Assert.True(_edge.Actors.IsIdle);
        _edge.AssertCounted(1, "edge.messages.answered", "200");
    }

    [Fact]
    public void A_retransmission_gets_the_identical_answer()
    {
        string request = Requests.Options(_peer.SentBy);
        _peer.Send(request);
        byte[] first = _peer.ReceiveRaw();
        _peer.Send(request);

        // RFC 3261 section 8.2.7: a stateless UAS "MUST … generate the same tag for a given request every time".
        Assert.Equal(first, _peer.ReceiveRaw());
    }

    [Fact]
    public void Another_transaction_gets_another_tag()
    {
        SipMessage first = _peer.Ask(Requests.Make("OPTIONS", _peer.SentBy, "sip:example.com", callId: "same", branch: "z9hG4bKone"));
        SipMessage second = _peer.Ask(Requests.Make("OPTIONS", _peer.SentBy, "sip:example.com", callId: "same", branch: "z9hG4bKtwo"));
        Assert.NotEqual(Text(first, HeaderId.To), Text(second, HeaderId.To));
    }

    [Fact]
    public void An_OPTIONS_without_hops_left_is_answered_by_whom_it_has_reached()
    {
        // RFC 3261 section 11: "the request … may be answered by" an element that it was not for.
        Assert.Equal(200, _peer.Ask(Requests.Make("OPTIONS", _peer.SentBy, "sip:alice@example.com", maxForwards: "0")).StatusCode);
    }

    [Theory]
    [InlineData("DANCE", 501)]
    [InlineData("SUBSCRIBE", 489)]
    [InlineData("PUBLISH", 489)]
    [InlineData("NOTIFY", 481)]
    [InlineData("MESSAGE", 404)]
    [InlineData("REFER", 603)]
    public void What_is_for_us_and_nothing_that_we_do_is_refused(string method, int status)
    {
        // RFC 3261 sections 21.5.2 and 21.4.5, RFC 6665 sections 8.3.2 and 4.1.3, RFC 3515 section 2.4.2.
        SipMessage answer = _peer.Ask(Requests.Make(method, _peer.SentBy, "sip:example.com", extra: "Event: presence\r\nSubscription-State: active\r\n"));
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == 501, answer.Has(HeaderId.Allow));
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void Scheme_that_we_do_not_know_is_416()
    {
        // RFC 3261 section 8.2.2.1: "If the Request-URI uses a scheme not supported by the UAS, it SHOULD reject the request with a 416".
        Assert.Equal(416, _peer.Ask(Requests.Make("INVITE", _peer.SentBy, "nobodyknows:this")).StatusCode);
    }

    [Theory]
    [InlineData("Require")]
    [InlineData("Proxy-Require")]
    public void Extension_that_we_do_not_know_is_420_and_named(string header)
    {
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy, extra: $"{header}: 100rel, precondition, nothingSupportsThis\r\n"));

        // RFC 3261 section 8.2.2.3: "The UAS MUST add an Unsupported header field, and list in it those options it does not understand".
        Assert.Equal(420, answer.StatusCode);
        Assert.Equal("precondition, nothingSupportsThis", Text(answer, HeaderId.Unsupported));
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("UPDATE")]
    [InlineData("INFO")]
    public void What_lives_in_dialogs_only_is_481_without_one(string method)
    {
        // RFC 3261 section 15.1.2: "If the BYE does not match an existing dialog, the UAS core SHOULD generate a 481".
        Assert.Equal(481, _peer.Ask(Requests.Make(method, _peer.SentBy, extra: method == "PRACK" ? "RAck: 1 1 INVITE\r\n" : "")).StatusCode);
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void What_has_no_hops_left_is_483()
    {
        // RFC 3261 section 16.3 step 3: "If the request contains a Max-Forwards header field with a field value of zero (0), the element
        // MUST NOT forward the request. … Otherwise, the element MUST return a 483".
        Assert.Equal(483, _peer.Ask(Requests.Make("INVITE", _peer.SentBy, maxForwards: "0")).StatusCode);
    }

    [Fact]
    public void What_we_have_sent_ourselves_is_482()
    {
        // RFC 3261 section 16.3 step 4: a sent-by "that equals a value placed into previous requests by the proxy".
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy, extra: $"Via: SIP/2.0/UDP {_edge.Udp.SentBy};branch=z9hG4bKx\r\n"));
        Assert.Equal(482, answer.StatusCode);
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void Other_version_is_505()
    {
        string request = Requests.Make("INVITE", _peer.SentBy).Replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia", StringComparison.Ordinal);
        Assert.Equal(505, _peer.Ask(request).StatusCode);
    }

    [Theory]
    [InlineData("Call-ID: x")]
    [InlineData("CSeq: 1 INVITE")]
    [InlineData("From: <sip:x@example.com>;tag=1")]
    public void What_may_stand_once_and_stands_twice_is_400(string line)
    {
        Assert.Equal(400, _peer.Ask(Requests.Make("INVITE", _peer.SentBy, extra: line + "\r\n")).StatusCode);
        _edge.AssertCounted(1, "edge.messages.rejected", "duplicate-header");
    }

    [Theory]
    [InlineData(1001, 0, 413)]
    [InlineData(0, 2001, 513)]
    public void What_is_over_its_budget_is_refused_and_the_next_message_is_not(int body, int subject, int status)
    {
        using EdgeUnderTest edge = new(new EdgeOptions { Limits = new() { MaxBodyBytes = 1000, MaxHeaderBytes = 2000 } });
        using UdpPeer peer = new(edge);
        string extra = "Content-Type: text/plain\r\n" + (subject > 0 ? $"Subject: {new string('x', subject)}\r\n" : "");

        // RFC 3261 sections 21.4.11, 21.5.7.
        Assert.Equal(status, peer.Ask(Requests.Make("INVITE", peer.SentBy, body: new string('x', body), extra: extra)).StatusCode);
        Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy)).StatusCode);
    }

    [Fact]
    public void A_body_that_is_no_session_description_is_415_and_says_what_is()
    {
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy, body: "x", extra: "Content-Type: text/plain\r\n"));
        Assert.Equal(415, answer.StatusCode);
        Assert.Contains("application/sdp", Text(answer, HeaderId.Accept));
    }

    [Fact]
    public void A_description_that_nobody_can_read_is_488_and_warns_why()
    {
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy, body: "v=0\r\nm=video 9002 RTP/AVP\r\n", extra: "Content-Type: application/sdp\r\n"));

        // RFC 3261 section 13.3.1.3: "Such a response SHOULD include a Warning header field value explaining why the offer was rejected."
        Assert.Equal(488, answer.StatusCode);
        Assert.Matches("^399 [^ ]+:[0-9]+ \".*\"$", Text(answer, HeaderId.Warning));
        Assert.True(_edge.Actors.IsIdle);
    }

    [Theory]
    [InlineData("sip:elsewhere.example.net", "<sip:alice@elsewhere.example.net>")]
    [InlineData("sip:example.com", "<sip:alice@elsewhere.example.net>")]
    public void Register_for_a_domain_that_is_not_ours_is_404(string uri, string to)
    {
        // RFC 3261 section 10.3 step 5: "If the address-of-record is not valid for the domain in the Request-URI, the registrar MUST send
        // a 404 (Not Found) response".
        Assert.Equal(404, _peer.Ask(Requests.Register(_peer.SentBy, uri, to)).StatusCode);
    }

    [Fact]
    public void Register_of_what_is_no_SIP_address_is_400()
    {
        Assert.Equal(400, _peer.Ask(Requests.Register(_peer.SentBy, to: "<tel:+15551234>")).StatusCode);
    }

    [Fact]
    public void The_ACK_to_a_stateless_answer_is_known_again_and_dropped()
    {
        string invite = Requests.Make("INVITE", _peer.SentBy, "nobodyknows:this", callId: "ack-me", branch: "z9hG4bKack");
        string to = Text(_peer.Ask(invite), HeaderId.To);
        string tag = to[(to.IndexOf(";tag=", StringComparison.Ordinal) + 5)..];

        _peer.Send(Requests.Make("ACK", _peer.SentBy, toTag: tag, callId: "ack-me", branch: "z9hG4bKack"));
        _edge.AssertCounted(1, "edge.messages.rejected", "ack-of-stateless-answer");
        Assert.True(_edge.Actors.IsIdle);

        // The tag belongs to one transaction: with another Call-ID it is just an ACK.
        _peer.Send(Requests.Make("ACK", _peer.SentBy, toTag: tag, callId: "other", branch: "z9hG4bKack"));
        Assert.Equal(SipMethod.Ack, _edge.Actors.Next().Message!.Method);
    }

    [Fact]
    public void A_malformed_ACK_is_never_answered()
    {
        // RFC 3261 section 17.1.1.3: no response is ever sent to an ACK.
        _peer.Send(Requests.Make("ACK", _peer.SentBy, extra: "Call-ID: twice\r\n"));
        _peer.Send(Requests.Make("ACK", _peer.SentBy, "nobodyknows:this", extra: "CSeq: 9999999999 ACK\r\n"));
        Assert.True(_peer.HeardNothing());
        Assert.True(_edge.Actors.IsIdle);
    }

    [Fact]
    public void The_answer_goes_where_rport_says_and_says_where_it_went()
    {
        SipMessage answer = _peer.Ask(Requests.Options("192.0.2.7:9;rport"));

        // RFC 3581 section 4: "When a server compliant to this specification receives a request … that contains an "rport" parameter with no
        // value, it MUST set the value of the parameter to the source port of the request."
        string via = Text(answer, HeaderId.Via);
        Assert.Contains($"rport={_peer.Local.Port}", via);

        // RFC 3261 section 18.2.1: "If the host portion of the sent-by parameter … differs from the packet source address, the server MUST
        // add a received parameter".
        Assert.Contains("received=127.0.0.1", via);
    }

    [Fact]
    public void A_full_mailbox_is_503_for_what_would_begin_something_and_silence_for_the_rest()
    {
        _edge.Actors.Refuses = true;
        SipMessage answer = _peer.Ask(Requests.Make("INVITE", _peer.SentBy));
        Assert.Equal(503, answer.StatusCode);
        Assert.Equal("5", Text(answer, HeaderId.RetryAfter));
        Assert.Equal(503, _peer.Ask(Requests.Register(_peer.SentBy)).StatusCode);

        _peer.Send(Requests.Make("BYE", _peer.SentBy, toTag: "t"));
        _peer.Send(Requests.Make("INVITE", _peer.SentBy, toTag: "t"));
        _peer.Send(Requests.Make("CANCEL", _peer.SentBy));
        _peer.Send(Requests.Make("ACK", _peer.SentBy, toTag: "t"));
        Assert.True(_peer.HeardNothing());
        _edge.AssertCounted(6, "edge.dispatch.refused");
        _edge.AssertCounted(4, "edge.messages.rejected", "overload");
    }

    [Fact]
    public void A_request_that_was_told_to_come_back_later_is_not_begun_by_its_copy()
    {
        string invite = Requests.Make("INVITE", _peer.SentBy);
        _edge.Actors.Behind = true;
        SipMessage first = _peer.Ask(invite);
        Assert.Equal((503, "5"), (first.StatusCode, Text(first, HeaderId.RetryAfter)));
        _edge.Actors.Behind = false;

        // The same answer, for the transaction is over at the other side or will be (RFC 3261 section 17.1.1.2).
        Assert.True(first.Raw.SequenceEqual(_peer.Ask(invite).Raw));
        Assert.Equal(0, _edge.Actors.Count);

        // What follows is another transaction, of the same call.
        _peer.Send(invite.Replace("branch=z9hG4bK", "branch=z9hG4bKnext", StringComparison.Ordinal));
        Assert.NotNull(_edge.Actors.Next().Message);
    }

    [Fact]
    public void A_copy_of_a_request_that_waits_is_not_told_to_come_back_later()
    {
        string invite = Requests.Make("INVITE", _peer.SentBy);
        string register = Requests.Register(_peer.SentBy);
        _peer.Send(invite);
        _edge.Actors.Next();
        _peer.Send(register);
        _edge.Actors.Next();
        _edge.Actors.Behind = true;
        _peer.Send(invite);
        _peer.Send(register);
        Assert.True(_peer.HeardNothing());
        _edge.AssertCounted(2, "edge.messages.rejected", "overload");

        // Within a dialog everything waits.
        _peer.Send(Requests.Make("BYE", _peer.SentBy, toTag: "t"));
        Assert.Equal(SipMethod.Bye, _edge.Actors.Next().Message!.Method);
    }

    public void Dispose()
    {
        _peer.Dispose();
        _edge.Dispose();
    }
}
