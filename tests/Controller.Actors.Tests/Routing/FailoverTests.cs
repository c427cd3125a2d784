using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>What a route says of its failures: codes, and the time in which somebody has to ring.</summary>
public class FailoverTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    private static CallDriver Call(RouteSettings? route = null)
    {
        var call = new CallDriver(Plans.Settings("abc", (route ?? new RouteSettings { Name = "r" }) with { Trunks = [new("a", 1, 1), new("b", 1, 2), new("c", 1, 3)] }));
        call.FromCaller(Invite());
        return call;
    }

    private static IPEndPoint At(int host) => new(IPAddress.Parse($"198.51.100.{host}"), 5080);

    [Theory]
    [InlineData(486)]
    [InlineData(603)]
    public void Busy_and_declined_are_final_by_default(int status)
    {
        CallDriver call = Call();
        call.FromCallee(Response(call.Last("INVITE"), status), At(1));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent($"SIP/2.0 {status}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_codes_of_the_route_come_before_those_of_the_trunk(bool crash)
    {
        CallDriver call = Call(new RouteSettings { Name = "r", RetryOn = [486] });
        call.FromCallee(Response(call.Last("INVITE"), 486), At(1));
        Assert.Equal(At(2), call.Last("INVITE").To.Remote);

        // What the call was decided with is in its journal: another configuration, or another node, changes nothing.
        call.Settings = call.Settings with { Version = 2, Routes = [] };
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.FromCallee(Response(call.Last("INVITE"), 486), At(2));
        Assert.Equal(At(3), call.Last("INVITE").To.Remote);
        call.FromCallee(Response(call.Last("INVITE"), 503), At(3));
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));
    }

    [Fact]
    public void The_codes_of_the_route_replace_those_of_the_trunk()
    {
        CallDriver call = Call(new RouteSettings { Name = "r", RetryOn = [486] });
        call.FromCallee(Response(call.Last("INVITE"), 503), At(1));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 503"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nobody_rings_within_the_budget_and_the_caller_hears_at_once(bool crash)
    {
        CallDriver call = Call(new RouteSettings { Name = "r", Budget = Budget });
        if (crash)
        {
            call.CrashAndRecover();
        }

        // Three targets of 4 s each would be 12 s; the caller is told after ten, to the millisecond, though no CANCEL has been answered.
        call.Elapse(Budget - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, call.CountSent("SIP/2.0 408"));
        call.Elapse(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, call.CountSent("SIP/2.0 408"));
        Assert.Contains("no target rang in the time that the route gives", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
        Assert.NotEmpty(call.To(At(3), "INVITE"));

        // A target that has been heard meanwhile is cancelled.
        call.FromCallee(Response(call.To(At(3), "INVITE")[^1], 180), At(3));
        Assert.Single(call.To(At(3), "CANCEL"));
    }

    [Fact]
    public void Who_rings_within_the_budget_may_ring_on()
    {
        CallDriver call = Call(new RouteSettings { Name = "r", Budget = Budget });
        call.FromCallee(Response(call.Last("INVITE"), 180), At(1));
        call.Elapse(TimeSpan.FromSeconds(60));
        call.FromCallee(Response(call.To(At(1), "INVITE")[0], 200, sdp: CalleeSdp), At(1));
        Assert.Equal(1, call.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void Who_fails_after_the_budget_has_no_successor()
    {
        CallDriver call = Call(new RouteSettings { Name = "r", Budget = Budget });
        call.FromCallee(Response(call.Last("INVITE"), 180), At(1));
        call.Elapse(TimeSpan.FromSeconds(11));
        call.FromCallee(Response(call.To(At(1), "INVITE")[0], 503), At(1));
        Assert.Empty(call.To(At(2), "INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 503"));
    }

    [Fact]
    public void The_best_refusal_so_far_is_what_the_caller_gets()
    {
        CallDriver call = Call(new RouteSettings { Name = "r", Budget = TimeSpan.FromSeconds(3), RetryOn = [404] });
        call.FromCallee(Response(call.Last("INVITE"), 404), At(1));
        call.Elapse(TimeSpan.FromSeconds(3));
        Assert.Equal(1, call.CountSent("SIP/2.0 404"));
    }

    [Fact]
    public void That_one_passed_over_answers_its_CANCEL_gives_the_next_no_more_time()
    {
        CallDriver call = Call(new RouteSettings { Name = "r", Budget = Budget });
        call.FromCallee(Response(call.Last("INVITE"), 100), At(1));
        call.Elapse(TimeSpan.FromSeconds(5));
        call.FromCallee(Response(call.To(At(1), "INVITE")[0], 487), At(1));
        call.Elapse(TimeSpan.FromSeconds(3));
        Assert.Single(call.To(At(3), "INVITE").Select(sent => sent.Header("Via")).Distinct());
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.Equal(1, call.CountSent("SIP/2.0 408"));
    }

    [Fact]
    public void A_name_that_is_not_found_in_time_does_not_hold_the_caller()
    {
        ControllerSettings settings = CallDriver.OneTrunk("sip:carrier.test");
        var call = new CallDriver(settings with { Routes = [settings.Routes[1] with { Budget = Budget }] });
        call.FromCaller(Invite());
        Assert.IsType<CallEffect.Resolve>(call.LastEffects[^1]);
        call.Elapse(Budget);
        Assert.Equal(1, call.CountSent("SIP/2.0 408"));
        call.Give(new CallInput.Resolved(1, []));
        Assert.Equal(0, call.CountSent("INVITE"));
    }
}
