using Controller.Actors;
using Controller.Actors.Accounts;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Host.Admin.Trunks;
using Controller.Host.Composition;
using Controller.Host.Tests.Admin;
using Controller.Host.Tests.Telemetry;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Host.Tests.Composition;

public sealed class TrunkWatchAccountTests
{
    private const string Aor = "sip:1@carrier.test";

    [Fact]
    public async Task Accounts_that_are_configured_are_told_and_what_becomes_of_them_is_said_once()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ControllerSettings before = admin.Settings.Current;
        admin.Settings.Swap(before with { Trunks = before.Trunks.SetItem("carrier-a", before.Trunks["carrier-a"] with { Accounts = [new AccountSettings(Aor) { ContactUser = "1" }] }) });
        var lines = new Lines();
        using var watch = new TrunkWatch(admin.Actors, admin.Settings, new ActorTrunkStandings(admin.Actors), lines);
        await watch.LookAsync();
        (ActorId to, object input) = Assert.Single(admin.Actors.Told, told => told.Actor.Kind == ActorKinds.Account);
        Assert.Equal(ActorKeys.ForAccount(before.Secret.Span, "carrier-a", Aor), to);
        CallInput.AccountWoken woken = Assert.IsType<CallInput.AccountWoken>(input);
        Assert.Equal(("carrier-a", Aor), (woken.Trunk, woken.AddressOfRecord));

        AccountState state = new() { Trunk = "carrier-a", AddressOfRecord = Aor, LastStatus = 403 };
        foreach (AccountPhase phase in new[] { AccountPhase.Waiting, AccountPhase.Registering, AccountPhase.Waiting })
        {
            admin.Actors.States[to] = state with { Phase = phase };
            await watch.LookAsync();
        }

        Assert.Equal([$"Warning trunk carrier-a: {Aor} is not registered: 403"], lines.Written);
        Flow flow = new(SipTransport.Udp, 0, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5080));
        admin.Actors.States[to] = state with { Bound = new CarrierBinding("sip:1@h", "sip:carrier.test", "sip:carrier.test", flow, AdminFixture.Now) };
        await watch.LookAsync();
        await watch.LookAsync();
        Assert.Equal([$"Information trunk carrier-a: {Aor} is registered"], lines.Written.Skip(1));
    }
}
