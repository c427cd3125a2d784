using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Tests.Calls;
using Controller.Sip.Digest;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>Where a call enters the trust domain: RFC 3325 sections 5 and 6, RFC 7315 section 4.6.</summary>
public class AssertedIdentityTests
{
    private static ControllerSettings Settings(bool trusted = true, bool authenticate = true)
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        return settings with
        {
            Realms = ImmutableDictionary<string, RealmSettings>.Empty
                .Add("access", new RealmSettings(AuthenticateCalls: authenticate) { Boundary = new BoundaryRules { Numbers = new NumberPolicy(NumberPlanTests.Germany) } })
                .Add("core", new RealmSettings(Trusted: trusted)),
            Registrar = settings.Registrar with
            {
                Users = ImmutableDictionary<string, UserSettings>.Empty
                    .Add("alice", new UserSettings("secret") { Identities = ["+4930111", "+4930222"] })
                    .Add("bob", new UserSettings("secret")),
            },
        };
    }

    /// <summary>The INVITE that goes to the trunk, from a caller who proves to be one of the users.</summary>
    private static Sent Called(ControllerSettings settings, string user, string extra, string more = "")
    {
        var call = new CallDriver(settings);
        call.FromCaller(Invite(extra: extra));
        if (settings.Realms["access"].AuthenticateCalls)
        {
            Assert.True(DigestChallenge.TryParse(Encoding.ASCII.GetBytes(call.Last("SIP/2.0 407").Header("Proxy-Authenticate")), out DigestChallenge challenge));
            string answer = DigestResponse.Answer(challenge, user, "secret", "INVITE", "sip:+15551234@203.0.113.1", 1, "abc");
            call.FromCaller(Invite(branch: "z9hG4bKinv2", cseq: 2, extra: $"{extra}{more}Proxy-Authorization: {answer}\r\n"));
        }

        return call.Last("INVITE");
    }

    [Theory]

    // Section 6: "a hint suggesting which of multiple valid identities for the authenticated user should be asserted".
    [InlineData("alice", "P-Preferred-Identity: \"A\" <sip:+4930222@192.0.2.10>\r\n", "\"A\" <sip:+4930222@203.0.113.2>")]
    [InlineData("alice", "P-Preferred-Identity: <sip:030222@192.0.2.10>\r\n", "<sip:+4930222@203.0.113.2>")]
    [InlineData("alice", "P-Preferred-Identity: <tel:+49-30-222>\r\n", "<tel:+4930222>")]

    // "If such a hint does not correspond to any valid identity known to the proxy for that user, the proxy can add a P-Asserted-Identity header of its own construction".
    [InlineData("alice", "P-Preferred-Identity: <sip:+4930999@192.0.2.10>\r\n", "<sip:+4930111@203.0.113.2>")]
    [InlineData("alice", "", "<sip:+4930111@203.0.113.2>")]

    // Section 5: an identity that an element asserts that is not trusted is removed.
    [InlineData("alice", "P-Asserted-Identity: <sip:+4930999@192.0.2.10>\r\n", "<sip:+4930111@203.0.113.2>")]
    [InlineData("bob", "P-Preferred-Identity: <sip:+4930222@192.0.2.10>\r\n", "")]
    public void A_user_who_has_proved_who_it_is_is_asserted_by_what_it_may_be_called(string user, string extra, string asserted)
    {
        Sent invite = Called(Settings(), user, extra);
        Assert.Equal(asserted, invite.Header("P-Asserted-Identity"));
        Assert.False(invite.Has("P-Preferred-Identity"));
        Assert.False(invite.Has("Proxy-Authorization"));
    }

    [Fact]
    public void Nobody_else_is_asserted()
    {
        const string preferred = "P-Preferred-Identity: <sip:+4930222@192.0.2.10>\r\n";

        // RFC 3325 section 5: "the proxy MUST authenticate the originator of the message" before it asserts.
        Assert.False(Called(Settings(authenticate: false), "alice", preferred + "Proxy-Authorization: Digest username=\"alice\", realm=\"controller\", nonce=\"n\", uri=\"sip:x\", response=\"00\"\r\n").Has("P-Asserted-Identity"));

        // Two that claim to be for us: which of them was right is not known.
        Assert.False(Called(Settings(), "bob", preferred, "Proxy-Authorization: Digest username=\"alice\", realm=\"controller\", nonce=\"n\", uri=\"sip:x\", response=\"00\"\r\n").Has("P-Asserted-Identity"));
        Assert.False(Called(Settings(trusted: false), "alice", preferred).Has("P-Asserted-Identity"));
    }

    [Theory]
    [InlineData(true, true, "P-Charging-Vector: icid-value=7\r\n", "icid-value=7")]
    [InlineData(true, true, "", null)]
    [InlineData(false, true, "P-Charging-Vector: icid-value=7\r\n", null)]
    [InlineData(true, false, "", "")]
    [InlineData(false, false, "P-Charging-Vector: icid-value=7\r\n", "")]
    public void A_charging_vector_is_passed_between_trusted_realms_and_else_made_where_that_is_wanted(bool fromTrusted, bool create, string extra, string? expected)
    {
        ControllerSettings settings = CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081");
        settings = settings with
        {
            Realms = settings.Realms.SetItem("access", new RealmSettings(fromTrusted)).SetItem("core", new RealmSettings(Trusted: true) { CreateChargingVector = create }),
        };
        var call = new CallDriver(settings);
        call.FromCaller(Invite(extra: extra));
        string vector = call.Last("INVITE").Header("P-Charging-Vector");
        if (expected is not null)
        {
            Assert.Equal(expected, vector);
            return;
        }

        Assert.Matches("^icid-value=[0-9a-f]{32};icid-generated-at=203.0.113.2$", vector);

        // RFC 7315 section 4.6: one id for the call, another one for every other call.
        call.FromCallee(Response(call.Last("INVITE"), 503));
        Assert.Equal(2, call.CountSent("INVITE"));
        Assert.Equal(vector, call.Last("INVITE").Header("P-Charging-Vector"));
        var other = new CallDriver(settings, "another@192.0.2.10");
        other.FromCaller(Invite(extra: extra).Replace("a-call@", "another@", StringComparison.Ordinal));
        Assert.NotEqual(vector, other.Last("INVITE").Header("P-Charging-Vector"));
    }
}
