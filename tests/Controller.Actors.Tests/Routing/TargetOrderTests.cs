using System.Security.Cryptography;
using Controller.Actors.Policies;
using Controller.Actors.Routing;

namespace Controller.Actors.Tests.Routing;

/// <summary>Priorities, weights and quotas, drawn by the key of a call.</summary>
public class TargetOrderTests
{
    private const int Calls = 20_000;

    /// <summary>Keys as calls have them: spread evenly, and the same in every run.</summary>
    private static UInt128 Key(int number)
    {
        byte[] hash = SHA256.HashData(BitConverter.GetBytes(number));
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash, 8));
    }

    private static Dictionary<string, double> Shares(string trunks, params RouteTarget[] targets)
    {
        ControllerSettings settings = Plans.Settings(trunks, new RouteSettings { Name = "r", Trunks = [.. targets] });
        RouteRequest request = Plans.Request("1");
        return Enumerable.Range(0, Calls).GroupBy(i => Plans.Order(settings, request with { Lot = Key(i) })).ToDictionary(group => group.Key, group => 100.0 * group.Count() / Calls);
    }

    [Fact]
    public void Priorities_come_before_weights()
    {
        Dictionary<string, double> shares = Shares("abc", new("a", 1, 2), new("b", 3), new("c", 1));
        Assert.Equal(["bca", "cba"], shares.Keys.Order());
        Assert.InRange(shares["bca"], 74, 76);
    }

    [Fact]
    public void A_quota_is_held_over_calls_and_the_rest_goes_by_weight()
    {
        Dictionary<string, double> shares = Shares("abc", new("a", Quota: 12.5), new("b", 3), new("c", 1));

        // Whoever is not drawn by quota comes last: only a failure of all others takes it beyond its share.
        Assert.Equal(["abc", "acb", "bca", "cba"], shares.Keys.Order());
        Assert.InRange(shares["abc"] + shares["acb"], 11.8, 13.2);

        // The two draws are independent of each other.
        Assert.InRange(shares["abc"] / (shares["abc"] + shares["acb"]), 0.72, 0.78);
        Assert.InRange(shares["bca"] / (shares["bca"] + shares["cba"]), 0.73, 0.77);
    }

    [Fact]
    public void Quotas_that_are_everything_leave_nothing_to_chance()
    {
        Dictionary<string, double> shares = Shares("ab", new("a", Quota: 70), new("b", Quota: 30));
        Assert.Equal(["ab", "ba"], shares.Keys.Order());
        Assert.InRange(shares["ab"], 69, 71);
    }

    [Fact]
    public void Trunk_and_endpoint_are_two_draws()
    {
        ControllerSettings settings = Plans.Settings("ab", new RouteSettings { Name = "r", Trunks = [new("a"), new("b")] });
        settings = settings with
        {
            Trunks = settings.Trunks.SetItem("a", settings.Trunks["a"] with { Endpoints = [new("sip:198.51.100.11"), new("sip:198.51.100.12")] }),
        };
        RouteRequest request = Plans.Request("1");
        var first = Enumerable.Range(0, Calls).Select(i => RoutePlan.For(settings, request with { Lot = Key(i) }).Targets[0]).Where(target => target.Trunk == "a").ToList();
        Assert.InRange(first.Count, Calls * 0.48, Calls * 0.52);
        Assert.InRange(first.Count(target => target.Uri.EndsWith("11", StringComparison.Ordinal)), first.Count * 0.48, first.Count * 0.52);
    }

    [Fact]
    public void The_same_call_gets_the_same_order_again()
    {
        ControllerSettings settings = Plans.Settings("abcd", new RouteSettings { Name = "r", Trunks = [new("a", Quota: 20), new("b"), new("c"), new("d", Quota: 30)] });
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(Plans.Order(settings, Plans.Request("1", lot: Key(i))), Plans.Order(settings, Plans.Request("2", lot: Key(i)))));
    }

    [Fact]
    public void No_more_than_the_greatest_number_of_attempts_and_each_is_explained()
    {
        ControllerSettings settings = Plans.Settings("abc", new RouteSettings { Name = "r", Trunks = [new("a"), new("x"), new("b"), new("c")], MaxAttempts = 2 });
        var trace = new RouteTrace();
        RoutePlan plan = RoutePlan.For(settings, Plans.Request("1"), trace);
        Assert.Equal(["a", "b"], plan.Targets.Select(target => target.Trunk));
        Assert.Equal(
            [
                new CandidateVerdict("a", "sip:1@198.51.100.1:5080", true, "priority 1, weight 1"),
                new CandidateVerdict("x", null, false, "priority 1, weight 1: no such trunk is configured"),
                new CandidateVerdict("b", "sip:1@198.51.100.2:5080", true, "priority 1, weight 1"),
                new CandidateVerdict("c", null, false, "priority 1, weight 1: no more than 2 are tried"),
            ],
            trace.Candidates.AsEnumerable());
    }
}
