using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>RFC 4028: one session timer a leg.</summary>
public class SessionTimerTests
{
    private const string Timer = "Supported: timer\r\n";
    private const string CanUpdate = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";
    private const string CannotUpdate = "Allow: INVITE, ACK, BYE, CANCEL\r\n";

    /// <summary>The callee refreshes its leg every 24 hours: nothing of it is heard in these tests.</summary>
    private const string Quiet = CanUpdate + "Require: timer\r\nSession-Expires: 86400;refresher=uas\r\n";

    /// <summary>So does the caller.</summary>
    private const string QuietCaller = CanUpdate + Timer + "Session-Expires: 86400;refresher=uac\r\n";

    private static CallDriver Established(string caller, string callee, out Sent invite, out string tag, TimeSpan? interval = null)
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        var call = new CallDriver(settings with { Calls = settings.Calls with { SessionExpires = interval ?? TimeSpan.FromSeconds(1800) } });
        call.FromCaller(Invite(extra: caller));
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp, extra: callee));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        return call;
    }

    /// <summary>How many requests, not how many times.</summary>
    private static int Different(CallDriver call, string method) =>
        call.Wire.Where(sent => sent.StartLine.StartsWith(method, StringComparison.Ordinal)).Select(sent => sent.Text).Distinct().Count();

    private static CallDriver WithCaller(string caller, out string tag, TimeSpan? interval = null) => Established(caller, Quiet, out _, out tag, interval);

    private static CallDriver WithCallee(string callee, out Sent invite) => Established(QuietCaller, callee, out invite, out _, TimeSpan.FromDays(1));

    private static CallDriver CalleeOf1800(string callee, out Sent invite) => WithCallee(callee + "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n", out invite);

    [Fact]
    public void A_callee_is_asked_for_ours_and_never_for_the_callers()
    {
        CallDriver call = Established(CanUpdate + Timer + "Session-Expires: 300;refresher=uas\r\nMin-SE: 100\r\n", Quiet, out Sent invite, out _);

        // RFC 4028 section 7.1: "the UAC … MUST include a Supported header field with the option tag 'timer'"; the timers of the two legs are two.
        Assert.Equal("timer", invite.Header("Supported").Split(',')[0]);
        Assert.Equal("1800", invite.Header("Session-Expires"));
        Assert.Equal("90", invite.Header("Min-SE"));
        Assert.Equal("300;refresher=uas", call.Last("SIP/2.0 200", CallDriver.Caller).Header("Session-Expires"));
    }

    [Theory]
    [InlineData("Supported: timer\r\nSession-Expires: 120\r\n", "120;refresher=uac", "timer")]
    [InlineData("Supported: timer\r\nSession-Expires: 120;refresher=uac\r\n", "120;refresher=uac", "timer")]
    [InlineData("Supported: timer\r\nSession-Expires: 120;refresher=uas\r\n", "120;refresher=uas", "timer")]
    [InlineData("Supported: timer\r\n", "1800;refresher=uac", "timer")]
    [InlineData("Supported: timer\r\nSession-Expires: 7200\r\n", "1800;refresher=uac", "timer")]
    [InlineData("Supported: timer\r\nSession-Expires: 7200\r\nMin-SE: 3600\r\n", "3600;refresher=uac", "timer")]
    [InlineData("Session-Expires: 120\r\n", "120;refresher=uas", "")]
    [InlineData("", "", "")]
    public void A_caller_is_told_what_holds_on_its_leg(string asked, string told, string required)
    {
        // Section 9, table 2; "the UAS … MAY reduce the value but MUST NOT set it to a duration lower than the value in the Min-SE header field in the request";
        // "MUST NOT increase the value".
        CallDriver call = WithCaller(asked, out _);
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal(told, ok.Header("Session-Expires"));
        Assert.Equal(required, ok.Header("Require"));
    }

    [Fact]
    public void An_interval_that_is_too_small_is_refused_before_anything_is_stored()
    {
        var call = new CallDriver();
        call.FromCaller(Invite(extra: Timer + "Session-Expires: 60\r\n"));

        // Section 9: "When sending the 422 response, the UAS MUST include a Min-SE header field with the value of its minimum interval."
        Assert.Equal("90", call.Last("SIP/2.0 422").Header("Min-SE"));
        Assert.Equal(0, Different(call, "INVITE"));
        Assert.True(call.Stopped);
        call.FromCaller(Invite(branch: "z9hG4bKinv2", cseq: 2, extra: Timer + "Session-Expires: 90\r\n"));
        Assert.Equal(1, Different(call, "INVITE"));
    }

    [Fact]
    public void A_refresh_within_the_dialog_that_is_too_small_is_refused_here()
    {
        CallDriver call = WithCaller(QuietCaller, out string tag);
        call.FromCaller(FromCaller("UPDATE", tag, 2, "z9hG4bKu1", extra: Timer + "Session-Expires: 30\r\n"));
        Assert.Equal("90", call.Last("SIP/2.0 422").Header("Min-SE"));
        Assert.Equal(0, Different(call, "UPDATE"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_callee_that_wants_a_longer_interval_gets_it(bool crash)
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent first = call.Last("INVITE");
        call.FromCallee(Response(first, 422, extra: "Min-SE: 3600\r\n"));
        if (crash)
        {
            call.CrashAndRecover();
        }

        // Section 7.3: "the UAC MAY retry the request … MUST include … Min-SE … the new request … MUST … use the same Call-ID, To, and From … CSeq … one higher".
        Sent second = call.Last("INVITE");
        Assert.Equal("3600", second.Header("Session-Expires"));
        Assert.Equal("3600", second.Header("Min-SE"));
        Assert.Equal("2 INVITE", second.Header("CSeq"));
        Assert.Equal((first.Header("Call-ID"), first.Header("From"), first.Header("To")), (second.Header("Call-ID"), second.Header("From"), second.Header("To")));
        Assert.NotEqual(first.Header("Via"), second.Header("Via"));
        Assert.Equal("1 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCallee(Response(second, 180));
        call.FromCallee(Response(second, 200, sdp: CalleeSdp, extra: "Require: timer\r\nSession-Expires: 3600;refresher=uac\r\n" + CanUpdate));
        Assert.Equal("2 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 1, "z9hG4bKack1"));
        Assert.Equal(3600, call.State.B.Timer!.Interval);
        Assert.Equal(0, call.CountSent("SIP/2.0 422"));
    }

    [Fact]
    public void A_callee_that_refuses_what_it_asked_for_is_not_asked_again()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 422, extra: "Min-SE: 3600\r\n"));
        call.FromCallee(Response(call.Last("INVITE"), 422, extra: "Min-SE: 3600\r\n"));
        Assert.Equal(2, Different(call, "INVITE"));

        // What the callee and we could not agree on is not the caller's Min-SE.
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Our_refresh_is_an_UPDATE_without_a_body_at_half_the_interval()
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(899));
        Assert.Equal(0, Different(call, "UPDATE"));
        call.Elapse(TimeSpan.FromSeconds(2));

        // Section 10: "It is RECOMMENDED that this refresh be sent once half the session interval has elapsed."
        Sent update = call.Last("UPDATE");
        Assert.Equal(CallDriver.Callee, update.To.Remote);
        Assert.Equal("1800;refresher=uac", update.Header("Session-Expires"));
        Assert.Equal("2 UPDATE", update.Header("CSeq"));
        Assert.Equal("0", update.Header("Content-Length"));
        call.FromCallee(Response(update, 200, extra: "Require: timer\r\nSession-Expires: 1800;refresher=uac\r\n"));
        call.Elapse(TimeSpan.FromSeconds(899));
        Assert.Equal(1, Different(call, "UPDATE"));
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.Equal("3 UPDATE", call.Last("UPDATE").Header("CSeq"));
        Assert.Equal(0, Different(call, "BYE"));
    }

    [Fact]
    public void Without_UPDATE_it_is_a_reINVITE_with_the_same_description_and_version()
    {
        CallDriver call = CalleeOf1800(CannotUpdate, out Sent invite);
        call.Elapse(TimeSpan.FromSeconds(901));
        Sent again = call.Last("INVITE");

        // RFC 4028 section 7.4: "a re-INVITE generated to refresh the session is a normal re-INVITE"; RFC 3264 section 8: "If the version in the origin line
        // does not increment, the SDP MUST be identical to the SDP with that version number."
        Assert.Equal("2 INVITE", again.Header("CSeq"));
        Assert.Equal(invite.Body, again.Body);
        call.FromCallee(Response(again, 200, sdp: CalleeSdp, extra: "Session-Expires: 1800;refresher=uac\r\n"));
        Assert.Equal("2 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCallee(Response(again, 200, sdp: CalleeSdp, extra: "Session-Expires: 1800;refresher=uac\r\n"));
        Assert.Equal(2, call.Wire.Count(sent => sent.Header("CSeq") == "2 ACK"));
        Assert.Equal(0, call.Wire.Count(sent => sent.To.Remote.Equals(CallDriver.Caller) && sent.StartLine.StartsWith("INVITE", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(405)]
    [InlineData(501)]
    public void An_UPDATE_that_is_not_known_is_followed_by_a_reINVITE(int status)
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(901));
        call.FromCallee(Response(call.Last("UPDATE"), status));
        Sent again = call.Last("INVITE");
        Assert.Equal("3 INVITE", again.Header("CSeq"));
        call.FromCallee(Response(again, 200, sdp: CalleeSdp, extra: "Session-Expires: 1800;refresher=uac\r\n"));
        call.Elapse(TimeSpan.FromSeconds(901));
        Assert.Equal(1, Different(call, "UPDATE"));
        Assert.Equal("4 INVITE", call.Last("INVITE").Header("CSeq"));
    }

    [Fact]
    public void A_422_to_our_refresh_makes_the_interval_longer()
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(901));
        call.FromCallee(Response(call.Last("UPDATE"), 422, extra: "Min-SE: 2000\r\n"));
        Assert.Equal("2000;refresher=uac", call.Last("UPDATE").Header("Session-Expires"));
        Assert.Equal("2000", call.Last("UPDATE").Header("Min-SE"));
        Assert.Equal("3 UPDATE", call.Last("UPDATE").Header("CSeq"));
    }

    [Theory]
    [InlineData(true, 2.1, 4.0)]
    [InlineData(false, 0, 2.0)]
    public void After_a_491_it_comes_again_when_chance_says_so(bool calleeSide, double least, double most)
    {
        CallDriver call = calleeSide
            ? CalleeOf1800(CannotUpdate, out _)
            : WithCaller(CannotUpdate + Timer + "Session-Expires: 1800;refresher=uas\r\n", out _);
        call.Elapse(TimeSpan.FromSeconds(901));
        Sent first = call.Last("INVITE");
        string refused = Response(first, 491, toTag: "");
        if (calleeSide)
        {
            call.FromCallee(refused);
        }
        else
        {
            call.FromCaller(refused);
        }

        // RFC 3261 section 14.1: between 2.1 and 4 seconds for the owner of the Call-ID, between 0 and 2 for the other; "in units of 10 ms".
        double waits = (call.State.Legs[calleeSide ? 1 : 0].Timer!.RefreshAt.Milliseconds - call.Now.Milliseconds) / 1000.0;
        Assert.InRange(waits, least, most);
        Assert.Equal(0, (call.State.Legs[calleeSide ? 1 : 0].Timer!.RefreshAt.Milliseconds - call.Now.Milliseconds) % 10);
        call.Elapse(TimeSpan.FromSeconds(4.1));
        Assert.Equal(first.Header("CSeq") == "1 INVITE" ? "2 INVITE" : "3 INVITE", call.Last("INVITE").Header("CSeq"));
        Assert.Equal(0, Different(call, "BYE"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(408)]
    [InlineData(481)]
    public void A_refresh_without_an_answer_ends_both_legs(int status)
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(901));
        if (status != 0)
        {
            call.FromCallee(Response(call.Last("UPDATE"), status));
        }

        // Section 10: "If a session refresh request times out or generates a 408 or 481 response, then the UAC sends a BYE request".
        call.Elapse(TimeSpan.FromSeconds(33));
        Assert.Equal("SIP;cause=408;text=\"Session timer expired\"", call.Last("BYE", CallDriver.Caller).Header("Reason"));
        Assert.Equal("SIP;cause=408;text=\"Session timer expired\"", call.Last("BYE", CallDriver.Callee).Header("Reason"));
        Assert.Contains("session refresh was not answered", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refresh_that_is_refused_lets_the_session_run_out()
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(901));
        call.FromCallee(Response(call.Last("UPDATE"), 403));
        call.Elapse(TimeSpan.FromSeconds(860));
        Assert.Equal(0, Different(call, "BYE"));
        call.Elapse(TimeSpan.FromSeconds(10));
        Assert.Equal(2, Different(call, "BYE"));
    }

    [Fact]
    public void A_peer_without_session_timers_is_asked_and_any_answer_shows_that_it_lives()
    {
        CallDriver call = WithCaller("", out _);
        call.Elapse(TimeSpan.FromSeconds(901));

        // Section 7.2: "In this case, if the UAC still wishes to use the session timer (which is purely for its benefit alone), it has to perform them."
        Sent again = call.Last("INVITE", CallDriver.Caller);
        call.FromCaller(Response(again, 488, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(898));
        Assert.Equal(0, Different(call, "BYE"));
        call.Elapse(TimeSpan.FromSeconds(3));
        Assert.NotEqual(again.Header("CSeq"), call.Last("INVITE", CallDriver.Caller).Header("CSeq"));
    }

    [Fact]
    public void A_caller_that_does_not_refresh_is_hung_up_before_the_session_expires()
    {
        CallDriver call = WithCaller(Timer + "Session-Expires: 90\r\n", out _);
        call.Elapse(TimeSpan.FromSeconds(59));
        Assert.Equal(0, Different(call, "BYE"));

        // Section 10: "slightly before the session expires. The minimum of 32 seconds and one third of the session interval is RECOMMENDED."
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.Equal("SIP;cause=408;text=\"Session timer expired\"", call.Last("BYE", CallDriver.Caller).Header("Reason"));
        Assert.Equal(2, Different(call, "BYE"));
        Assert.Contains("session timer expired", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_callers_refresh_is_relayed_and_starts_both_timers_again()
    {
        CallDriver call = Established(Timer + "Session-Expires: 90\r\n", CanUpdate + "Require: timer\r\nSession-Expires: 1000;refresher=uas\r\n", out _, out string tag);
        call.Elapse(TimeSpan.FromSeconds(45));
        call.FromCaller(FromCaller("UPDATE", tag, 2, "z9hG4bKu1", extra: Timer + "Session-Expires: 90;refresher=uac\r\n"));
        Sent update = call.Last("UPDATE");

        // Section 7.4: "refresher … 'uas' otherwise": on the callee's leg the callee refreshes.
        Assert.Equal("1000;refresher=uas", update.Header("Session-Expires"));
        call.FromCallee(Response(update, 200, extra: "Require: timer\r\nSession-Expires: 1000;refresher=uas\r\n"));
        Assert.Equal("90;refresher=uac", call.Last("SIP/2.0 200", CallDriver.Caller).Header("Session-Expires"));
        Assert.Equal(call.Now.After(TimeSpan.FromSeconds(60)), call.State.A.Timer!.ExpiresAt);
        Assert.Equal(call.Now.After(TimeSpan.FromSeconds(968)), call.State.B.Timer!.ExpiresAt);
    }

    [Fact]
    public void A_refresh_that_would_cross_an_INVITE_waits()
    {
        CallDriver call = CalleeOf1800(CannotUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(890));
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: call.State.A.LocalTag, extra: QuietCaller));
        Sent relayed = call.Last("INVITE");
        call.FromCallee(Response(relayed, 180));
        call.Elapse(TimeSpan.FromSeconds(12));

        // RFC 3261 section 14.1: "a UAC MUST NOT initiate a new INVITE transaction within a dialog while another INVITE transaction is in progress".
        Assert.Equal(2, Different(call, "INVITE"));
        call.FromCallee(Response(relayed, 488));
        call.FromCaller(FromCaller("ACK", call.State.A.LocalTag, 2, "z9hG4bKre1"));
        call.Elapse(TimeSpan.FromSeconds(4.1));
        Assert.Equal("3 INVITE", call.Last("INVITE").Header("CSeq"));

        // Section 14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a 491".
        call.FromCallee(FromCallee("INVITE", call.First("INVITE"), 1, "z9hG4bKre9", sdp: CalleeSdp));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 491").To.Remote);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public void Timers_survive_a_restart(int seconds)
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Sleep(TimeSpan.FromSeconds(seconds));
        call.CrashAndRecover();

        // failover.md 4.8: "persisted absolute due, clamp into [now+1 s, …], jitter 0-2 s".
        Assert.Equal(0, Different(call, "UPDATE"));
        double waits = (call.State.B.Timer!.RefreshAt.Milliseconds - call.Now.Milliseconds) / 1000.0;
        if (seconds < 900)
        {
            Assert.Equal(900 - seconds, waits);
        }
        else
        {
            Assert.InRange(waits, 1, 3);
            call.Elapse(TimeSpan.FromSeconds(3));
            Assert.Equal(1, Different(call, "UPDATE"));
        }
    }

    [Fact]
    public void A_refresh_that_was_under_way_is_sent_again_with_the_same_bytes()
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(900));
        Sent update = call.Last("UPDATE");
        call.CrashAndRecover();
        Assert.Equal(update.Text, call.Last("UPDATE").Text);
        Assert.Equal(2, call.CountSent("UPDATE"));
        call.FromCallee(Response(update, 200, extra: "Session-Expires: 1800;refresher=uac\r\n"));
        call.CrashAndRecover();
        Assert.Equal(2, call.CountSent("UPDATE"));
    }

    [Fact]
    public void A_refresh_whose_answer_was_lost_with_the_process_is_made_again_not_given_up()
    {
        CallDriver call = CalleeOf1800(CanUpdate, out _);
        call.Elapse(TimeSpan.FromSeconds(900));
        call.Sleep(TimeSpan.FromSeconds(60));
        call.CrashAndRecover();
        Assert.Equal(1, Different(call, "UPDATE"));
        call.Elapse(TimeSpan.FromSeconds(3.1));
        Assert.Equal(2, Different(call, "UPDATE"));
        Assert.Equal(0, Different(call, "BYE"));
        call.FromCallee(Response(call.Last("UPDATE"), 200, extra: "Session-Expires: 1800;refresher=uac\r\n"));
        call.Elapse(TimeSpan.FromSeconds(60));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void The_callee_updates_a_caller_that_takes_only_reINVITE()
    {
        CallDriver call = Established("", Quiet, out Sent invite, out _);
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu1", sdp: CalleeSdp.Replace("3456", "3458", StringComparison.Ordinal)));

        // RFC 3311 section 5.1: UPDATE goes to who allows it; what nobody has said to allow it gets what everybody takes.
        Sent relayed = call.Last("INVITE", CallDriver.Caller);
        Assert.Contains("m=audio 3458", relayed.Body, StringComparison.Ordinal);
        call.FromCaller(Response(relayed, 200, toTag: "", sdp: CallerSdp));
        Assert.Equal(relayed.Header("CSeq").Replace("INVITE", "ACK", StringComparison.Ordinal), call.Last("ACK", CallDriver.Caller).Header("CSeq"));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Callee);
        Assert.Equal("1 UPDATE", ok.Header("CSeq"));
        Assert.Contains("m=audio 49170", ok.Body, StringComparison.Ordinal);
        Assert.Equal(0, call.Wire.Count(sent => sent.StartLine.StartsWith("UPDATE", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_UPDATE_without_a_description_to_a_side_that_takes_none_is_answered_here()
    {
        CallDriver call = Established(CannotUpdate, Quiet, out Sent invite, out _);
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu1", extra: Timer + "Session-Expires: 600;refresher=uac\r\n"));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Callee);
        Assert.Equal("1 UPDATE", ok.Header("CSeq"));
        Assert.Equal("600;refresher=uac", ok.Header("Session-Expires"));
        Assert.Equal(0, Different(call, "UPDATE"));
        Assert.Equal(1, Different(call, "INVITE"));
    }

    [Fact]
    public void An_UPDATE_that_its_receiver_does_not_know_goes_on_as_a_reINVITE()
    {
        CallDriver call = Established(Timer, Quiet, out Sent invite, out _);
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu1", sdp: CalleeSdp));
        call.FromCaller(Response(call.Last("UPDATE"), 501, toTag: ""));
        Assert.Equal(0, call.CountSent("SIP/2.0 501"));
        call.FromCaller(Response(call.Last("INVITE", CallDriver.Caller), 200, toTag: "", sdp: CallerSdp));
        Assert.Equal("1 UPDATE", call.Last("SIP/2.0 200", CallDriver.Callee).Header("CSeq"));
    }

    [Fact]
    public void A_reINVITE_that_takes_too_long_for_its_UPDATE_is_cancelled()
    {
        CallDriver call = Established("", Quiet, out Sent invite, out _);
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu1", sdp: CalleeSdp));
        Sent relayed = call.Last("INVITE", CallDriver.Caller);
        call.FromCaller(Response(relayed, 180, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(29));
        Assert.Equal(CallDriver.Caller, call.Last("CANCEL").To.Remote);
        call.FromCaller(Response(call.Last("CANCEL"), 200, toTag: ""));
        call.FromCaller(Response(relayed, 487, toTag: ""));
        Assert.Equal("1 UPDATE", call.Last("SIP/2.0 504").Header("CSeq"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }
}
