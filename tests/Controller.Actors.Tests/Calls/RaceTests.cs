using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>Messages that cross: the flows of RFC 5407, in its order.</summary>
public class RaceTests
{
    /// <summary>Answered, the caller's ACK not here yet: the RFC's moratorium state, seen from our UAS side.</summary>
    private static CallDriver Unacknowledged(out Sent invite, out string tag, string? sdp = CallerSdp)
    {
        var call = new CallDriver();
        call.FromCaller(Invite(sdp: sdp));
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 180));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        return call;
    }

    [Fact]
    public void The_INVITE_again_after_its_answer_3_1_1()
    {
        CallDriver call = Unacknowledged(out _, out _);
        call.FromCaller(Invite());
        Assert.Equal(1, call.CountSent("INVITE"));

        // RFC 6026 section 7.1: retransmissions of the INVITE are absorbed in "Accepted"; the 2xx comes again by itself (13.3.1.4).
        call.Elapse(TimeSpan.FromMilliseconds(600));
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
        Assert.Equal(0, call.CountSent("SIP/2.0 482"));
    }

    [Fact]
    public void CANCEL_after_the_answer_3_1_2()
    {
        CallDriver call = Unacknowledged(out _, out string tag);
        call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));

        // RFC 3261 section 9.2: "If it has [sent a final response], the CANCEL request has no effect on the processing of the original request".
        Assert.Equal("1 CANCEL", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal(0, call.CountSent("SIP/2.0 487"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack"));
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Assert.Single(call.To(CallDriver.Callee, "BYE"));
    }

    [Fact]
    public void BYE_in_the_early_dialog_crosses_the_answer_3_1_3()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 180));
        call.FromCaller(FromCaller("BYE", call.Last("SIP/2.0 180").ToTag, 2, "z9hG4bKbye"));
        Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal(1, call.CountSent("SIP/2.0 487"));

        // On the other leg it is the CANCEL that crosses the 2xx: "MUST … send ACK", then BYE.
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Single(call.To(CallDriver.Callee, "BYE"));
        Assert.Contains("\"result\":\"cancelled\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void Re_INVITE_before_the_ACK_with_the_exchange_complete_3_1_4()
    {
        CallDriver call = Unacknowledged(out _, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));

        // 3.1.4: "UAS … is recommended to return a 200": "the offer/answer exchange is complete".
        Sent relayed = call.Last("INVITE");
        Assert.Equal("2 INVITE", relayed.Header("CSeq"));
        call.FromCallee(Response(relayed, 200, sdp: CalleeSdp));
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 200").Header("CSeq"));

        // Each 2xx has its own ACK, in whatever order.
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKack2"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Assert.Empty(call.State.Answers);
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void Re_INVITE_before_the_ACK_with_the_exchange_open_3_1_5()
    {
        CallDriver call = Unacknowledged(out _, out string tag, sdp: null);
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));

        // 3.1.5: the answer is in the ACK that is not here: "491".
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 491").Header("CSeq"));
        Assert.Equal(1, call.CountSent("INVITE"));
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKre"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1", sdp: CallerSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        call.FromCaller(Invite(branch: "z9hG4bKre2", cseq: 3, toTag: tag));
        Assert.Equal(2, call.CountSent("INVITE"));
    }

    [Fact]
    public void Re_INVITE_of_the_callee_before_the_caller_has_acknowledged()
    {
        CallDriver call = Unacknowledged(out Sent invite, out string tag);
        call.FromCallee(FromCallee("INVITE", invite, 1, "z9hG4bKre", sdp: CalleeSdp));

        // RFC 3261 section 14.1: "If there is an ongoing INVITE server transaction, the TU MUST wait until the transaction reaches the confirmed or
        // terminated state before initiating the new INVITE": we cannot pass it on yet, and in the callee's dialog nothing is pending that a 491 could be for.
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 100", CallDriver.Callee).Header("CSeq"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Assert.Single(call.To(CallDriver.Caller, "INVITE"));
    }

    [Fact]
    public void BYE_before_the_ACK_3_1_6()
    {
        CallDriver call = Unacknowledged(out _, out string tag);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Single(call.To(CallDriver.Callee, "BYE"));
        call.FromCallee(Response(call.Last("BYE"), 200));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack"));
        call.Elapse(TimeSpan.FromMinutes(2));
        Assert.True(call.Stopped);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void BYE_crosses_BYE_3_2_1()
    {
        CallDriver call = OfferAnswerTests.Established(out Sent invite, out string tag);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Sent ours = call.Last("BYE");
        call.FromCallee(FromCallee("BYE", invite, 1, "z9hG4bKb1"));

        // 3.2.1: both are answered with a 200.
        Assert.Equal("1 BYE", call.Last("SIP/2.0 200", CallDriver.Callee).Header("CSeq"));
        call.FromCallee(Response(ours, 200));
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Contains("\"endedBy\":\"caller\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_BYE_that_comes_again_after_a_crash_is_answered_the_same()
    {
        CallDriver call = OfferAnswerTests.Established(out _, out string tag);
        string bye = FromCaller("BYE", tag, 2, "z9hG4bKbye");
        call.FromCaller(bye);
        call.FromCallee(Response(call.Last("BYE"), 200));
        call.CrashAndRecover();
        call.FromCaller(bye);

        // RFC 3261 section 17.2.2: never two different final responses to one transaction.
        Assert.Equal(0, call.CountSent("SIP/2.0 481"));
        Assert.Single(call.To(CallDriver.Caller, "SIP/2.0 200").Where(ok => ok.Header("CSeq") == "2 BYE").Select(ok => ok.Text).Distinct());
    }

    [Fact]
    public void Re_INVITE_crosses_BYE_3_2_2()
    {
        CallDriver call = OfferAnswerTests.Established(out Sent invite, out string tag);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        call.FromCallee(FromCallee("INVITE", invite, 1, "z9hG4bKre", sdp: CalleeSdp));

        // 3.2.2: "481" to the re-INVITE: the dialog has been ended by the BYE that is on its way.
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 481").Header("CSeq"));
        Assert.Empty(call.To(CallDriver.Caller, "INVITE"));
    }

    [Fact]
    public void The_answer_to_a_re_INVITE_after_the_BYE_3_2_3()
    {
        CallDriver call = OfferAnswerTests.Established(out _, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));
        Sent relayed = call.Last("INVITE");
        call.FromCaller(FromCaller("BYE", tag, 3, "z9hG4bKbye"));

        // RFC 3261 section 15.1.2: "MUST still respond to any pending requests … 487".
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 487").Header("CSeq"));
        int acks = call.CountSent("ACK");
        call.FromCallee(Response(relayed, 200, sdp: CalleeSdp));

        // 3.2.3: the 2xx is acknowledged also when the BYE is out.
        Assert.Equal(acks + 1, call.CountSent("ACK"));
        Assert.Equal("2 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCallee(Response(relayed, 200, sdp: CalleeSdp));
        Assert.Equal(acks + 2, call.CountSent("ACK"));
        Assert.DoesNotContain(call.To(CallDriver.Caller, "SIP/2.0 200"), ok => ok.Header("CSeq") == "2 INVITE");
    }

    [Fact]
    public void The_callee_hangs_up_before_the_caller_has_acknowledged_3_2_4()
    {
        CallDriver call = Unacknowledged(out Sent invite, out string tag);
        call.FromCallee(FromCallee("BYE", invite, 1, "z9hG4bKb1"));
        Assert.Equal("1 BYE", call.Last("SIP/2.0 200", CallDriver.Callee).Header("CSeq"));
        Assert.Empty(call.To(CallDriver.Caller, "BYE"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack"));
        Assert.Single(call.To(CallDriver.Caller, "BYE"));
    }

    [Fact]
    public void An_answer_after_the_time_is_over_is_acknowledged_and_hung_up()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.Elapse(TimeSpan.FromSeconds(33));
        Assert.StartsWith("SIP/2.0 408", call.Last("SIP/2.0 408").StartLine, StringComparison.Ordinal);
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Single(call.To(CallDriver.Callee, "BYE"));
        Assert.Empty(call.To(CallDriver.Caller, "SIP/2.0 200"));
    }

    [Fact]
    public void A_request_pending_in_an_early_dialog_is_answered_when_the_call_is_refused()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 180));
        call.FromCallee(FromCallee("INFO", invite, 1, "z9hG4bKi1"));
        call.FromCallee(Response(invite, 486));

        // RFC 3261 section 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog."
        Assert.Equal("1 INFO", call.Last("SIP/2.0 487", CallDriver.Callee).Header("CSeq"));
        Assert.Single(call.To(CallDriver.Caller, "SIP/2.0 486"));
    }

    [Fact]
    public void A_request_in_an_early_dialog_is_answered_in_the_dialog_that_it_became()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 180));
        call.FromCaller(FromCaller("INFO", call.Last("SIP/2.0 180").ToTag, 2, "z9hG4bKi1"));
        Sent info = call.Last("INFO");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        call.FromCallee(Response(info, 200));
        Assert.Equal("2 INFO", call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"));
        Assert.Equal(2u, call.State.B.LocalCSeq);
        Assert.Equal(2u, call.State.A.RemoteCSeq);
    }
}
