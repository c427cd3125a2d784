namespace Controller.Actors.Tests.Calls;

/// <summary>A callee that was cancelled and never says anything final does not keep the call for ever.</summary>
public class CancelGuardTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_callee_that_rings_again_after_a_restart_and_then_falls_silent_is_given_up(bool ringsAgain)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 100));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        Assert.Equal(1, call.CountSent("CANCEL"));

        // The 100 is stored nowhere, the CANCEL is.
        call.CrashAndRecover();
        if (ringsAgain)
        {
            call.FromCallee(Messages.Response(call.Last("INVITE"), 180));
        }

        call.FromCallee(Messages.Response(call.Last("CANCEL"), 200));

        // RFC 3261 section 9.1: "If there is no final response for the original request in 64*T1 seconds … the client SHOULD then consider the original transaction
        // cancelled and SHOULD destroy the client transaction handling the original request."
        call.Elapse(TimeSpan.FromSeconds(100));
        Assert.True(call.Stopped, string.Join(" ", call.State.Transactions));
        Assert.Single(call.ChargingRecords);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_callee_has_answered_with_487_is_not_cancelled_again_by_each_new_owner(bool refused)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        call.FromCallee(Messages.Response(call.Last("CANCEL"), 200));
        if (refused)
        {
            call.FromCallee(Messages.Response(call.Last("INVITE"), 487));
        }

        // RFC 3261 section 17.2.2: the callee's timer J is 64*T1: after it a CANCEL is a new one, of nothing. Until its INVITE is over it has to be said, though.
        call.Elapse(TimeSpan.FromSeconds(20));
        int sent = call.CountSent("CANCEL");
        call.CrashAndRecover();
        call.Elapse(TimeSpan.FromSeconds(4));
        Assert.Equal(refused, call.CountSent("CANCEL") == sent);

        call.Elapse(TimeSpan.FromSeconds(100));
        Assert.True(call.Stopped, string.Join(" ", call.State.Transactions));
        Assert.Single(call.ChargingRecords);
    }
}
