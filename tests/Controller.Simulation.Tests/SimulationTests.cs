using System.Collections.Concurrent;
using System.Diagnostics;
using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests;

/// <summary>
/// The whole signalling path but the sockets, many times, each time with other bad luck. SIMULATION_SEED=n replays one run and prints its ladder;
/// SIMULATION_RUNS=n changes how many there are.
/// </summary>
public class SimulationTests(ITestOutputHelper output)
{
    private const int Runs = 2_500;

    [Fact]
    public void Calls_survive_whatever_happens_to_them()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("SIMULATION_SEED"), out int seed))
        {
            using var one = new SimulatedWorld(seed);
            Exception? thrown = Record.Exception(one.Run);
            output.WriteLine(one.Describe());
            Assert.Null(thrown);
            return;
        }

        int runs = int.TryParse(Environment.GetEnvironmentVariable("SIMULATION_RUNS"), out int asked) ? asked : Runs;
        var watch = Stopwatch.StartNew();
        var failures = new ConcurrentBag<(int Seed, string What, string Ladder)>();
        Parallel.For(1, runs + 1, (i, loop) =>
        {
            using var world = new SimulatedWorld(i);
            try
            {
                world.Run();
            }
            catch (Exception e) when (e is ViolationException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException)
            {
                failures.Add((i, e is ViolationException ? e.Message : e.ToString(), failures.Count < 5 ? world.Describe() : ""));
            }
        });
        output.WriteLine($"{runs} runs, {runs * 2} calls, {watch.Elapsed.TotalSeconds:F1} s");
        foreach (IGrouping<string, (int Seed, string What, string Ladder)> kind in failures.GroupBy(f => Kind(f.What)).OrderByDescending(g => g.Count()))
        {
            output.WriteLine($"{kind.Count()} x {kind.Key}: seeds {string.Join(", ", kind.Select(f => f.Seed).Order().Take(8))}");
        }

        (int Seed, string What, string Ladder) first = failures.Where(f => f.Ladder.Length > 0).OrderBy(f => f.Ladder.Length).FirstOrDefault();
        Assert.True(failures.IsEmpty, $"{failures.Count} of {runs} runs; the shortest kept, seed {first.Seed}: {first.What}\n{first.Ladder}");
    }

    private static string Kind(string what) => System.Text.RegularExpressions.Regex.Replace(what[..Math.Min(what.Length, 90)].Split('\n')[0], "[0-9]+", "#");
}
