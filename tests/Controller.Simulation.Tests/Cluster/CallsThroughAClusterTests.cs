using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// Calls of scripted parties through the whole cluster: real actors, engines, routers, memberships, and machines, wires and an arbiter that break. The parties keep their
/// own truth, and every checker of the single node looks on. CLUSTER_SEED, CLUSTER_RUNS and CLUSTER_FROM as for the cluster's logic.
/// </summary>
public class CallsThroughAClusterTests(ITestOutputHelper output)
{
    private const int Runs = 3_000;

    [Fact]
    public void Calls_outlive_their_machines()
    {
        if (Number("CLUSTER_SEED") is { } seed)
        {
            using var one = new SimulatedWorld(seed, cluster: true);
            Exception? thrown = Record.Exception(one.Run);
            output.WriteLine(one.Describe());
            Assert.Null(thrown);
            return;
        }

        int runs = Number("CLUSTER_RUNS") ?? Runs;
        int from = Number("CLUSTER_FROM") ?? 1;
        var watch = Stopwatch.StartNew();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        var coverage = new Coverage();
        var failures = new ConcurrentBag<(int Seed, string What, string Ladder)>();
        var gaps = new ConcurrentBag<long>();
        long simulated = 0;
        Parallel.For(from, from + runs, i =>
        {
            using var world = new SimulatedWorld(i, cluster: true);
            try
            {
                world.Run();
                coverage.Add(world.Histories);
                foreach (long gap in world.Gaps)
                {
                    gaps.Add(gap);
                }
            }
            catch (Exception e) when (e is ViolationException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException or KeyNotFoundException)
            {
                failures.Add((i, e is ViolationException ? e.Message : e.ToString(), failures.Count < 5 ? world.Describe() : ""));
            }

            Interlocked.Add(ref simulated, world.Clock.Now);
        });
        output.WriteLine($"seeds {from} to {from + runs - 1}: {coverage.Calls} calls, {coverage.Interleavings} interleavings, {TimeSpan.FromMilliseconds(simulated).TotalHours:F1} cluster-hours, in {watch.Elapsed.TotalSeconds:F1} s, {(Environment.CpuUsage.TotalTime - used).TotalSeconds:F1} s of processors");
        output.WriteLine(GapHistogram.Of(gaps));
        foreach (IGrouping<string, (int Seed, string What, string Ladder)> kind in failures.GroupBy(f => Kind(f.What)).OrderByDescending(g => g.Count()))
        {
            output.WriteLine($"{kind.Count()} x {kind.Key}: seeds {string.Join(", ", kind.Select(f => f.Seed).Order().Take(8))}");
        }

        (int Seed, string What, string Ladder) first = failures.Where(f => f.Ladder.Length > 0).OrderBy(f => f.Ladder.Length).FirstOrDefault();
        Assert.True(failures.IsEmpty, $"{failures.Count} of {runs} worlds; the shortest kept, seed {first.Seed}: {first.What}\n{first.Ladder}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string Kind(string what) => System.Text.RegularExpressions.Regex.Replace(what[..Math.Min(what.Length, 120)].Split('\n')[0], "\\(.*|[0-9]+", "#");
}
