using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>Two nodes that do not hear each other, while the arbiter and the others hear both: one has to go, and it must not be both.</summary>
public class BrokenLinkTests(ITestOutputHelper output)
{
    private const int Worlds = 2_000;

    [Fact]
    public void One_of_its_ends_goes()
    {
        ConcurrentBag<(int Seed, long Lost)> others = Others(ArbiterFlaw.None);
        (int Seed, long Lost) first = others.OrderBy(world => world.Seed).FirstOrDefault();
        Assert.True(others.IsEmpty, $"{others.Count} of {Worlds} worlds, as {first.Seed}, which lost {first.Lost} nodes\n{(others.IsEmpty ? "" : Story(first.Seed))}");
    }

    /// <summary>What the test above is worth: two judges who have seen different votes are there.</summary>
    [Fact]
    public void An_arbiter_that_does_not_compare_loses_both()
    {
        ConcurrentBag<(int Seed, long Lost)> others = Others(ArbiterFlaw.NoComparison);
        output.WriteLine($"{others.Count} of {Worlds} worlds");
        Assert.Contains(others, world => world.Lost == 2);
    }

    private static ConcurrentBag<(int Seed, long Lost)> Others(ArbiterFlaw flaw)
    {
        var others = new ConcurrentBag<(int Seed, long Lost)>();
        Parallel.For(1, Worlds + 1, seed =>
        {
            long lost = new ClusterWorld(seed, flaw).LoseLink();
            if (lost != 1)
            {
                others.Add((seed, lost));
            }
        });
        return others;
    }

    private static string Story(int seed)
    {
        var world = new ClusterWorld(seed);
        world.LoseLink();
        return world.Describe();
    }
}
