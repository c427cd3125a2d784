using System.Diagnostics;
using System.Globalization;
using System.Net;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Cluster.Limits;

/// <summary>Whether a carrier's endpoint is there: asked by one node of the cluster, known to all of them, whichever dies.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class TrunkHealthTests
{
    private const int Calls = 20;

    /// <summary>HEALTH_KILLS: one in every run, the node that probes; then any.</summary>
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("HEALTH_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 1;

    [NeedsFact(Needs.Namespaces, Needs.Postgres)]
    public void One_prober_one_verdict_and_no_call_to_an_endpoint_that_is_away()
    {
        using var network = new ClusterNetwork(3);
        using var endpoint = new ProbedEndpoint(network.Here);
        using var caller = new Party("caller-health", new DatagramSocket(new IPEndPoint(network.Here, 0)));
        using var callee = new Party("callee-health", new DatagramSocket(new IPEndPoint(network.Here, 0))) { OnCall = call => call.Answer() };
        string extra = string.Create(CultureInfo.InvariantCulture, $$"""
            controller.trunks.far {
              endpoints = [ { uri = "sip:{{network.Here}}:{{endpoint.Port}};transport=udp" }, { uri = "sip:{{network.Here}}:{{callee.Address.Port}};transport=udp", priority = 2 } ]
              health { options-every = 1s, down-after = 2, up-after = 1 }
            }
            """);
        using ClusterBed bed = new(3, network, callee.Address.Port, callee.Address.Port, extra);
        bed.Start();
        AwaitVerdict(bed, "up");
        AssertOneProber(endpoint, bed);

        endpoint.IsThere = false;
        Figures.Record($"figure: an endpoint that is away: all nodes know within {AwaitVerdict(bed, "down").TotalMilliseconds:0} ms of the first (1000 wanted)");
        AssertCallsArrive(network, caller, callee, bed);
        Assert.Equal(0, endpoint.Invited);

        bool Probes(ClusterNode node) => node.Log.Contains("does not answer OPTIONS", StringComparison.Ordinal);
        Eventually.True(() => bed.Nodes.Any(Probes), TimeSpan.FromSeconds(10), () => $"no node says it in its log\n{bed.Describe()}");
        ClusterNode prober = Assert.Single(bed.Nodes, Probes);
        for (int kill = 0; kill < s_kills; kill++)
        {
            ClusterNode node = kill == 0 ? prober : bed.Nodes[kill % 3];
            node.Kill();
            int asked = endpoint.Probes.Count;
            var killed = Stopwatch.StartNew();
            Eventually.True(() => endpoint.Probes.Count > asked, TimeSpan.FromSeconds(15), () => $"nobody probes any more\n{bed.Describe()}");
            Figures.Record($"figure: a node is killed: an endpoint is probed after {killed.Elapsed.TotalMilliseconds:0} ms");
            AssertCallsArrive(network, caller, callee, bed);
            bed.Restore();
            Assert.Empty(endpoint.Odd);
        }

        Assert.Equal(0, endpoint.Invited);
        AssertOneProber(endpoint, bed);

        endpoint.IsThere = true;
        AwaitVerdict(bed, "up");
        caller.Call(new IPEndPoint(network.Floating, ClusterSetup.AccessPort), "sip:last@far.test");
        Eventually.True(() => endpoint.Invited == 1, TimeSpan.FromSeconds(5), () => $"it is back, and no call goes there\n{bed.Describe()}");
        Assert.Empty(endpoint.Odd);
        Assert.Empty(caller.Checks.Violations);
        Assert.Empty(callee.Checks.Violations);
    }

    /// <returns>Between the first node that says so and the last.</returns>
    private static TimeSpan AwaitVerdict(ClusterBed bed, string verdict)
    {
        Stopwatch? first = null;
        HashSet<int> known = [];
        Eventually.True(
            () =>
            {
                foreach (ClusterNode node in bed.Nodes.Where(node => !known.Contains(node.Number) && State(node) == verdict))
                {
                    first ??= Stopwatch.StartNew();
                    known.Add(node.Number);
                }

                return known.Count == bed.Nodes.Count;
            },
            TimeSpan.FromSeconds(30), () => $"only nodes {string.Join(", ", known)} say that the endpoint is {verdict}\n{bed.Describe()}");
        return first!.Elapsed;
    }

    private static string State(ClusterNode node) => node.Admin.Get("/api/v1/trunks").GetProperty("items").EnumerateArray()
        .Single(trunk => trunk.GetProperty("name").GetString() == "far").GetProperty("endpoints")[0].GetProperty("state").GetString()!;

    /// <summary>Once a second is asked for: three of them would ask three times.</summary>
    private static void AssertOneProber(ProbedEndpoint endpoint, ClusterBed bed)
    {
        int from = endpoint.Probes.Count;
        Eventually.True(() => endpoint.Probes.Count >= from + 6, TimeSpan.FromSeconds(30), () => $"nobody probes\n{bed.Describe()}");
        (TimeSpan At, string CallId)[] probes = [.. endpoint.Probes.Skip(from)];
        for (int i = 1; i < 6; i++)
        {
            TimeSpan between = probes[i].At - probes[i - 1].At;
            Assert.True(between >= TimeSpan.FromSeconds(0.7), $"two probes within {between.TotalMilliseconds:0} ms");
        }
    }

    private static void AssertCallsArrive(ClusterNetwork network, Party caller, Party callee, ClusterBed bed)
    {
        int before = callee.Calls.Count;
        PartyCall[] calls = [.. Enumerable.Range(0, Calls).Select(i => caller.Call(
            new IPEndPoint(network.Floating, ClusterSetup.AccessPort), string.Create(CultureInfo.InvariantCulture, $"sip:h{before + i}@far.test")))];
        Eventually.True(() => calls.All(call => call.Phase == CallPhase.Established), TimeSpan.FromSeconds(10),
            () => $"{calls.Count(call => call.Phase == CallPhase.Established)} of {Calls} calls are up\n{bed.Describe()}");
        Assert.Equal(before + Calls, callee.Calls.Count);
        foreach (PartyCall call in calls)
        {
            caller.After(0, call.Bye);
        }

        Eventually.True(() => calls.All(call => call.Phase == CallPhase.Ended), TimeSpan.FromSeconds(10), "calls do not end");
    }
}
