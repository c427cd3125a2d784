using Controller.Actors.Calls.State;

namespace Controller.Actors.Tests.Calls;

/// <summary>What a call asks of its transactions: matching, merging, and what RFC 4320 changed. The machines have their own table in the Sip room.</summary>
public class TransactionTests
{
    private const string NoCookie = "old1";

    private static CallDriver Established(out Sent invite, out string callerTag)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        callerTag = call.Last("SIP/2.0 200", CallDriver.Caller).Header("To").Split(";tag=")[1];
        call.FromCaller(Messages.FromCaller("ACK", callerTag, 1, "z9hG4bKack1"));
        return call;
    }

    [Fact]
    public void A_request_other_than_INVITE_gets_100_when_timer_E_has_grown_to_T2_and_nothing_before()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Messages.FromCaller("INFO", tag, 2, "z9hG4bKinfo"));
        Sent info = call.Last("INFO");
        int before = call.CountSent("SIP/2.0 100");
        call.Elapse(TimeSpan.FromSeconds(3.4));

        // RFC 4320 section 4.1: "An SIP element MUST NOT respond to a non-INVITE request with a Status-Code of 100 over any unreliable transport, such as UDP,
        // before the amount of time it takes a client transaction's Timer E to be reset to T2."
        Assert.Equal(before, call.CountSent("SIP/2.0 100"));
        call.Elapse(TimeSpan.FromSeconds(0.2));

        // "An SIP element MUST respond to a non-INVITE request with a Status-Code of 100 if it has not otherwise responded after the amount of time it
        // takes a client transaction's Timer E to be reset to T2."
        Assert.Equal(before + 1, call.CountSent("SIP/2.0 100"));
        Assert.Equal("2 INFO", call.Last("SIP/2.0 100").Header("CSeq"));

        // 17.2.2: "the most recently sent provisional response MUST be passed to the transport layer for retransmission."
        call.FromCaller(Messages.FromCaller("INFO", tag, 2, "z9hG4bKinfo"));
        Assert.Equal(before + 2, call.CountSent("SIP/2.0 100"));
        call.FromCallee(Messages.Response(info, 200));
        call.Elapse(TimeSpan.FromSeconds(10));
        Assert.Equal(before + 2, call.CountSent("SIP/2.0 100"));
        Assert.Equal("2 INFO", call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"));
    }

    [Theory]
    [InlineData(180)]
    [InlineData(199)]
    public void A_provisional_response_to_another_request_than_INVITE_goes_no_further(int status)
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Messages.FromCaller("INFO", tag, 2, "z9hG4bKinfo"));
        int count = call.Wire.Count;
        call.FromCallee(Messages.Response(call.Last("INFO"), status));

        // RFC 4320 section 4.1: "An SIP element MUST NOT send any provisional response with a Status-Code other than 100 to a non-INVITE request."
        Assert.Equal(count, call.Wire.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_408_is_never_the_answer_to_a_request_other_than_INVITE(bool silent)
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Messages.FromCaller("INFO", tag, 2, "z9hG4bKinfo"));
        if (!silent)
        {
            call.FromCallee(Messages.Response(call.Last("INFO"), 408));
        }

        call.Elapse(TimeSpan.FromSeconds(70));

        // RFC 4320 section 4.2: "A transaction-stateful SIP element MUST NOT send a response with Status-Code of 408 to a non-INVITE request. As a consequence,
        // an element that can not respond before the transaction expires will not send a final response at all."
        Assert.Equal(0, call.CountSent("SIP/2.0 408"));
        Assert.DoesNotContain(call.State.Transactions, transaction => transaction.Method == Controller.Sip.Messages.SipMethod.Info);
    }

    [Fact]
    public void An_INVITE_that_comes_by_another_way_is_merged()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCaller(Messages.Invite(branch: "z9hG4bKother"));

        // 8.2.2.2: "If the From tag, Call-ID, and CSeq exactly match those associated with an ongoing transaction, but the request does not match that
        // transaction (based on the matching rules in Section 17.2.3), the UAS core SHOULD generate a 482 (Loop Detected) response".
        Assert.Contains("branch=z9hG4bKother", call.Last("SIP/2.0 482").Header("Via"), StringComparison.Ordinal);
        Assert.Equal(1, call.CountSent("INVITE"));

        // The refused call's transaction is an ongoing one until its timers have fired.
        call.FromCallee(Messages.Response(call.Last("INVITE"), 404));
        call.FromCaller(Messages.FromCaller("ACK", "", 1, "z9hG4bKinv1"));
        call.FromCaller(Messages.Invite(branch: "z9hG4bKthird"));
        Assert.Equal(2, call.CountSent("SIP/2.0 482"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Another_INVITE_with_the_CallID_of_a_call_that_is_up_is_no_merged_request()
    {
        CallDriver call = Established(out _, out _);
        call.FromCaller(Messages.Invite(branch: "z9hG4bKagain", cseq: 9));
        Assert.Equal("9 INVITE", call.Last("SIP/2.0 500").Header("CSeq"));
        Assert.Equal("5", call.Last("SIP/2.0 500").Header("Retry-After"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void An_INVITE_of_ours_that_comes_back_is_a_loop()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");

        // 16.3 step 4 looks at the Via; here somebody has put his own in its place, and the Call-ID, which is ours, tells.
        call.FromCallee(invite.Text.Replace(invite.Header("Via"), "SIP/2.0/UDP 198.51.100.20:5080;branch=z9hG4bKloop", StringComparison.Ordinal));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 482").To.Remote);
        Assert.Equal(1, call.CountSent("INVITE"));
    }

    [Fact]
    public void A_CANCEL_of_another_request_than_INVITE_is_answered_and_has_no_effect()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Messages.FromCaller("INFO", tag, 2, "z9hG4bKinfo"));
        call.FromCaller(Messages.FromCaller("CANCEL", tag, 2, "z9hG4bKinfo"));

        // 9.2: "the UAS answers the CANCEL request itself with a 200 (OK) response"; "If the original request was not an INVITE, the CANCEL has no effect".
        Assert.Equal("2 CANCEL", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal(0, call.CountSent("CANCEL"));
        call.FromCallee(Messages.Response(call.Last("INFO"), 200));
        Assert.Equal("2 INFO", call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"));
    }

    [Fact]
    public void A_client_of_RFC_2543_is_matched_by_the_whole_of_its_request()
    {
        // 17.2.3: "The INVITE request matches a transaction if the Request-URI, To tag, From tag, Call-ID, CSeq, and top Via header field match those of the
        // INVITE request that created the transaction. In this case, the INVITE is a retransmission of the original one that created the transaction."
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(branch: NoCookie));
        call.FromCaller(Messages.Invite(branch: NoCookie));
        Assert.Equal(2, call.CountSent("SIP/2.0 100"));
        Assert.Equal(1, call.CountSent("INVITE"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486));
        string tag = call.Last("SIP/2.0 486").Header("To").Split(";tag=")[1];

        // "The ACK request matches a transaction if the Request-URI, From tag, Call-ID, CSeq number (not the method), and top Via header field match those of
        // the INVITE request that created the transaction, and the To tag of the ACK matches the To tag of the response sent by the server transaction."
        call.FromCaller(Messages.FromCaller("ACK", "another-tag", 1, NoCookie));
        call.Elapse(TimeSpan.FromSeconds(1));
        Assert.Equal(2, call.CountSent("SIP/2.0 486"));
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, NoCookie));
        call.Elapse(TimeSpan.FromSeconds(10));
        Assert.Equal(2, call.CountSent("SIP/2.0 486"));
    }

    [Fact]
    public void A_client_of_RFC_2543_cancels_its_INVITE()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(branch: NoCookie));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180));

        // 17.2.3: "For all other request methods, a request is matched to a transaction if the Request-URI, To tag, From tag, Call-ID, CSeq (including the
        // method), and top Via header field match"; 9.2: the method is that of the INVITE for a CANCEL.
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, NoCookie));
        Assert.Equal("1 CANCEL", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 487").Header("CSeq"));
        Assert.Equal(1, call.CountSent("CANCEL"));
    }

    [Fact]
    public void A_host_in_the_Via_matches_in_any_case()
    {
        // 17.2.3: "the sent-by value in the top Via of the request is equal to the one in the request that created the transaction"; 7.3.1: not case-sensitive.
        var call = new CallDriver();
        call.FromCaller(Messages.Invite().Replace("UDP 192.0.2.10:5060", "UDP Phone.Example.test:5060", StringComparison.Ordinal));
        call.FromCaller(Messages.Invite().Replace("UDP 192.0.2.10:5060", "UDP phone.example.TEST:5060", StringComparison.Ordinal));
        Assert.Equal(0, call.CountSent("SIP/2.0 482"));
        Assert.Equal(2, call.CountSent("SIP/2.0 100"));
    }

    [Fact]
    public void A_reINVITE_that_is_never_answered_is_cancelled_by_timer_C()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Messages.Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag));
        Sent again = call.Last("INVITE");
        call.FromCallee(Messages.Response(again, 100));
        call.Elapse(TimeSpan.FromSeconds(100));
        call.FromCallee(Messages.Response(again, 180));

        // 16.7 step 2: "the proxy MUST reset timer C for that client transaction" on each provisional response but 100.
        call.Elapse(TimeSpan.FromSeconds(180));
        Assert.Equal(0, call.CountSent("CANCEL"));
        call.Elapse(TimeSpan.FromSeconds(2));

        // 16.8: "If the client transaction has received a provisional response, the proxy MUST generate a CANCEL request matching that transaction."
        Assert.Equal(again.Header("Via"), call.Last("CANCEL").Header("Via"));
        call.FromCallee(Messages.Response(call.Last("CANCEL"), 200));
        call.FromCallee(Messages.Response(again, 487));
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 487", CallDriver.Caller).Header("CSeq"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.DoesNotContain(call.State.Transactions, transaction => transaction.IsPending);
    }
}
