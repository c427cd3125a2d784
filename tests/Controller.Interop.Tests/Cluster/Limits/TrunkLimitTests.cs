using System.Globalization;
using System.Net;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Limits;

/// <summary>The limits of a trunk hold for the cluster, whichever of its nodes die.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class TrunkLimitTests
{
    private const int Limit = 100;
    private const int PerSecond = 50;

    /// <summary>LIMIT_KILLS: 100 for the figure of the release; few in every run.</summary>
    private static readonly int s_kills =
        int.TryParse(Environment.GetEnvironmentVariable("LIMIT_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 6;

    [NeedsFact(Needs.Namespaces, Needs.Postgres)]
    public void A_hundred_calls_at_once_and_never_one_more_while_nodes_are_killed()
    {
        using var network = new ClusterNetwork(3);
        using TrunkDemand demand = Demand(network, "limited.test", retryMs: 4_000);
        using ClusterBed bed = Start(network, demand, $"calls = {Limit}");
        demand.Offer(400);
        Eventually.True(() => demand.Up == Limit, TimeSpan.FromSeconds(20), () => $"{demand.Up} of {Limit} calls are up\n{bed.Describe()}");
        demand.Measure();
        long longest = 0;
        for (int kill = 0; kill < s_kills; kill++)
        {
            Eventually.Elapse(TimeSpan.FromMilliseconds(Random.Shared.Next(1500)));
            bed.Nodes[kill % 3].Kill();
            bed.Restore();
            Assert.True(demand.Most <= Limit, $"kill {kill + 1}: {demand.Most} calls were up at once, {Limit} allowed");
            Eventually.True(() => demand.Up == Limit, TimeSpan.FromSeconds(10), () => $"kill {kill + 1}: only {demand.Up} of {Limit} calls are up; {demand}\n{bed.Describe()}");
            longest = Math.Max(longest, demand.LongestBelow);
        }

        // A caller that is waiting tries again within 4 s, some hundred of them every second: what is free is taken at once, but in a takeover.
        Figures.Record($"figure: {Limit} calls at once, 400 offered, {s_kills} nodes killed: most {demand.Most}, {demand.Rang} got through, {demand.Refused} refused; fewer than {Limit} for {longest} ms at most (2000 wanted)");
        Assert.InRange(longest, 0, 4_000);
        Assert.Empty(demand.Odd);
        NothingLeaks(demand, bed);
        Assert.Equal(Limit, demand.Most);
    }

    [NeedsFact(Needs.Namespaces, Needs.Postgres)]
    public void Calls_per_second_of_the_whole_cluster()
    {
        using var network = new ClusterNetwork(3);
        using TrunkDemand demand = Demand(network, "limited.test", retryMs: 1_000);
        using ClusterBed bed = Start(network, demand, $"calls-per-second = {PerSecond}");
        demand.Talk = (100, 200);
        demand.Offer(150);
        Eventually.True(() => demand.Rang >= 18 * PerSecond, TimeSpan.FromSeconds(40), () => $"{demand.Rang} calls got through\n{bed.Describe()}");
        demand.Stop();
        long[] rang = demand.Times();
        int[] inTen = [.. Enumerable.Range(0, 30).Select(step => rang[0] + 4_000 + (step * 100L)).Where(from => from + 10_000 < rang[^1])
            .Select(from => rang.Count(at => at >= from && at < from + 10_000))];
        Figures.Record($"figure: {PerSecond} calls a second for the cluster, {demand.Refused + demand.Rang} offered: between {inTen.Min()} and {inTen.Max()} in any ten seconds");
        Assert.NotEmpty(inTen);

        // Two in a hundred are wanted. All of it shares two processors with the parties who count: twice as much is a defect wherever it runs.
        Assert.All(inTen, count => Assert.InRange(count, PerSecond * 9.6, PerSecond * 10.4));
        Assert.Empty(demand.Odd);
    }

    /// <summary>When all have hung up, the whole limit can be used again.</summary>
    private static void NothingLeaks(TrunkDemand demand, ClusterBed bed)
    {
        demand.Stop();
        Eventually.True(() => demand.Up == 0, TimeSpan.FromSeconds(40), () => $"{demand.Up} calls are not over\n{bed.Describe()}");
        demand.Talk = (60_000, 60_001);
        demand.Offer(Limit);
        Eventually.True(() => demand.Up == Limit, TimeSpan.FromSeconds(10), () => $"{Limit - demand.Up} of {Limit} slots are held by nobody\n{bed.Describe()}");
    }

    private static TrunkDemand Demand(ClusterNetwork network, string domain, int retryMs) =>
        new(network.Here, new IPEndPoint(network.Floating, ClusterSetup.AccessPort), domain, Limit, retryMs, seed: 1);

    private static ClusterBed Start(ClusterNetwork network, TrunkDemand demand, string limits)
    {
        ClusterBed bed = new(3, network, demand.Callee.Address.Port, demand.Callee.Address.Port, $$"""controller.trunks.far.limits { {{limits}} }""");
        bed.Start();
        return bed;
    }
}
