using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Cluster.Upstream;

/// <summary>Three nodes that register with a carrier: whichever dies in the middle of it, the carrier sees one client.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class UpstreamRegistrationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    /// <summary>UPSTREAM_KILLS: more than in every run.</summary>
    private static readonly int s_kills =
        int.TryParse(Environment.GetEnvironmentVariable("UPSTREAM_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 6;

    [NeedsFact(Needs.Namespaces, Needs.Postgres, "kamailio")]
    public void The_node_that_is_killed_in_the_middle_of_a_registration_leaves_one_client_that_ends_registered()
    {
        using var network = new ClusterNetwork(3);
        using Kamailio carrier = new(new KamailioSetup { Address = network.Here });
        using var bed = new ClusterBed(3, network, Ports.Free(), Ports.Free());
        bed.Start();
        var longest = TimeSpan.Zero;
        for (int kill = 0; kill < s_kills; kill++)
        {
            TimeSpan took = Kill(bed, carrier, kill);
            longest = took > longest ? took : longest;
            bed.Restore();
        }

        Figures.Record($"figure: {s_kills} nodes killed between REGISTER and its answer: registered {longest.TotalMilliseconds:0} ms later at most");
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    /// <returns>How long after the kill the carrier had the binding.</returns>
    private static TimeSpan Kill(ClusterBed bed, Kamailio carrier, int kill)
    {
        // In turn: killed with its first REGISTER in the air, and with the one that answers the challenge.
        bool first = kill % 2 == 0;
        string user = $"4930{kill}", domain = $"sip:c{kill}.test";
        carrier.Silent(first);
        carrier.Delay(first ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
        Activate(bed, bed.Nodes[(kill + 1) % 3], carrier, $"sip:{user}@c{kill}.test");
        Eventually.True(() => Seen(carrier, domain).Any(request => first || request.User.Length > 0), s_patience, () => Describe(bed, carrier));
        ClusterNode owner = Owner(bed, Seen(carrier, domain)[0].CallId);
        owner.Kill();
        var watch = Stopwatch.StartNew();
        carrier.Silent(false);
        Eventually.True(() => carrier.Bindings.Any(binding => binding.User == user), s_patience, () => Describe(bed, carrier));
        TimeSpan took = watch.Elapsed;

        // RFC 3261 section 10.2: one Call-ID, and "the CSeq value by one for each REGISTER request with the same Call-ID"; what has the same number is a repetition.
        IReadOnlyList<KamailioRequest> seen = Seen(carrier, domain);
        string callId = Assert.Single(seen.Select(request => request.CallId).Distinct());
        Assert.Equal(seen.Select(request => request.CSeq).Order(), seen.Select(request => request.CSeq));
        uint[] numbers = [.. seen.Select(request => request.CSeq).Distinct()];
        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(number => (uint)number), numbers);
        Assert.Equal(numbers.Length, seen.Select(request => (request.CSeq, request.User)).Distinct().Count());
        Assert.Equal(
            ($"sip:{user}@{bed.Network.Floating}:{ClusterSetup.CorePort}", callId, numbers[^1]),
            carrier.Bindings.Where(binding => binding.User == user).Select(binding => (binding.Contact, binding.CallId, binding.CSeq)).Single());
        ClusterNode other = bed.Nodes.First(node => node != owner);
        Eventually.True(() => Shown(other) is ("registered", 200), s_patience, () => $"{Shown(other)}\n{Describe(bed, carrier)}");
        Assert.All(bed.Nodes, node => NodeRun.AssertNoStackTrace(node.Log));
        return took;
    }

    private static void Activate(ClusterBed bed, ClusterNode node, Kamailio carrier, string aor)
    {
        string text = File.ReadAllText(node.ConfigurationFile) + $$"""

            controller.trunks.carrier {
              realm = core, endpoints = [ { uri = "sip:{{carrier.Address}};transport=udp" } ]
              credentials { user = account, password = secret }, register = [ { aor = "{{aor}}" } ]
            }
            """;
        (HttpStatusCode status, JsonElement answer) = node.Admin.Post("/api/v1/config/activate", text);
        Assert.True(status == HttpStatusCode.OK, $"{answer}\n{bed.Describe()}");
    }

    private static IReadOnlyList<KamailioRequest> Seen(Kamailio carrier, string registrar) =>
        [.. carrier.Requests.Where(request => request.Method == "REGISTER" && request.Uri == registrar)];

    private static (string? State, int? Status) Shown(ClusterNode node)
    {
        JsonElement trunk = node.Admin.Get("/api/v1/trunks").GetProperty("items").EnumerateArray().Single(trunk => trunk.GetProperty("name").GetString() == "carrier");
        JsonElement account = trunk.GetProperty("accounts").EnumerateArray().Single();
        JsonElement status = account.GetProperty("lastStatus");
        return (account.GetProperty("state").GetString(), status.ValueKind == JsonValueKind.Null ? null : status.GetInt32());
    }

    /// <summary>A Call-ID of ours begins with the key of its actor, in base 32: the second octet of it is the shard.</summary>
    private static ClusterNode Owner(ClusterBed bed, string callId)
    {
        int bits = callId[..4].Aggregate(0, (read, letter) => (read << 5) | "abcdefghijklmnopqrstuvwxyz234567".IndexOf(letter, StringComparison.Ordinal));
        int number = int.Parse(bed.Ask($"SELECT owner_node FROM shard WHERE shard_id = {(bits >> 4) & 255}"), CultureInfo.InvariantCulture);
        return bed.Nodes.Single(node => node.Number == number);
    }

    private static string Describe(ClusterBed bed, Kamailio carrier) =>
        $"{string.Join('\n', carrier.Requests.Where(request => request.Method == "REGISTER"))}\n{string.Join('\n', carrier.Bindings)}\n{bed.Describe()}";
}
