using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>A call that is over and that nobody waits for keeps only what tells repetitions from what is new.</summary>
public class RestTests
{
    [Fact]
    public void A_BYE_that_comes_again_gets_the_same_bytes()
    {
        CallDriver call = HungUpAfter(TimeSpan.FromSeconds(60), out string tag);
        Assert.True(call.State.IsAtRest);
        Assert.Empty(call.State.Transactions);
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        int before = call.Wire.Count;
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye1"));
        Assert.Equal(before + 1, call.Wire.Count);
        Assert.Equal(ok.Bytes, call.Wire[^1].Bytes);
        Assert.Equal(ok.To, call.Wire[^1].To);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void It_is_forgotten_when_timer_J_would_have_fired()
    {
        CallDriver call = HungUpAfter(TimeSpan.FromSeconds(60), out _);
        call.Elapse(TimeSpan.FromSeconds(31.9));
        Assert.False(call.Stopped);
        call.Elapse(TimeSpan.FromSeconds(0.2));
        Assert.True(call.Stopped);
    }

    [Fact]
    public void The_INVITE_that_comes_again_is_no_new_call()
    {
        CallDriver call = HungUpAfter(TimeSpan.FromSeconds(1), out _);
        Assert.True(call.State.IsAtRest);
        int before = call.Wire.Count;
        call.FromCaller(Invite());
        Assert.Equal(before, call.Wire.Count);
    }

    [Fact]
    public void A_later_request_of_the_caller_finds_that_it_is_over()
    {
        CallDriver call = HungUpAfter(TimeSpan.FromSeconds(60), out string tag);
        call.FromCaller(FromCaller("INFO", tag, 3, "z9hG4bKinfo1"));
        Assert.StartsWith("SIP/2.0 481", call.Wire[^1].Text, StringComparison.Ordinal);
    }

    /// <summary>RFC 3261 section 13.2.2.4: it is acknowledged, and hung up.</summary>
    [Fact]
    public void Another_2xx_of_a_fork_is_still_hung_up()
    {
        CallDriver call = HungUpAfter(TimeSpan.FromSeconds(1), out _);
        Assert.True(call.State.IsAtRest);
        int before = call.Wire.Count;
        call.FromCallee(Response(call.Last("INVITE"), 200, toTag: "carol-tag", sdp: CalleeSdp));
        Assert.Equal(before + 2, call.Wire.Count);
        Assert.StartsWith("ACK", call.Wire[^2].Text, StringComparison.Ordinal);
        Assert.StartsWith("BYE", call.Wire[^1].Text, StringComparison.Ordinal);
        Assert.Contains("carol-tag", call.Wire[^1].Header("To"), StringComparison.Ordinal);
        call.FromCallee(Response(call.Last("BYE"), 200));
        Assert.True(call.State.IsAtRest);
    }

    /// <summary>The same section: one that crosses with the refusal of its sibling would stay up otherwise.</summary>
    [Fact]
    public void A_2xx_behind_a_refusal_is_hung_up_as_well()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 486));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 486", CallDriver.Caller).ToTag, 1, "z9hG4bKinv1"));
        Assert.True(call.State.IsAtRest);
        call.FromCallee(Response(invite, 200, toTag: "carol-tag", sdp: CalleeSdp));
        Assert.StartsWith("ACK", call.Wire[^2].Text, StringComparison.Ordinal);
        Assert.StartsWith("BYE", call.Wire[^1].Text, StringComparison.Ordinal);
        Assert.Equal(invite.Header("From"), call.Wire[^2].Header("From"));
        Assert.Equal(invite.Header("Call-ID"), call.Wire[^1].Header("Call-ID"));
    }

    private static CallDriver HungUpAfter(TimeSpan talk, out string tag)
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 180));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.Elapse(talk);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye1"));
        call.FromCallee(Response(call.Last("BYE"), 200));
        return call;
    }
}
