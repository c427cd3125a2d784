using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;

namespace Controller.Actors.Tests.Topology;

/// <summary>What crosses depends on whom it comes from and goes to: RFC 3325 section 5, RFC 7315 section 5.6, RFC 3323 section 4.2.</summary>
public sealed class TrustTests
{
    private const string Identity = "P-Asserted-Identity: \"Ann\" <sip:+1200@192.0.2.10:5062>\r\n";
    private const string Shown = "\"Ann\" <sip:+1200@203.0.113.2>";

    [Theory]
    // "If the proxy … does not trust the element from which it received the message": it is neither believed, nor told to one that is not trusted.
    [InlineData(true, true, "", Shown)]
    [InlineData(true, true, "Privacy: id\r\n", Shown)]
    [InlineData(false, true, "", "")]
    [InlineData(false, true, "Privacy: none\r\n", "")]
    [InlineData(true, false, "", "")]
    [InlineData(true, false, "Privacy: id\r\n", "")]
    // Section 7: "If … the Privacy header field value is set to "none", then the proxy MUST NOT remove the P-Asserted-Identity header fields."
    [InlineData(true, false, "Privacy: none\r\n", Shown)]
    public void An_asserted_identity(bool from, bool to, string privacy, string told) => Assert.Equal(told, Invited(from, to, Identity + privacy).Header("P-Asserted-Identity"));

    [Theory]
    [InlineData(true, true, "icid-value=7")]
    [InlineData(true, false, "")]
    [InlineData(false, true, "")]
    public void A_charging_vector(bool from, bool to, string told) =>
        Assert.Equal(told, Invited(from, to, "P-Charging-Vector: icid-value=7;icid-generated-at=192.0.2.10\r\n").Header("P-Charging-Vector"));

    [Theory]
    [InlineData(true, "Diversion: <sip:bob@192.0.2.9>;reason=no-answer;privacy=full\r\n", "<sip:bob@203.0.113.2>;reason=no-answer;privacy=full")]
    [InlineData(false, "Diversion: <sip:bob@192.0.2.9>;reason=no-answer;privacy=full\r\n", "")]
    [InlineData(false, "Diversion: <sip:bob@192.0.2.9>;reason=no-answer;privacy=off\r\n", "<sip:bob@203.0.113.2>;reason=no-answer;privacy=off")]
    [InlineData(false, "Diversion: <sip:bob@192.0.2.9>;reason=no-answer\r\nPrivacy: history\r\n", "")]
    public void A_diversion(bool to, string headers, string told) => Assert.Equal(told, Invited(true, to, headers).Header("Diversion"));

    [Theory]
    [InlineData(true, "\"Alice\" <sip:alice@203.0.113.2>")]
    [InlineData(false, "\"Anonymous\" <sip:anonymous@anonymous.invalid>")]
    public void A_user_who_asks_for_privacy(bool to, string shown) => Assert.StartsWith(shown, Invited(true, to, "Privacy: user;id\r\n").Header("From"), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, "yes")]
    [InlineData(false, "")]
    public void A_header_that_nobody_knows(bool pass, string told) => Assert.Equal(told, Invited(true, true, "X-Mine: yes\r\n", pass).Header("X-Mine"));

    // RFC 7989 section 5, RFC 3841 section 5: from end to end as they are.
    [Theory]
    [InlineData("Session-ID", "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000")]
    [InlineData("Accept-Contact", "*;audio;require;explicit")]
    [InlineData("Request-Disposition", "no-fork, queue")]
    [InlineData("User-to-User", "56a390f3d2b7310023a2;encoding=hex")]
    [InlineData("Geolocation", "<cid:alice@192.0.2.10>")]
    public void Untouched(string name, string value) => Assert.Equal(value, Invited(false, false, $"{name}: {value}\r\n").Header(name));

    private static Sent Invited(bool fromTrusted, bool toTrusted, string headers, bool unknown = true)
    {
        ControllerSettings settings = CallDriver.OneTrunk() with
        {
            Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("access", new(fromTrusted)).Add("core", new(toTrusted, UnknownHeaders: unknown)),
        };
        var call = new CallDriver(settings);
        call.FromCaller(Messages.Invite(extra: headers));
        return call.Last("INVITE");
    }
}
