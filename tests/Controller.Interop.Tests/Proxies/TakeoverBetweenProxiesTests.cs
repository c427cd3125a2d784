using System.Diagnostics;
using System.Net;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Proxies;

/// <summary>Three nodes between the proxies of a customer and those of a carrier; each is killed while it owns calls.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class TakeoverBetweenProxiesTests
{
    /// <summary>The bed's other trunk has an endpoint at the address by which the carrier is known: in one realm neither of them would be meant.</summary>
    private const string ElsewhereForStreams = "\ncontroller.trunks.stream.realm = access\n";

    [NeedsFact(Needs.Namespaces, Needs.Postgres, "kamailio", "named")]
    public void Calls_between_two_proxies_survive_the_node_that_owns_them()
    {
        using var network = new ClusterNetwork(3);
        using ProxyBed proxies = new(
            network.Here, new IPEndPoint(network.Floating, ClusterSetup.AccessPort), new IPEndPoint(network.Floating, ClusterSetup.CorePort), new ProxySetup());
        using ClusterBed cluster = new(3, network, proxies.Far.Address.Port, proxies.Far.Address.Port, proxies.Configuration + ElsewhereForStreams);
        cluster.Start();
        var calls = new List<PartyCall>();
        long slowest = 0;
        foreach (ClusterNode node in cluster.Nodes)
        {
            cluster.Restore();
            List<PartyCall> ringing = [proxies.CallOut($"ring-out-{node.Number}"), proxies.CallIn($"ring-in-{node.Number}")];
            proxies.Await(() => ringing.TrueForAll(call => call.Phase == CallPhase.Ringing), "two calls do not ring");
            while (!Owns(node, "out") || !Owns(node, "in"))
            {
                calls.Add(proxies.CallOut($"out-{calls.Count}"));
                calls.Add(proxies.CallIn($"in-{calls.Count}"));
                calls[^2..].ForEach(call => proxies.AwaitTalk(call));
            }

            slowest = Math.Max(slowest, Killed(proxies, node, calls, ringing));
            calls.AddRange(ringing);
        }

        foreach ((PartyCall call, int number) in calls.Select((call, number) => (call, number)))
        {
            PartyCall other = proxies.OtherSide(call)!;
            (PartyCall ends, PartyCall hears) = number % 4 < 2 ? (call, other) : (other, call);
            proxies.Do(ends.Bye);
            proxies.Await(() => ends.ByeStatus == 200 && hears.EndedByRemote, $"no BYE of {ends}\n{cluster.Describe()}");
        }

        proxies.AssertNoViolation();
        AssertRouted(proxies);
        ILookup<string, ChargingRecord>? records = null;
        proxies.Await(() => (records = cluster.ChargingFiles.SelectMany(ChargingRecord.Read).ToLookup(record => record.CallId)).Count >= calls.Count, "a charging record for each call");
        Assert.All(cluster.Nodes, node => node.AssertNoStackTrace());
        Assert.All(calls, call => Assert.Equal("answered", Assert.Single(records![call.CallId]).Result));
        Figures.Record($"figure: {calls.Count} calls between Kamailio and Kamailio, each of 3 nodes killed: all re-INVITEs of both sides answered within {slowest} ms of the kill");
    }

    /// <summary>Those that rang are answered, and everybody talks about something else, first the caller and then the callee.</summary>
    /// <returns>How many milliseconds all of it took.</returns>
    private static long Killed(ProxyBed proxies, ClusterNode node, List<PartyCall> calls, List<PartyCall> ringing)
    {
        Dictionary<PartyCall, (int Near, int Far)> before = calls.Concat(ringing).ToDictionary(call => call, call => (call.ReinvitesAnswered, proxies.OtherSide(call)!.ReinvitesAnswered));
        var watch = Stopwatch.StartNew();
        node.Kill();
        proxies.Do(() =>
        {
            ringing.ForEach(call => proxies.OtherSide(call)!.Answer());
            calls.ForEach(call => call.Reinvite());
        });
        ringing.ForEach(call => proxies.AwaitTalk(call));
        proxies.Do(() => ringing.ForEach(call => call.Reinvite()));
        proxies.Await(() => before.All(pair => pair.Key.ReinvitesAnswered > pair.Value.Near), "no re-INVITE of a caller");
        proxies.Do(() => calls.Concat(ringing).ToList().ForEach(call => proxies.OtherSide(call)!.Reinvite()));
        proxies.Await(() => before.All(pair => proxies.OtherSide(pair.Key)!.ReinvitesAnswered > pair.Value.Far), "no re-INVITE of a callee");
        return watch.ElapsedMilliseconds;
    }

    /// <summary>Whether a call that is up, of that direction, is this node's.</summary>
    private static bool Owns(ClusterNode node, string direction) => node.Admin.Get("/api/v1/calls?state=established&limit=200").GetProperty("items").EnumerateArray()
        .Any(call => call.GetProperty("node").GetInt32() == node.Number && call.GetProperty("to").GetString()!.Contains($":{direction}-", StringComparison.Ordinal));

    /// <summary>RFC 3261 section 12.2.1.1: what was sent within the calls had the route set of its dialog, whoever sent it; a proxy that is not named has not seen it.</summary>
    private static void AssertRouted(ProxyBed proxies)
    {
        string[] unrouted =
        [
            .. from proxy in proxies.Carriers.Append(proxies.Customer)
               from request in proxy.Requests
               where request.Routes == 0 && (request.Method == "BYE" || request.Uri.Contains("-contact@", StringComparison.Ordinal))
               select request.ToString(),
        ];
        Assert.Empty(unrouted);
    }
}
