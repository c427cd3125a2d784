using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>Reliable provisional responses: RFC 3262, on each leg for itself.</summary>
public class ReliableProvisionalTests
{
    private const string Supports = "Supported: 100rel\r\n";
    private const string DoesRequire = "Require: 100rel\r\n";

    private static CallDriver Calling(string extra, out Sent invite, string? sdp = CallerSdp)
    {
        var call = new CallDriver();
        call.FromCaller(Invite(sdp: sdp, extra: extra));
        invite = call.Last("INVITE");
        return call;
    }

    private static string Prack(Sent provisional, int cseq, string branch, string? sdp = null) =>
        FromCaller("PRACK", provisional.ToTag, cseq, branch, sdp: sdp, extra: $"RAck: {provisional.Header("RSeq")} {provisional.Header("CSeq")}\r\n");

    /// <summary>Who acknowledges what, for each caller and each callee; the offer is in the INVITE.</summary>
    [Theory]
    [InlineData("", false, false)]
    [InlineData("", true, false)]
    [InlineData(Supports, false, false)]
    [InlineData(Supports, true, true)]
    [InlineData(DoesRequire, false, true)]
    [InlineData(DoesRequire, true, true)]
    public void Each_leg_is_reliable_for_itself(string caller, bool calleeIsReliable, bool callerGetsItReliably)
    {
        CallDriver call = Calling(caller, out Sent invite);
        Assert.Contains("Supported: 100rel", invite.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Require: 100rel", invite.Text, StringComparison.Ordinal);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: calleeIsReliable ? Reliable(4711) : ""));
        Sent progress = Assert.Single(call.To(CallDriver.Caller, "SIP/2.0 183"));

        // RFC 3262 section 3: "The UAS MUST send any non-100 provisional response reliably if the initial request contained a Require header field with the
        // option tag 100rel"; "The UAS MUST NOT attempt to send a … response reliably, unless the original request contained a Supported header field".
        Assert.Equal(callerGetsItReliably, progress.Has("RSeq"));
        Assert.Equal(callerGetsItReliably ? "100rel" : "", progress.Header("Require"));
        Assert.NotEqual("4711", progress.Header("RSeq"));

        // A callee whose caller cannot acknowledge gets our PRACK at once; one whose caller can gets the caller's.
        Assert.Equal(calleeIsReliable && !callerGetsItReliably ? 1 : 0, call.CountSent("PRACK"));
        if (callerGetsItReliably)
        {
            Assert.True(progress.AfterRequiredCommit);
            call.FromCaller(Prack(progress, 2, "z9hG4bKp1"));
            Assert.Equal(calleeIsReliable ? 1 : 0, call.CountSent("PRACK"));
        }

        if (calleeIsReliable)
        {
            Sent prack = call.Last("PRACK");

            // Section 7.2: response number, CSeq number and method of the INVITE on this leg; 12.2.1.1: the number of the dialog goes on.
            Assert.Equal("4711 1 INVITE", prack.Header("RAck"));
            Assert.Equal("2 PRACK", prack.Header("CSeq"));
            Assert.EndsWith(";tag=bob-tag", prack.Header("To"), StringComparison.Ordinal);
            Assert.True(prack.AfterRequiredCommit);
            call.FromCallee(Response(prack, 200));
        }

        Assert.Equal(callerGetsItReliably ? 1 : 0, call.To(CallDriver.Caller, "SIP/2.0 200").Count);
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal("1 INVITE", ok.Header("CSeq"));
        Assert.Equal(progress.ToTag, ok.ToTag);
        call.FromCaller(FromCaller("ACK", ok.ToTag, 1, "z9hG4bKack"));
        call.Elapse(TimeSpan.FromSeconds(70));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Empty(call.State.Provisionals);
    }

    [Fact]
    public void It_is_sent_again_until_its_PRACK_comes_with_intervals_that_double()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 180));
        call.Elapse(TimeSpan.FromSeconds(4));

        // Section 3: "retransmissions … starts at T1 seconds and doubles for each retransmission": 0, 0.5, 1.5, 3.5.
        Assert.Equal(4, call.CountSent("SIP/2.0 180"));
        Assert.Single(call.Wire.Where(sent => sent.StartLine.StartsWith("SIP/2.0 180", StringComparison.Ordinal)).Select(sent => sent.Text).Distinct());
        string prack = Prack(call.Last("SIP/2.0 180"), 2, "z9hG4bKp1");
        call.FromCaller(prack);
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 200").Header("CSeq"));
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.Equal(4, call.CountSent("SIP/2.0 180"));

        // Section 3: "If a PRACK request is received … that does not match any unacknowledged reliable provisional response, the UAS MUST respond … with a 481".
        call.FromCaller(prack.Replace("z9hG4bKp1", "z9hG4bKp2", StringComparison.Ordinal).Replace("CSeq: 2", "CSeq: 3", StringComparison.Ordinal));
        Assert.Equal("3 PRACK", call.Last("SIP/2.0 481").Header("CSeq"));
    }

    [Fact]
    public void Without_a_PRACK_the_INVITE_is_rejected_and_the_callee_cancelled()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 180));
        call.Elapse(TimeSpan.FromSeconds(33));

        // Section 3: "If a reliable provisional response is retransmitted for 64*T1 seconds without reception of a corresponding PRACK, the UAS SHOULD reject
        // the original request with a 5xx response."
        Assert.True(call.CountSent("SIP/2.0 504") >= 1);
        Assert.True(call.CountSent("CANCEL") >= 1);
        Assert.Contains("\"result\":\"failed\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RAck: 1 1 INVITE\r\n")]
    [InlineData("RAck: x y z\r\n")]
    [InlineData("")]
    [InlineData("RAck: {0} 2 INVITE\r\n")]
    [InlineData("RAck: {0} 1 UPDATE\r\n")]
    public void A_PRACK_that_acknowledges_nothing_is_refused(string rack)
    {
        CallDriver call = Calling(Supports, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(7)));
        Sent progress = call.Last("SIP/2.0 183");
        call.FromCaller(FromCaller("PRACK", progress.ToTag, 2, "z9hG4bKp1", extra: rack.Replace("{0}", progress.Header("RSeq"), StringComparison.Ordinal)));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
        Assert.Equal(0, call.CountSent("PRACK"));
        Assert.Single(call.State.Provisionals);
    }

    [Fact]
    public void A_PRACK_with_a_word_too_many_in_its_RAck_acknowledges_all_the_same()
    {
        CallDriver call = Calling(Supports, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(7)));
        Sent progress = call.Last("SIP/2.0 183");
        call.FromCaller(FromCaller("PRACK", progress.ToTag, 2, "z9hG4bKp1", extra: $"RAck: {progress.Header("RSeq")} 1 INVITE INVITE\r\n"));

        // RFC 3262 section 7.2 has three words; the callee gets three.
        Assert.Equal("7 1 INVITE", call.Last("PRACK").Header("RAck"));
        Assert.Empty(call.State.Provisionals);
    }

    [Fact]
    public void What_is_out_of_order_is_not_acknowledged_and_what_comes_again_is_discarded()
    {
        CallDriver call = Calling("", out Sent invite);
        call.FromCallee(Response(invite, 180, extra: Reliable(10)));
        call.FromCallee(Response(invite, 180, extra: Reliable(10)));

        // Section 4: "Once a reliable provisional response is received, retransmissions of that response MUST be discarded."
        Assert.Equal(1, call.CountSent("PRACK"));
        Assert.Equal(1, call.CountSent("SIP/2.0 180"));

        // "its RSeq value is not one higher … MUST NOT be acknowledged with a PRACK, and MUST NOT be processed further".
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(12)));
        Assert.Equal(1, call.CountSent("PRACK"));
        Assert.Equal(0, call.CountSent("SIP/2.0 183"));
        call.FromCallee(Response(invite, 182, extra: Reliable(11)));
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(12)));
        Assert.Equal(["10 1 INVITE", "11 1 INVITE", "12 1 INVITE"], call.To(CallDriver.Callee, "PRACK").Select(prack => prack.Header("RAck")));
        Assert.Equal(["2 PRACK", "3 PRACK", "4 PRACK"], call.To(CallDriver.Callee, "PRACK").Select(prack => prack.Header("CSeq")));
    }

    [Fact]
    public void The_second_waits_for_the_PRACK_of_the_first_and_counts_on()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 180));
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));

        // Section 3: "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged."
        Assert.Equal(0, call.CountSent("SIP/2.0 183"));
        Sent first = call.Last("SIP/2.0 180");
        call.FromCaller(Prack(first, 2, "z9hG4bKp1"));
        Sent second = call.Last("SIP/2.0 183");

        // "the RSeq header field in each subsequent reliable provisional response … MUST be one greater than the previous".
        Assert.Equal(uint.Parse(first.Header("RSeq")) + 1, uint.Parse(second.Header("RSeq")));
        call.FromCaller(Prack(second, 3, "z9hG4bKp2"));
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void An_answer_waits_for_the_PRACK_of_a_description()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));

        // The callee is acknowledged: the answer is taken. Section 3: "unless the final response is 2xx and any of the unacknowledged reliable provisional
        // responses contained a session description. In that case, it MUST NOT send a final response until those … are acknowledged."
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Equal(0, call.CountSent("SIP/2.0 200"));
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.True(call.CountSent("SIP/2.0 183") > 1);
        Sent progress = call.Last("SIP/2.0 183");
        call.FromCaller(Prack(progress, 2, "z9hG4bKp1"));
        Assert.Equal(["2 PRACK", "1 INVITE"], call.To(CallDriver.Caller, "SIP/2.0 200").Select(ok => ok.Header("CSeq")));
        Sent ok = call.Last("SIP/2.0 200");
        Assert.True(ok.AfterRequiredCommit);
        call.FromCaller(FromCaller("ACK", ok.ToTag, 1, "z9hG4bKack"));
        call.Elapse(TimeSpan.FromMinutes(1));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
    }

    [Theory]
    [InlineData("CANCEL", "cancelled", "SIP/2.0 487")]
    [InlineData("BYE", "cancelled", "SIP/2.0 487")]
    [InlineData("nothing", "failed", "SIP/2.0 504")]
    [InlineData("BYE of the callee", "failed", "SIP/2.0 480")]
    public void An_answer_that_waits_may_never_be_told(string what, string result, string final)
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        switch (what)
        {
            case "CANCEL":
                call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
                break;
            case "BYE":
                call.FromCaller(FromCaller("BYE", call.Last("SIP/2.0 183").ToTag, 2, "z9hG4bKbye"));
                break;
            case "BYE of the callee":
                call.FromCallee(FromCallee("BYE", invite, 1, "z9hG4bKbye"));
                break;
            default:
                call.Elapse(TimeSpan.FromSeconds(33));
                break;
        }

        // One final response to the INVITE, and nobody stays up.
        Assert.Single(call.To(CallDriver.Caller, final).Select(sent => sent.Text).Distinct());
        Assert.DoesNotContain(call.To(CallDriver.Caller, "SIP/2.0 200"), sent => sent.Header("CSeq") == "1 INVITE");
        Assert.True(call.To(CallDriver.Callee, "BYE").Count >= 1);
        Assert.Contains($"\"result\":\"{result}\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
        Assert.Contains("\"answeredAt\":null", call.ChargingRecords[0], StringComparison.Ordinal);
        call.Elapse(TimeSpan.FromMinutes(2));
        Assert.True(call.Stopped);
    }

    [Fact]
    public void The_PRACK_of_a_response_without_description_may_come_after_the_answer()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 180));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Assert.Equal(1, call.CountSent("SIP/2.0 200"));
        call.Elapse(TimeSpan.FromSeconds(2));

        // Section 3: "If the UAS does send a final response when reliable responses are still unacknowledged, it SHOULD NOT continue to retransmit the
        // unacknowledged reliable provisional responses, but it MUST be prepared to process PRACK requests for those outstanding responses."
        Assert.Equal(1, call.CountSent("SIP/2.0 180"));
        call.FromCaller(Prack(call.Last("SIP/2.0 180"), 2, "z9hG4bKp1"));
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 200").Header("CSeq"));
    }

    [Fact]
    public void The_offer_in_a_reliable_response_is_answered_in_its_PRACK()
    {
        CallDriver call = Calling(Supports, out Sent invite, sdp: null);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(1)));
        Sent progress = call.Last("SIP/2.0 183");
        Assert.Contains("m=audio 3456", progress.Body, StringComparison.Ordinal);

        // Section 5: "If the UAC receives a reliable provisional response with an offer …, it MUST generate an answer in the PRACK."
        call.FromCaller(Prack(progress, 2, "z9hG4bKp1", CallerSdp));
        Assert.Contains("m=audio 49170", call.Last("PRACK").Body, StringComparison.Ordinal);
        call.FromCallee(Response(call.Last("PRACK"), 200));
        call.FromCallee(Response(invite, 200));

        // Offer and answer are complete: the ACK to the callee waits for nothing.
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Equal("", call.Last("SIP/2.0 200").Body);
    }

    [Fact]
    public void An_offer_in_the_PRACK_is_answered_in_its_200()
    {
        CallDriver call = Calling(Supports, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(1)));

        // Section 5: "If the UAC receives a reliable provisional response with an answer …, it MAY generate an additional offer in the PRACK. If the UAS
        // receives a PRACK with an offer, it MUST place the answer in the 2xx to the PRACK."
        call.FromCaller(Prack(call.Last("SIP/2.0 183"), 2, "z9hG4bKp1", CallerSdp.Replace("49170", "49172", StringComparison.Ordinal)));
        Assert.Contains("m=audio 49172", call.Last("PRACK").Body, StringComparison.Ordinal);
        call.FromCallee(Response(call.Last("PRACK"), 200, sdp: CalleeSdpOn(3458)));
        Assert.Contains("m=audio 3458", call.Last("SIP/2.0 200").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_offer_in_the_PRACK_of_a_response_that_the_callee_did_not_make_reliable_has_nobody_to_answer_it()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));
        Sent progress = call.Last("SIP/2.0 183");
        call.FromCaller(Prack(progress, 2, "z9hG4bKp1", CallerSdp));
        Assert.Equal("2 PRACK", call.Last("SIP/2.0 488").Header("CSeq"));
        call.FromCaller(Prack(progress, 3, "z9hG4bKp2"));
        Assert.Equal("3 PRACK", call.Last("SIP/2.0 200").Header("CSeq"));
    }

    [Fact]
    public void The_answer_of_a_reliable_response_is_told_in_the_2xx_to_a_caller_that_did_not_get_it_reliably()
    {
        CallDriver call = Calling("", out Sent invite);
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(1)));
        call.FromCallee(Response(call.Last("PRACK"), 200));
        call.FromCallee(Response(invite, 200));

        // RFC 3261 section 13.2.1: "the answer MUST be in a reliable non-failure message from UAS back to UAC"; the same as it was shown before.
        Assert.Equal(call.Last("SIP/2.0 183").Body, call.Last("SIP/2.0 200").Body);
        Assert.Contains("m=audio 3456", call.Last("SIP/2.0 200").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_that_cannot_acknowledge_an_offer_does_not_get_one_early()
    {
        CallDriver call = Calling("", out Sent invite, sdp: null);

        // Section 5: an INVITE without an offer gets it in the first reliable response; nobody could answer it. So 100rel is not offered.
        Assert.DoesNotContain("100rel", invite.Text, StringComparison.Ordinal);
        call.FromCallee(Response(invite, 183, extra: Reliable(1)));
        Assert.Equal(0, call.CountSent("PRACK"));
    }

    [Fact]
    public void A_reliable_response_without_the_offer_that_it_would_need_is_not_made()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite, sdp: null);
        call.FromCallee(Response(invite, 180));

        // Section 5: "there was no offer in the INVITE, an offer MUST appear in that reliable provisional response."
        Assert.Equal(0, call.CountSent("SIP/2.0 18"));
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp, extra: Reliable(5)));
        Assert.Equal(1, call.CountSent("SIP/2.0 183"));
    }

    [Fact]
    public void A_PRACK_that_comes_again_after_a_crash_is_answered_the_same()
    {
        CallDriver call = Calling(DoesRequire, out Sent invite);
        call.FromCallee(Response(invite, 180));
        string prack = Prack(call.Last("SIP/2.0 180"), 2, "z9hG4bKp1");
        call.FromCaller(prack);
        call.CrashAndRecover();
        int ringing = call.CountSent("SIP/2.0 180");
        call.FromCaller(prack);
        Assert.Equal(2, call.CountSent("SIP/2.0 200"));
        Assert.Equal(0, call.CountSent("SIP/2.0 481"));
        call.Elapse(TimeSpan.FromSeconds(10));
        Assert.Equal(ringing, call.CountSent("SIP/2.0 180"));
    }
}
