using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls.Events;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Tests.Calls;
using Controller.Sip.Digest;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>What a call makes of whom it comes from: one answer, stored with the caller's leg, for rules, routes and whatever else asks for the trunk.</summary>
public class IdentifiedCallTests
{
    private const string Dialled = "sip:030123@203.0.113.1";

    /// <summary>pbx is known by its user or its network, and dials as one does in Germany; its calls go to carrier uas, those of nobody nowhere.</summary>
    private static ControllerSettings Settings(bool authenticate)
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        return settings with
        {
            Realms = settings.Realms.SetItem("access", new RealmSettings(AuthenticateCalls: authenticate)),
            Registrar = settings.Registrar with { Users = settings.Registrar.Users.Add("pbx-7", new UserSettings("secret")) },
            Trunks = settings.Trunks.Add("pbx", new TrunkSettings
            {
                Name = "pbx",
                Realm = "access",
                Endpoints = [new TrunkPeerSettings("sip:pbx.example.test")],
                Identify = new TrunkIdentification { Users = ["pbx-7"], Networks = [IPNetwork.Parse("192.0.2.128/25")] },
                Boundary = new BoundaryRules { Numbers = new NumberPolicy(NumberPlanTests.Germany) },
            }),
            Routes = [new RouteSettings { Name = "pbx", FromTrunk = "pbx", Trunks = [new RouteTarget("uas")] }],
        };
    }

    private static CallDriver Called(string user)
    {
        var call = new CallDriver(Settings(authenticate: true));
        call.FromCaller(Invite(Dialled));
        Assert.True(DigestChallenge.TryParse(Encoding.ASCII.GetBytes(call.Last("SIP/2.0 407").Header("Proxy-Authenticate")), out DigestChallenge challenge));
        string answer = DigestResponse.Answer(challenge, user, "secret", "INVITE", Dialled, 1, "abc");
        call.FromCaller(Invite(Dialled, branch: "z9hG4bKinv2", cseq: 2, extra: $"Proxy-Authorization: {answer}\r\n"));
        return call;
    }

    [Fact]
    public void A_user_that_is_a_trunk_has_its_rules_and_its_routes()
    {
        CallDriver call = Called("pbx-7");
        Assert.Equal("pbx", call.State.A.Trunk);
        Assert.Equal("INVITE sip:+4930123@198.51.100.20:5080 SIP/2.0", call.Last("INVITE").StartLine);
    }

    [Fact]
    public void Another_user_is_none()
    {
        CallDriver call = Called("bob");
        Assert.Equal("", call.State.A.Trunk);
        Assert.Equal(1, call.CountSent("SIP/2.0 404"));
    }

    [Fact]
    public void A_network_is_enough_where_nobody_is_asked_for_credentials()
    {
        var call = new CallDriver(Settings(authenticate: false));
        call.FromCaller(Invite(Dialled));
        Assert.Equal("", call.State.A.Trunk);

        call = new CallDriver(Settings(authenticate: false));
        call.Receive(Invite(Dialled), new(Controller.Sip.Transport.SipTransport.Udp, 0, new IPEndPoint(IPAddress.Parse("192.0.2.200"), 5060)));
        Assert.Equal("pbx", call.State.A.Trunk);
        Assert.Equal("INVITE sip:+4930123@198.51.100.20:5080 SIP/2.0", call.Last("INVITE").StartLine);
    }

    [Fact]
    public void What_was_found_holds_after_a_reload_and_a_crash()
    {
        CallDriver call = Called("pbx-7");
        call.Settings = call.Settings with { Trunks = call.Settings.Trunks.SetItem("pbx", call.Settings.Trunks["pbx"] with { Identify = TrunkIdentification.None }) };
        call.CrashAndRecover();
        Assert.Equal("pbx", call.State.A.Trunk);
    }

    /// <summary>As the comparison with a candidate configuration asks: the journal has the request and the time, which is all it takes.</summary>
    [Fact]
    public void A_journaled_call_is_identified_again_by_other_settings()
    {
        CallDriver call = Called("pbx-7");
        CallEvent.Received received = call.Journal.SelectMany(row => new CallEventCodec().Decode(row).AsEnumerable()).OfType<CallEvent.Received>().Single();
        Assert.Equal("pbx", RouteRequest.Again(call.Settings, received, 1).Trunk);

        ImmutableDictionary<string, TrunkSettings> others = call.Settings.Trunks.Remove("pbx").Add("other", call.Settings.Trunks["pbx"] with { Name = "other" });
        Assert.Equal("other", RouteRequest.Again(call.Settings with { Trunks = others }, received, 1).Trunk);
        Assert.Equal("", RouteRequest.Again(call.Settings with { Realms = call.Settings.Realms.SetItem("access", new RealmSettings()) }, received, 1).Trunk);
    }
}
