using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>A request of one side that the other side cannot get yet, because it has not acknowledged our 2xx: it waits here.</summary>
public class HeldRequestTests
{
    private static readonly string NewOffer = CalleeSdpOn(3458);

    /// <summary>The callee's answer has been acknowledged by us, ours not yet by the caller; the callee asks for something.</summary>
    private static CallDriver Held(string method, out Sent invite, out string tag)
    {
        var call = new CallDriver();
        call.FromCaller(Invite(extra: "Allow: INVITE, ACK, BYE, CANCEL\r\n"));
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCallee(FromCallee(method, invite, 1, "z9hG4bKheld", sdp: NewOffer));

        // RFC 3261 section 14.1: "If there is an ongoing INVITE server transaction, the TU MUST wait until the transaction reaches the confirmed or terminated
        // state before initiating the new INVITE."
        Assert.Empty(call.To(CallDriver.Caller, "INVITE"));
        Assert.Empty(call.To(CallDriver.Callee, "SIP/2.0 4"));
        return call;
    }

    [Theory]
    [InlineData("UPDATE", false)]
    [InlineData("UPDATE", true)]
    [InlineData("INVITE", false)]
    [InlineData("INVITE", true)]
    public void It_goes_on_when_the_ACK_is_in(string method, bool crash)
    {
        CallDriver call = Held(method, out Sent invite, out string tag);
        Assert.Equal(method == "INVITE" ? 1 : 0, call.To(CallDriver.Callee, "SIP/2.0 100").Count);
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Sent offered = Assert.Single(call.To(CallDriver.Caller, "INVITE"));
        Assert.True(offered.AfterRequiredCommit);
        Assert.Contains("m=audio 3458", offered.Body, StringComparison.Ordinal);
        if (crash)
        {
            call.CrashAndRecover();
            Assert.Equal(offered.Text, call.Last("INVITE", CallDriver.Caller).Text);
        }

        call.FromCaller(Response(offered, 200, toTag: "", sdp: CallerSdp));
        Sent answer = call.Last("SIP/2.0 200", CallDriver.Callee);
        Assert.Equal("1 " + method, answer.Header("CSeq"));
        Assert.Contains("m=audio 49170", answer.Body, StringComparison.Ordinal);
        Assert.Single(call.To(CallDriver.Caller, "ACK"));
    }

    [Fact]
    public void A_repeated_ACK_releases_nothing_twice()
    {
        CallDriver call = Held("INVITE", out _, out string tag);
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Assert.Single(call.To(CallDriver.Caller, "INVITE"));
    }

    [Theory]
    [InlineData("UPDATE", "UPDATE")]
    [InlineData("UPDATE", "INVITE")]
    [InlineData("INVITE", "UPDATE")]
    [InlineData("INVITE", "INVITE")]
    public void One_of_each_leg(string first, string second)
    {
        CallDriver call = Held(first, out Sent invite, out _);
        call.FromCallee(FromCallee(second, invite, 2, "z9hG4bKnext", sdp: CalleeSdpOn(3460)));

        // RFC 3261 section 14.2, RFC 3311 section 5.2: a second one before the first has its final response: "500 … MUST include a Retry-After header field".
        Sent refused = call.Last("SIP/2.0 500", CallDriver.Callee);
        Assert.Equal("2 " + second, refused.Header("CSeq"));
        Assert.True(refused.Has("Retry-After"));
    }

    [Theory]
    [InlineData("UPDATE")]
    [InlineData("INVITE")]
    public void If_no_ACK_comes_the_call_ends_and_so_does_it(string method)
    {
        CallDriver call = Held(method, out _, out _);
        call.Elapse(TimeSpan.FromSeconds(33));

        // 13.3.1.4: no ACK within 64*T1: a BYE; 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog … 487".
        Assert.Equal("1 " + method, call.Last("SIP/2.0 487", CallDriver.Callee).Header("CSeq"));
        Assert.Single(call.To(CallDriver.Callee, "BYE").Select(sent => sent.Text).Distinct());
    }

    [Fact]
    public void It_can_be_cancelled()
    {
        CallDriver call = Held("INVITE", out Sent invite, out string tag);
        call.FromCallee(FromCallee("CANCEL", invite, 1, "z9hG4bKheld"));
        Assert.Equal("1 CANCEL", call.Last("SIP/2.0 200", CallDriver.Callee).Header("CSeq"));
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 487", CallDriver.Callee).Header("CSeq"));
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Assert.Empty(call.To(CallDriver.Caller, "INVITE"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void The_caller_s_own_offer_meanwhile_is_glare()
    {
        CallDriver call = Held("INVITE", out _, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 491", CallDriver.Caller).Header("CSeq"));
    }

    [Fact]
    public void So_does_the_caller_s_when_the_callee_has_not_acknowledged()
    {
        CallDriver call = Held("INVITE", out Sent invite, out string tag);
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(Response(call.Last("INVITE", CallDriver.Caller), 200, toTag: "", sdp: CallerSdp));
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 2, toTag: tag));
        Assert.Single(call.To(CallDriver.Callee, "INVITE"));
        call.FromCallee(FromCallee("ACK", invite, 1, "z9hG4bKack2"));
        Assert.Equal(2, call.To(CallDriver.Callee, "INVITE").Count);
    }

    [Fact]
    public void What_offers_nothing_to_the_other_side_does_not_wait()
    {
        CallDriver call = Held("INVITE", out Sent invite, out _);
        call.FromCallee(FromCallee("INFO", invite, 2, "z9hG4bKinfo"));
        Assert.Single(call.To(CallDriver.Caller, "INFO"));
    }
}
