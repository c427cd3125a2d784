using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Tests.Calls;

namespace Controller.Actors.Tests.Routing;

/// <summary>Emergency numbers come before all routes, and no limit holds them back.</summary>
public class EmergencyTests
{
    private static readonly ControllerSettings Settings = Plans.Settings(
        "abc", new RouteSettings { Name = "all", Trunks = [new("c")], MaxAttempts = 1, Budget = TimeSpan.FromSeconds(1) }) with
    {
        Emergency = new EmergencySettings { Numbers = ["112", "911"], Trunks = ["b", "a"], RetryOn = [404, 503] },
    };

    [Theory]
    [InlineData("sip:112@203.0.113.1")]
    [InlineData("sip:911@anywhere.test")]
    [InlineData("tel:112")]
    [InlineData("tel:112;phone-context=+49")]
    [InlineData("sip:112;phone-context=+49@203.0.113.1;user=phone")]
    public void They_go_to_their_trunks_in_the_order_given(string uri)
    {
        var trace = new RouteTrace();
        RoutePlan plan = RoutePlan.For(Settings, Plans.Request("1") with { Uri = Encoding.ASCII.GetBytes(uri) }, trace);
        Assert.Equal((true, RoutePlan.Emergency, 0), (plan.IsEmergency, plan.Route, plan.Status));
        Assert.Equal(["b", "a"], plan.Targets.Select(target => target.Trunk));
        Assert.Null(plan.Budget);
        Assert.Equal(RoutePlan.Emergency, Assert.Single(trace.Routes).Route);
    }

    [Theory]
    [InlineData("1123")]
    [InlineData("0112")]
    public void Others_do_not(string user)
    {
        RoutePlan plan = RoutePlan.For(Settings, Plans.Request(user));
        Assert.Equal((false, "all"), (plan.IsEmergency, plan.Route));
    }

    [Fact]
    public void A_refusal_that_is_final_elsewhere_leads_to_the_next_trunk()
    {
        var call = new CallDriver(Settings);
        call.FromCaller(Messages.Invite("sip:112@203.0.113.1"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 404));
        Assert.Equal("INVITE sip:112@198.51.100.1:5080 SIP/2.0", call.Last("INVITE").StartLine);
    }
}
