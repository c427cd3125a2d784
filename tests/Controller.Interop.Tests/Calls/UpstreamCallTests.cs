using System.Net;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>A carrier that sends calls to whoever is registered: a Kamailio that challenges.</summary>
[Trait("Category", "Peers")]
public sealed class UpstreamCallTests
{
    [NeedsFact("kamailio")]
    public void Calls_for_a_registered_account_come_from_its_trunk_with_its_user_until_it_is_taken_away()
    {
        using var folder = new TemporaryFolder();
        using Kamailio carrier = new(new KamailioSetup());
        using var outside = new Party("outside-up") { Proxies = 1 };
        using var inside = new Party("inside-up");
        using NodeProcess node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path, FarPort = inside.Address.Port, Extra = Trunk(carrier, """{ aor = "sip:493012@carrier.test" }""") });
        Eventually.True(() => carrier.Bindings.Count == 1, TimeSpan.FromSeconds(10), () => node.Log);
        KamailioBinding bound = carrier.Bindings[0];
        Assert.Equal(("493012", $"sip:493012@{node.Core}", 2u), (bound.User, bound.Contact, bound.CSeq));
        Assert.Equal(["", "account"], carrier.Requests.Where(request => request.Method == "REGISTER").Select(request => request.User));

        inside.OnCall = call => call.Answer();
        PartyCall call = outside.Call(carrier.Address, "sip:493012@outside.test", made => made.OnPhase = now =>
        {
            if (now.Phase == CallPhase.Established)
            {
                now.Bye();
            }
        });
        Eventually.True(() => call.ByeStatus == 200, TimeSpan.FromSeconds(10), () => $"{call}\n{carrier.Log}\n{node.Log}");
        Assert.Equal("493012", Assert.Single(inside.Calls).User);
        Assert.Equal(1, node.Admin.Metrics().Single(sample => sample.Key.StartsWith("edge_trunk_registrations_total", StringComparison.Ordinal)).Value);

        File.WriteAllText(node.Setup.ConfigurationFile, File.ReadAllText(node.Setup.ConfigurationFile).Replace("""{ aor = "sip:493012@carrier.test" }""", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, node.Admin.Post("/api/v1/config/reload").Status);
        Eventually.True(() => carrier.Bindings.Count == 0, TimeSpan.FromSeconds(15), () => node.Log);
        Assert.Single(carrier.Requests.Where(request => request.Method == "REGISTER").Select(request => request.CallId).Distinct());
        node.AssertNoStackTrace();
        Assert.Empty(outside.Checks.Violations.Concat(inside.Checks.Violations));
    }

    private static string Trunk(Kamailio carrier, string account) => $$"""
        controller.trunks.carrier {
          realm = core, endpoints = [ { uri = "sip:{{carrier.Address}};transport=udp" } ]
          credentials { user = account, password = secret }
          register = [ {{account}} ]
        }
        controller.routes = [ { name = "for the account", match { from-trunk = carrier, user = "^493012$" }, to = far } ]
        """;
}
