using System.Globalization;
using System.Text.RegularExpressions;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>SIGTERM of one node after the other, as for an upgrade: it hands its calls over and ends, and is started again.</summary>
internal static class RollingRestart
{
    private const double MostPauseMs = 30;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly Regex Gave = new(@"gave (\d+) shards to node \S+ paused for ([\d.]+) ms", RegexOptions.CultureInvariant);

    public static void Run(RunningCluster cluster, double rate)
    {
        double before = cluster.Load.Rate;
        cluster.Load.Rate = rate;
        int[] printed = [.. cluster.Nodes.Select(node => node.Log.Length)];
        foreach (ClusterNode node in cluster.Nodes)
        {
            // "SIGTERM ... hand[s] over live calls, ringing included, in under 10 s; nobody waits for calls to end."
            long begun = Environment.TickCount64;
            int exit = node.Terminate(DrainLimit);
            Figures.Record($"figure: rolling restart under {rate:0} calls/s: node {node.Number} has left after {Environment.TickCount64 - begun} ms");
            Assert.True(exit == 0, $"node {node.Number} ended with {exit} after SIGTERM:\n{cluster.Bed.Describe()}");
            cluster.Bed.Restore();
            cluster.Load.AssertNoViolation();
        }

        cluster.Load.Rate = before;
        Judge(cluster, [.. cluster.Nodes.SelectMany((node, i) => Pauses(node.Log[printed[i]..])).Order()]);
    }

    /// <summary>Of every shard that was handed over: how long it belonged to nobody.</summary>
    private static IEnumerable<double> Pauses(string log) => Gave.Matches(log).SelectMany(gave =>
        Enumerable.Repeat(double.Parse(gave.Groups[2].Value, CultureInfo.InvariantCulture), int.Parse(gave.Groups[1].Value, CultureInfo.InvariantCulture)));

    private static void Judge(RunningCluster cluster, double[] pauses)
    {
        Assert.NotEmpty(pauses);
        double most = pauses[(int)Math.Min(pauses.Length - 1, Math.Floor(pauses.Length * 0.99))];
        cluster.Judge(most <= MostPauseMs, string.Create(CultureInfo.InvariantCulture,
            $"hand-over of {pauses.Length} shards: pause p50={pauses[pauses.Length / 2]:0.0} p99={most:0.0} max={pauses[^1]:0.0} ms (p99 <= {MostPauseMs} wanted)"));
    }
}
