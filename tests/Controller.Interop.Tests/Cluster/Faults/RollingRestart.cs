using System.Globalization;
using System.Text.RegularExpressions;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>SIGTERM of one node after the other, as for an upgrade: it hands its calls over and ends, and is started again.</summary>
internal static class RollingRestart
{
    /// <summary>What the design wants of 99 shards in 100. Printed as missed: here three nodes, one of which starts, their database and all parties share two processors, and not half of the shards keep it on a bad day.</summary>
    private const double WantedMs = 30;

    /// <summary>Held against 99 in 100. Twice that is T1 (RFC 3261 section 17.1.1.1): what waited for less, no party has sent a second time.</summary>
    private const double HeldMs = 250;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly Regex Gave = new(@"gave (\d+) shards to node \S+ paused for ([\d.]+) ms: released after ([\d.]+) ms, handed off after ([\d.]+) ms", RegexOptions.CultureInvariant);

    public static void Run(RunningCluster cluster, double rate)
    {
        double before = cluster.Load.Rate;
        cluster.Load.Rate = rate;
        List<Paused> left = [], joined = [];
        foreach (ClusterNode node in cluster.Nodes)
        {
            int[] printed = [.. cluster.Nodes.Select(each => each.Log.Length)];

            // "SIGTERM ... hand[s] over live calls, ringing included, in under 10 s; nobody waits for calls to end."
            long begun = Environment.TickCount64;
            int exit = node.Terminate(DrainLimit);
            Figures.Record($"figure: rolling restart under {rate:0} calls/s: node {node.Number} has left after {Environment.TickCount64 - begun} ms");
            Assert.True(exit == 0, $"node {node.Number} ended with {exit} after SIGTERM:\n{cluster.Bed.Describe()}");
            left.AddRange(Pauses(node.Log[printed[node.Index]..]));
            cluster.Bed.Restore();
            joined.AddRange(cluster.Nodes.Where(other => other != node).SelectMany(other => Pauses(other.Log[printed[other.Index]..])));
            cluster.Load.AssertNoViolation();
        }

        cluster.Load.Rate = before;
        Record("by nodes that leave", left);
        Record("to nodes that have just started", joined);
        Judge(cluster, [.. left, .. joined]);
    }

    /// <summary>Of every shard that was handed over: how long it belonged to nobody, and when in that time it was released and handed off.</summary>
    private static IEnumerable<Paused> Pauses(string log) => Gave.Matches(log).SelectMany(gave =>
        Enumerable.Repeat(new Paused(Number(gave, 2), Number(gave, 3), Number(gave, 4)), (int)Number(gave, 1)));

    private static double Number(Match gave, int group) => double.Parse(gave.Groups[group].Value, CultureInfo.InvariantCulture);

    private static void Record(string which, List<Paused> pauses)
    {
        Assert.NotEmpty(pauses);
        Figures.Record(string.Create(CultureInfo.InvariantCulture,
            $"figure: {pauses.Count} shards handed over {which}: pause {Spread(pauses, paused => paused.Ms)}: released {Spread(pauses, paused => paused.Released)}, handed off {Spread(pauses, paused => paused.HandedOff - paused.Released)}, opened by the other {Spread(pauses, paused => paused.Ms - paused.HandedOff)} ms"));
    }

    private static void Judge(RunningCluster cluster, Paused[] pauses)
    {
        double[] all = [.. pauses.Select(paused => paused.Ms).Order()];
        cluster.Judge(At(all, 0.99) / HeldMs, string.Create(CultureInfo.InvariantCulture,
            $"hand-over of {all.Length} shards: pause p50={At(all, 0.5):0.0} p90={At(all, 0.9):0.0} p99={At(all, 0.99):0.0} max={all[^1]:0.0} ms (p99 <= {WantedMs} wanted{(At(all, 0.99) <= WantedMs ? "" : ": missed")})"));
    }

    private static string Spread(List<Paused> pauses, Func<Paused, double> part)
    {
        double[] all = [.. pauses.Select(part).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"p50={At(all, 0.5):0.0} p90={At(all, 0.9):0.0} p99={At(all, 0.99):0.0}");
    }

    private static double At(double[] ordered, double share) => ordered[(int)Math.Min(ordered.Length - 1, Math.Floor(ordered.Length * share))];

    /// <summary>Milliseconds since inputs began to wait.</summary>
    private readonly record struct Paused(double Ms, double Released, double HandedOff);
}
