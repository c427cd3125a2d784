using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests;

/// <summary>
/// The whole signalling path but the sockets, many times, each time with other bad luck. What is counted are interleavings: calls with at least two actions
/// (CANCEL, refusal, PRACK, UPDATE, re-INVITE, BYE, timeout, loss, duplicate, reordering, crash) in which the order of all that arrived is that of no other
/// call; a run has at least 100,000. SIMULATION_SEED=n replays one world and prints its ladder; SIMULATION_RUNS=n changes how many worlds there are,
/// SIMULATION_FROM=n with which seed they begin.
/// </summary>
public class SimulationTests(ITestOutputHelper output)
{
    /// <summary>Worlds, of two calls each.</summary>
    private const int Runs = 60_000;

    private const int Interleavings = 100_000;

    /// <summary>Each ingredient is in at least so many of 100,000 calls.</summary>
    private const long Least = 100;

    [Fact]
    public void Calls_survive_whatever_happens_to_them()
    {
        if (Number("SIMULATION_SEED") is { } seed)
        {
            using var one = new SimulatedWorld(seed);
            Exception? thrown = Record.Exception(one.Run);
            output.WriteLine(one.Describe());
            Assert.Null(thrown);
            return;
        }

        int runs = Number("SIMULATION_RUNS") ?? Runs;
        int from = Number("SIMULATION_FROM") ?? 1;
        var watch = Stopwatch.StartNew();
        var coverage = new Coverage();
        var failures = new ConcurrentBag<(int Seed, string What, string Ladder)>();
        Parallel.For(from, from + runs, i =>
        {
            using var world = new SimulatedWorld(i);
            try
            {
                world.Run();
                coverage.Add(world.Histories);
            }
            catch (Exception e) when (e is ViolationException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException)
            {
                failures.Add((i, e is ViolationException ? e.Message : e.ToString(), failures.Count < 5 ? world.Describe() : ""));
            }
        });
        output.WriteLine($"seeds {from} to {from + runs - 1}: {coverage.Calls} calls, {coverage.Interleavings} interleavings ({coverage.Crossings} of them with messages that cross or can overtake each other), {watch.Elapsed.TotalSeconds:F1} s");
        output.WriteLine($"calls with: {coverage}");
        foreach (IGrouping<string, (int Seed, string What, string Ladder)> kind in failures.GroupBy(f => Kind(f.What)).OrderByDescending(g => g.Count()))
        {
            output.WriteLine($"{kind.Count()} x {kind.Key}: seeds {string.Join(", ", kind.Select(f => f.Seed).Order().Take(8))}");
        }

        (int Seed, string What, string Ladder) first = failures.Where(f => f.Ladder.Length > 0).OrderBy(f => f.Ladder.Length).FirstOrDefault();
        Assert.True(failures.IsEmpty, $"{failures.Count} of {runs} runs; the shortest kept, seed {first.Seed}: {first.What}\n{first.Ladder}");
        Assert.True(coverage.Interleavings >= (long)Interleavings * Math.Min(runs, Runs) / Runs, $"{coverage.Interleavings} interleavings of {coverage.Calls} calls");
        Assert.All(Enum.GetValues<Ingredient>(), ingredient =>
            Assert.True(coverage.Of(ingredient) >= Least * coverage.Calls / 100_000, $"{ingredient} in {coverage.Of(ingredient)} of {coverage.Calls} calls"));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string Kind(string what) => System.Text.RegularExpressions.Regex.Replace(what[..Math.Min(what.Length, 120)].Split('\n')[0], "\\(.*|[0-9]+", "#");
}
