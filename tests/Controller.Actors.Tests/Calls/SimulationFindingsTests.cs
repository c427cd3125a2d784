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
}
