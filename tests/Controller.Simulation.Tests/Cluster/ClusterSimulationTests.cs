using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// The cluster logic many times, each time with other bad luck (failover.md section 8). CLUSTER_SEED=n replays one world and prints what happened in it;
/// CLUSTER_RUNS=n and CLUSTER_FROM=n change which worlds there are.
/// </summary>
public class ClusterSimulationTests(ITestOutputHelper output)
{
    private const int Runs = 10_000;

    /// <summary>Of all those worlds together.</summary>
    private const int Hours = 2_000;

    [Fact]
    public void No_shard_is_lost_or_owned_twice()
    {
        if (Number("CLUSTER_SEED") is { } seed)
        {
            var one = new ClusterWorld(seed);
            Exception? thrown = Record.Exception(one.Run);
            output.WriteLine(one.Describe());
            Assert.Null(thrown);
            return;
        }

        int runs = Number("CLUSTER_RUNS") ?? Runs;
        int from = Number("CLUSTER_FROM") ?? 1;
        var watch = Stopwatch.StartNew();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        var failures = new ConcurrentBag<(int Seed, string What, string Story)>();
        var gaps = new ConcurrentBag<long>();
        long simulated = 0;
        long faults = 0;
        Parallel.For(from, from + runs, i =>
        {
            var world = new ClusterWorld(i);
            try
            {
                world.Run();
                world.Gaps.ForEach(gaps.Add);
            }
            catch (Exception e) when (e is ViolationException or InvalidOperationException or NullReferenceException or ArgumentException or KeyNotFoundException or OverflowException)
            {
                failures.Add((i, e is ViolationException ? e.Message : e.ToString(), failures.Count < 5 ? world.Describe() : ""));
            }

            Interlocked.Add(ref simulated, world.Clock.Now);
            Interlocked.Add(ref faults, world.Faults);
        });
        output.WriteLine($"seeds {from} to {from + runs - 1}: {TimeSpan.FromMilliseconds(simulated).TotalHours:F0} cluster-hours with {faults} faults in {watch.Elapsed.TotalSeconds:F1} s, {(Environment.CpuUsage.TotalTime - used).TotalSeconds:F1} s of processors");
        output.WriteLine(GapHistogram.Of(gaps));
        foreach (IGrouping<string, (int Seed, string What, string Story)> kind in failures.GroupBy(f => f.What[..2]))
        {
            output.WriteLine($"{kind.Count()} x {kind.Key}: seeds {string.Join(", ", kind.Select(f => f.Seed).Order().Take(8))}");
        }

        (int Seed, string What, string Story) first = failures.Where(f => f.Story.Length > 0).OrderBy(f => f.Story.Length).FirstOrDefault();
        Assert.True(runs != Runs || TimeSpan.FromMilliseconds(simulated).TotalHours >= Hours, $"less than {Hours} hours were simulated");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {runs} worlds; seed {first.Seed}: {first.What}\n{first.Story}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
