using System.Net;
using System.Text.RegularExpressions;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Routing;

/// <summary>Each condition of a route, when it holds and when it does not, and what is said then.</summary>
public class MatchTests
{
    private static readonly RouteSettings To = new() { Name = "r", Trunks = [new RouteTarget("a")] };

    private static void Holds(RouteSettings route, RouteRequest request, ControllerSettings? settings = null) =>
        Assert.Equal("a", Plans.Order((settings ?? Plans.Settings("a")) with { Routes = [route] }, request));

    private static void Fails(RouteSettings route, RouteRequest request, string why, ControllerSettings? settings = null)
    {
        var trace = new RouteTrace();
        Assert.Equal(404, RoutePlan.For((settings ?? Plans.Settings("a")) with { Routes = [route] }, request, trace).Status);
        Assert.Equal(new RouteVerdict("r", false, why), Assert.Single(trace.Routes));
    }

    [Fact]
    public void A_prefix_is_the_beginning_of_the_user()
    {
        RouteSettings route = To with { Prefixes = ["+49", "0049"] };
        Holds(route, Plans.Request("+4930123"));
        Holds(route, Plans.Request("004930123"));
        Fails(route, Plans.Request("4930123"), "user 4930123 does not begin with +49 or 0049");
    }

    [Fact]
    public void A_method_is_one_of_those_named()
    {
        RouteSettings route = To with { Methods = ["MESSAGE", "OPTIONS"] };
        Holds(route, Plans.Request("1", method: "MESSAGE"));
        Fails(route, Plans.Request("1"), "method INVITE, not MESSAGE or OPTIONS");
    }

    [Theory]
    [InlineData("X-Class", true, null, "x-class: gold\r\n", true)]
    [InlineData("X-Class", true, null, "", false)]
    [InlineData("X-Class", false, null, "", true)]
    [InlineData("X-Class", false, null, "X-Class: gold\r\n", false)]
    [InlineData("X-Class", true, "^gold$", "X-Class: tin\r\nX-Class: gold\r\n", true)]
    [InlineData("X-Class", true, "^gold$", "X-Class: golden\r\n", false)]
    [InlineData("Subject", true, "urgent", "s: urgent!\r\n", true)]
    [InlineData("s", true, "urgent", "Subject: urgent!\r\n", true)]
    [InlineData("X-Clas", true, null, "X-Class: gold\r\n", false)]
    public void A_header_is_there_or_not_or_one_of_its_lines_matches(string name, bool present, string? matches, string headers, bool holds)
    {
        RouteSettings route = To with { Headers = [new HeaderCondition(name, present, matches is null ? null : new Regex(matches, RegexOptions.NonBacktracking))] };
        RouteRequest request = Plans.Request("1", headers: headers);
        if (holds)
        {
            Holds(route, request);
        }
        else
        {
            Fails(route, request, !present ? $"header {name} is there" : matches is null ? $"header {name} is not there" : $"header {name} does not match {matches}");
        }
    }

    [Theory]
    // 2026-11-20 is a Friday.
    [InlineData("fri", "08:00", "18:00", "2026-11-20T08:00:00Z", true)]
    [InlineData("fri", "08:00", "18:00", "2026-11-20T17:59:59Z", true)]
    [InlineData("fri", "08:00", "18:00", "2026-11-20T18:00:00Z", false)]
    [InlineData("fri", "08:00", "18:00", "2026-11-20T07:59:59Z", false)]
    [InlineData("fri", "08:00", "18:00", "2026-11-21T12:00:00Z", false)]
    [InlineData("", "08:00", "18:00", "2026-11-21T12:00:00Z", true)]
    [InlineData("fri", "00:00", "00:00", "2026-11-20T23:59:00Z", true)]
    // Over midnight: the night of Friday goes on into Saturday, and that of Thursday is another.
    [InlineData("fri", "22:00", "06:00", "2026-11-20T22:00:00Z", true)]
    [InlineData("fri", "22:00", "06:00", "2026-11-21T05:59:00Z", true)]
    [InlineData("fri", "22:00", "06:00", "2026-11-20T05:59:00Z", false)]
    [InlineData("fri", "22:00", "06:00", "2026-11-21T06:00:00Z", false)]
    public void A_time_is_of_a_day_and_may_go_over_midnight(string day, string from, string to, string at, bool holds)
    {
        var hours = new RouteHours(day.Length == 0 ? [] : [DayOfWeek.Friday], TimeOnly.Parse(from), TimeOnly.Parse(to));
        Assert.Equal(holds ? "a" : "404", Plans.Order(Plans.Settings("a", To with { Hours = hours }), Plans.Request("1", at: at)));
    }

    [Fact]
    public void A_time_is_in_the_zone_of_the_routes_summer_time_included()
    {
        RouteSettings route = To with { Hours = new RouteHours([], new TimeOnly(8, 0), new TimeOnly(9, 0)) };
        ControllerSettings settings = Plans.Settings("a") with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };
        Holds(route, Plans.Request("1", at: "2026-01-15T07:30:00Z"), settings);
        Holds(route, Plans.Request("1", at: "2026-07-15T06:30:00Z"), settings);
        Fails(route, Plans.Request("1", at: "2026-07-15T07:30:00Z"), "Wed 09:30 is not within its time", settings);
    }

    [Fact]
    public void A_trunk_is_where_the_request_comes_from()
    {
        RouteSettings route = To with { FromTrunk = "b" };
        Holds(route, Plans.Request("1", realm: "core", trunk: "b"));
        Fails(route, Plans.Request("1", realm: "core", trunk: "a"), "from trunk a, not b");
        Fails(route, Plans.Request("1", realm: "core"), "from no trunk that is known, not b");
    }

    [Fact]
    public void An_expression_that_takes_too_long_does_not_match()
    {
        RouteSettings route = To with { User = new Regex("^(a+)+(?=b)$", RegexOptions.None, TimeSpan.FromMilliseconds(1)) };
        Fails(route, Plans.Request(new string('a', 60) + "!"), $"user {new string('a', 60)}! does not match ^(a+)+(?=b)$");
    }

    [Fact]
    public void A_rewrite_that_takes_too_long_refuses_the_call_and_does_not_break_it()
    {
        RouteSettings route = To with { User = new Regex("a|(b+)+(?=c)$", RegexOptions.None, TimeSpan.FromMilliseconds(1)), RewriteUser = "1" };
        Assert.Equal("500", Plans.Order(Plans.Settings("a", route), Plans.Request("a" + new string('b', 60) + "!")));
    }
}
