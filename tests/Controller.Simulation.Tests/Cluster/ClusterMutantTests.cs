using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// What the checkers are worth: each of these clusters is broken in one way, and is found out within 500 worlds by the checker that is there for it. That another one
/// sees what comes of it, in a world before that, does not count.
/// </summary>
public class ClusterMutantTests(ITestOutputHelper output)
{
    private const int Worlds = 500;

    [Theory]
    [InlineData("no lock", "C1")]
    [InlineData("key share", "C1")]
    [InlineData("single statement", "C1")]
    [InlineData("clock-based expiry", "C1")]
    [InlineData("send before commit", "C2")]
    [InlineData("no trust window", "C4")]
    public void A_broken_cluster_is_found_out(string flaw, string checker)
    {
        for (int seed = 1; seed <= Worlds; seed++)
        {
            ClusterWorld world = Broken(seed, flaw);
            try
            {
                world.Run();
            }
            catch (ViolationException violation)
            {
                output.WriteLine($"{flaw}: seed {seed}: {violation.Message}");
                if (violation.Rule == checker)
                {
                    return;
                }
            }
        }

        Assert.Fail($"not found by {checker} in {Worlds} worlds");
    }

    private static ClusterWorld Broken(int seed, string flaw) => flaw switch
    {
        "no lock" => new ClusterWorld(seed, ArbiterFlaw.NoLock) { WriteEvery = 50 },
        "key share" => new ClusterWorld(seed, ArbiterFlaw.KeyShare) { WriteEvery = 50 },
        "single statement" => new ClusterWorld(seed, ArbiterFlaw.SingleStatement) { WriteEvery = 50 },
        "clock-based expiry" => new ClusterWorld(seed, ArbiterFlaw.ClockExpiry) { WriteEvery = 50 },
        "send before commit" => new ClusterWorld(seed, flaw: NodeFlaw.SendsBeforeCommit),
        _ => new ClusterWorld(seed, flaw: NodeFlaw.NoTrustWindow),
    };
}
