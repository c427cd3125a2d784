using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>What the simulation has found, as small as it gets.</summary>
public class SimulationFindingsTests
{
    [Fact]
    public void A_repeated_INVITE_gets_its_100_again()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCaller(Messages.Invite());

        // RFC 3261 section 17.2.1: "the most recent provisional response … MUST be passed to the transport layer for retransmission."
        Assert.Equal(2, call.CountSent("SIP/2.0 100"));
    }

    [Fact]
    public void A_target_that_was_too_slow_is_cancelled_and_its_487_is_not_the_callers()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.21:5080"));
        call.FromCaller(Messages.Invite());
        Sent first = call.Last("INVITE");
        call.FromCallee(Messages.Response(first, 100));
        call.Elapse(TimeSpan.FromSeconds(4.2));
        Sent second = call.Last("INVITE");
        Assert.NotEqual(first.Text, second.Text);

        // RFC 3261 section 9.1: a provisional response has come, so the CANCEL may be sent at once.
        Assert.Equal(1, call.CountSent("CANCEL"));
        call.FromCallee(Messages.Response(first, 487));
        call.FromCallee(Messages.Response(second, 486));
        Assert.StartsWith("SIP/2.0 486", call.Last("SIP/2.0 4").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_callee_that_speaks_after_it_was_given_up_is_hung_up()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.Elapse(TimeSpan.FromSeconds(33));
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));

        // RFC 3261 section 13.2.2.4: "after acknowledging the 2xx the dialog is terminated by a BYE".
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_BYE_before_the_200_is_refused_and_the_attempt_is_over()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"));

        // RFC 3261 section 15: "the callee's UA can send a BYE on confirmed dialogs, but MUST NOT send a BYE on early dialogs"; 12.2.2: 481.
        Assert.EndsWith("BYE", call.Last("SIP/2.0 481").Header("CSeq"), StringComparison.Ordinal);
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
        Assert.Equal(CallPhase.Ended, call.State.Phase);

        // 13.2.2.4: a 2xx that it had overtaken is acknowledged and hung up; nobody is left in a call.
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_BYE_after_ours_was_answered_finds_no_dialog()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"));
        string crossing = Messages.FromCaller("BYE", tag, 2, "z9hG4bKbye2"), late = Messages.FromCaller("BYE", tag, 3, "z9hG4bKbye3");

        // RFC 5407 section 3.2.2: a BYE that crosses ours gets its 200; RFC 3261 section 15.1.2: after that there is no dialog, and 481.
        call.FromCaller(crossing);
        Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
        call.FromCaller(Messages.Response(call.Last("BYE"), 200));
        call.FromCaller(late);
        Assert.Equal("3 BYE", call.Last("SIP/2.0 481").Header("CSeq"));
        call.FromCaller(crossing);
        Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
    }

    [Fact]
    public void A_CANCEL_with_a_branch_of_its_own_finds_its_INVITE_by_what_else_is_identical()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 2, "z9hG4bKother"));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKother", uri: "sip:+15559999@203.0.113.1"));
        Assert.Equal(2, call.CountSent("SIP/2.0 481"));

        // RFC 3261 section 9.1: "The Request-URI, Call-ID, To, the numeric part of CSeq, and From header fields in the CANCEL request MUST be identical".
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKown"));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKown"));
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
        Assert.Equal(1, call.CountSent("SIP/2.0 487"));
        Assert.Equal(1, call.CountSent("CANCEL"));
    }

    [Fact]
    public void A_re_INVITE_pending_at_the_BYE_gets_its_ACK_from_us_though_nobody_waits_for_it()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(Messages.Invite(branch: "z9hG4bKinv2", cseq: 2, toTag: tag));
        Sent pending = call.Last("INVITE");
        int acknowledged = call.CountSent("ACK");
        call.FromCaller(Messages.FromCaller("BYE", tag, 3, "z9hG4bKbye3"));

        // RFC 3261 section 15.1.2: the BYE has its 200, and what was pending its 487, on the caller's side as on the callee's.
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 487").Header("CSeq"));
        call.CrashAndRecover();
        call.FromCallee(Messages.Response(pending, 487));
        Assert.Equal(acknowledged + 1, call.CountSent("ACK"));
        Assert.Equal($"{pending.Header("CSeq").Split(' ')[0]} ACK", call.Last("ACK").Header("CSeq"));
        call.Elapse(TimeSpan.FromSeconds(70));
        Assert.Empty(call.State.Transactions);
    }

    [Fact]
    public void A_transport_that_fails_for_one_copy_of_a_BYE_does_not_end_its_repetition()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye"));
        string branch = call.Last("BYE").Header("Via").Split("branch=")[1].Split(';')[0];
        call.Give(new CallInput.TransportFailed(branch, "refused"));
        call.Elapse(TimeSpan.FromSeconds(1));

        // RFC 3261 section 17.1.2.2: timer E repeats it.
        Assert.Equal(2, call.CountSent("BYE"));
    }

    [Fact]
    public void A_refused_re_INVITE_is_refused_the_same_way_when_it_comes_again()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(Messages.Invite(branch: "z9hG4bKglare", cseq: 2, toTag: tag));
        string again = Messages.FromCallee("INVITE", invite, 1, "z9hG4bKre", sdp: Messages.CalleeSdp);
        call.FromCallee(again);
        Sent refusal = call.Last("SIP/2.0 491");
        call.FromCallee(Messages.Response(call.Last("INVITE", CallDriver.Callee), 488));
        call.CrashAndRecover();
        call.FromCallee(again);

        // RFC 3261 section 17.2.1: in Completed "the server SHOULD pass the response to the transport for retransmission".
        Assert.Equal(refusal.Text, call.Last("SIP/2.0 491").Text);
        Assert.Empty(call.To(CallDriver.Caller, "INVITE"));
    }

    private static string CallerTag(CallDriver call) => call.Last("SIP/2.0 2").Header("To").Split(";tag=")[1];

    [Fact]
    public void The_name_of_the_next_target_is_looked_up_once_however_long_that_takes()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:gateway.example:5080"));
        call.FromCaller(Messages.Invite());
        call.Elapse(TimeSpan.FromSeconds(4.2));
        CallEffect.Resolve asked = Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());

        // Nothing is due while the answer is awaited but the repetition of the first INVITE: a timer that is due for ever keeps a node busy.
        Assert.True(Call.NextDue(call.State) > call.Now);
        call.Give(new CallInput.Resolved(asked.Lookup, [new Flow(SipTransport.Udp, 1, new IPEndPoint(IPAddress.Parse("198.51.100.21"), 5080))]));
        Assert.StartsWith("INVITE sip:+15551234@gateway.example", call.Last("INVITE").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PRACK_that_was_refused_is_refused_the_same_way_when_it_comes_again()
    {
        CallDriver call = RingingReliably();
        string prack = Prack(call, 2, Messages.CallerSdp);
        call.FromCaller(prack);
        Sent refusal = call.Last("SIP/2.0 488");
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486));
        call.CrashAndRecover();
        call.FromCaller(prack);

        // RFC 3261 section 17.2.2: in Completed a repetition gets "the final response … passed to the transport layer for retransmission".
        Assert.Equal(refusal.Text, call.Last("SIP/2.0 488").Text);
        Assert.Equal(2, call.CountSent("SIP/2.0 488"));
        Assert.Equal(0, call.CountSent("SIP/2.0 481"));
    }

    [Fact]
    public void A_PRACK_makes_no_offer_once_the_callee_has_answered()
    {
        CallDriver call = RingingReliably();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Prack(call, 2, Messages.CallerSdp));

        // RFC 3262 section 5: an offer in a PRACK must be answered in its 2xx, and there is nobody any more who could.
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 488").Header("CSeq"));
        Assert.Equal(0, call.CountSent("SIP/2.0 200"));

        // The answer has waited for the PRACK, and comes with the next one.
        call.FromCaller(Prack(call, 3, null));
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void What_is_agreed_on_in_an_early_dialog_that_has_gone_is_not_told()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081"));
        call.FromCaller(Messages.Invite(extra: "Supported: 100rel\r\n"));
        Sent first = call.Last("INVITE");
        call.FromCallee(Messages.Response(first, 183, sdp: Messages.CalleeSdp, extra: Messages.Reliable(1)));
        call.FromCaller(Prack(call, 2, Messages.CallerSdp.Replace("49170", "49172", StringComparison.Ordinal)));
        Sent prack = call.Last("PRACK");
        call.FromCallee(Messages.Response(first, 503));
        call.FromCallee(Messages.Response(prack, 200, sdp: Messages.CalleeSdp));

        // RFC 3261 section 12.3: the non-2xx final response has ended the early dialog; section 12.2.2: 481.
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 481").Header("CSeq"));
        Assert.Equal(0, call.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void That_an_early_dialog_is_over_is_stored_before_anybody_is_told()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081"));
        call.FromCaller(Messages.Invite(extra: "Supported: 100rel\r\n"));
        Sent first = call.Last("INVITE");
        call.FromCallee(Messages.Response(first, 183, sdp: Messages.CalleeSdp, extra: Messages.Reliable(1)));
        string prack = Prack(call, 2, null);
        call.FromCallee(Messages.Response(first, 503));
        call.FromCaller(prack);

        // RFC 3261 section 12.2.2: 481; and that the leg has failed is written no later than with it (a restart would take the dialog for open).
        Assert.True(call.Last("SIP/2.0 481").AfterRequiredCommit);
        call.CrashAndRecover();
        call.FromCaller(prack);
        Assert.Equal(2, call.CountSent("SIP/2.0 481"));
    }

    [Fact]
    public void A_BYE_does_not_acknowledge_the_200_to_a_re_INVITE()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(Messages.Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("BYE", tag, 3, "z9hG4bKbye"));
        call.Elapse(TimeSpan.FromSeconds(0.6));

        // RFC 3261 section 13.3.1.4: the 2xx is repeated "until an ACK has been received": the first one may have been lost.
        Assert.Equal(2, call.To(CallDriver.Caller, "SIP/2.0 200").Count(sent => sent.Header("CSeq") == "2 INVITE"));
    }

    [Fact]
    public void A_callee_whose_ringing_the_caller_cannot_be_told_of_is_cancelled_after_a_restart_as_well()
    {
        var call = new CallDriver();

        // RFC 3262 section 5: no offer to put into the reliable response that this caller requires: the 180 goes no further.
        call.FromCaller(Messages.Invite(sdp: null, extra: "Require: 100rel\r\n"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180));
        Assert.Equal(0, call.CountSent("SIP/2.0 180"));
        call.Sleep(TimeSpan.FromSeconds(40));
        call.CrashAndRecover();
        call.Elapse(TimeSpan.FromSeconds(140.2));

        // RFC 3261 section 9.1: it has sent a provisional response, so a CANCEL can be sent, and it does not ring for ever.
        Assert.Equal(1, call.CountSent("SIP/2.0 4"));
        Assert.True(call.CountSent("CANCEL") > 0);
    }

    [Fact]
    public void A_PRACK_that_comes_behind_the_ACK_is_still_processed_and_one_too_many_is_refused_the_same_way_ever_after()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: "Require: 100rel\r\n"));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call), late = Prack(call, 2, null), second = Prack(call, 3, null);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(late);

        // RFC 3262 section 3: once there is a final response "it MUST be prepared to process PRACK requests for those outstanding responses"; a 481 would
        // end the dialog (RFC 3261 section 12.2.1.2).
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 200").Header("CSeq"));
        call.FromCaller(second);
        call.FromCaller(Messages.FromCaller("INFO", tag, 4, "z9hG4bKinfo"));
        call.FromCaller(second);
        Assert.Equal(2, call.CountSent("SIP/2.0 481"));
        Assert.Equal(0, call.CountSent("SIP/2.0 500"));
    }

    [Fact]
    public void A_PRACK_that_is_refused_in_one_early_dialog_counts_in_that_one_only()
    {
        CallDriver call = RingingReliably();
        call.FromCaller(Prack(call, 2, Messages.CallerSdp));
        Assert.Equal(1, call.CountSent("SIP/2.0 488"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180, toTag: "carol-tag"));
        call.FromCaller(Prack(call, 2, null));

        // RFC 3261 section 12.2.2: the remote sequence number is one "of the dialog".
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 200").Header("CSeq"));
    }

    [Fact]
    public void Behind_the_answer_no_provisional_response_is_sent_again()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: "Require: 100rel\r\n"));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        string prack = Prack(call, 2, null);
        call.FromCallee(Messages.Response(invite, 183));
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        call.FromCaller(prack);
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        call.Elapse(TimeSpan.FromSeconds(40));

        // RFC 3262 section 3: "it SHOULD NOT continue to retransmit the unacknowledged reliable provisional responses".
        Assert.Equal(0, call.CountSent("SIP/2.0 183"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void A_BYE_that_has_overtaken_the_late_answer_of_a_leg_given_up_is_refused_the_same_way_ever_after()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent slow = call.Last("INVITE");
        call.Elapse(TimeSpan.FromSeconds(33));
        string bye = Messages.FromCallee("BYE", slow, 1, "z9hG4bKb1");
        call.FromCallee(bye);
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
        call.FromCallee(Messages.Response(slow, 200, sdp: Messages.CalleeSdp));
        call.FromCallee(bye);

        // RFC 3261 section 17.2.2: one final response for a transaction.
        Assert.Equal(2, call.CountSent("SIP/2.0 481"));
        Assert.Equal(0, call.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void A_repeated_INVITE_does_not_fetch_the_provisional_response_that_waits_for_a_PRACK()
    {
        CallDriver call = RingingReliably();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 183, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.Invite(extra: "Require: 100rel\r\n"));

        // RFC 3262 section 3: "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged."
        Assert.Equal(0, call.CountSent("SIP/2.0 183"));
        Assert.Equal(2, call.CountSent("SIP/2.0 180"));
        call.FromCaller(Prack(call, 2, null));
        Assert.Equal(1, call.CountSent("SIP/2.0 183"));
    }

    /// <summary>The caller requires 100rel, the callee does not know it: the caller has an answer in a reliable response of ours.</summary>
    private static CallDriver RingingReliably()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: "Require: 100rel\r\n"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180, sdp: Messages.CalleeSdp));
        return call;
    }

    private static string Prack(CallDriver call, int cseq, string? sdp)
    {
        Sent ringing = call.Last("SIP/2.0 18");
        return Messages.FromCaller("PRACK", ringing.ToTag, cseq, $"z9hG4bKprack{cseq}{ringing.ToTag}", sdp: sdp, extra: $"RAck: {ringing.Header("RSeq")} 1 INVITE\r\n");
    }
}
