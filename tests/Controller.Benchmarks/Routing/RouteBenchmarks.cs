using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Tables;
using Controller.Actors.Tests.Calls;
using Controller.Benchmarks.Harness;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Benchmarks.Routing;

/// <summary>Where a call goes: by a rule, and by a table of many prefixes.</summary>
internal static class RouteBenchmarks
{
    private const int Prefixes = 200_000;
    private static readonly string[] Trunks = ["a", "b", "c"];

    public static IEnumerable<Benchmark> All =>
    [
        new("route: one rule, one trunk", () => Plan(CallDriver.OneTrunk())),
        new($"route: a table of {Prefixes * Trunks.Length:N0} rows", () => Plan(WithTable())),
    ];

    private static Subject Plan(ControllerSettings settings)
    {
        RouteRequest[] requests = [.. Enumerable.Range(0, 1000).Select(i => Request((1_000_000 + (i * 7919)).ToString(CultureInfo.InvariantCulture)))];
        int next = 0;
        return Subject.Of(() => RoutePlan.For(settings, requests[next++ % requests.Length]).Targets.Length);
    }

    private static RouteRequest Request(string user) => RouteRequest.Of(
        SipMessage.Copy(Encoding.ASCII.GetBytes(Actors.Tests.Calls.Messages.Invite($"sip:+{user}5551234@203.0.113.1"))), "access", "", UInt128.One, new Instant(1_700_000_000_000));

    private static ControllerSettings WithTable()
    {
        var builder = new RateTableBuilder();
        for (int i = 0; i < Prefixes; i++)
        {
            ulong prefix = RatePrefix.Parse((100_000 + (i * 37)).ToString(CultureInfo.InvariantCulture));
            for (int trunk = 0; trunk < Trunks.Length; trunk++)
            {
                builder.Add(prefix, new RateRow((i * 31 % 900) + trunk, 0, RateRow.Always, builder.Trunk(Trunks[trunk])!.Value, 1, 1));
            }
        }

        ControllerSettings one = CallDriver.OneTrunk();
        return one with
        {
            Trunks = Trunks.ToImmutableDictionary(name => name, name => one.Trunks["uas"] with { Name = name }),
            Tables = ImmutableDictionary<string, RateTable>.Empty.Add("lcr", builder.Build()),
            Routes = [new RouteSettings { Name = "by table", Table = "lcr" }],
        };
    }
}
