using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>Calls through a cluster that is broken in one way: each way is found within 500 worlds, by the rule that is there for it.</summary>
/// <remarks>
/// An edge that does not look at epochs is not among them. Who is fenced or has left is not listened to any more, so only what was under way from a node that lives on
/// and has just given the shard away would pass, which 500 worlds do not show; the gate has tests of its own.
/// </remarks>
public class CallMutantTests(ITestOutputHelper output)
{
    private const int Worlds = 500;

    [Theory]
    [InlineData(NodeFlaw.SendsBeforeCommit, "C2")]
    [InlineData(NodeFlaw.NoTrustWindow, "C4")]
    [InlineData(NodeFlaw.RouterForgets, "kept")]
    internal void A_broken_node_is_found_out(NodeFlaw flaw, string rules) =>
        Found(rules, seed => new SimulatedWorld(seed, cluster: true, flaw: flaw));

    [Theory]
    [InlineData(ArbiterFlaw.NoFence, "C1")]
    internal void A_broken_arbiter_is_found_out(ArbiterFlaw flaw, string rules) =>
        Found(rules, seed => new SimulatedWorld(seed, cluster: true, arbiterFlaw: flaw));

    private void Found(string rules, Func<int, SimulatedWorld> world)
    {
        for (int seed = 1; seed <= Worlds; seed++)
        {
            using SimulatedWorld broken = world(seed);
            if (Record.Exception(broken.Run) is { } found)
            {
                output.WriteLine($"seed {seed}: {found.Message}");
                ViolationException violation = Assert.IsType<ViolationException>(found);
                Assert.Contains(violation.Rule, rules.Split(' '));
                return;
            }
        }

        Assert.Fail($"not found in {Worlds} worlds");
    }
}
