using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Policies;

namespace Controller.Actors.Tests.Routing;

/// <summary>Whom a request comes from: credentials, then address and port, then the longest network; what several claim is nobody.</summary>
public sealed class TrunkSourcesTests
{
    private static ControllerSettings Of(params TrunkSettings[] trunks) => Plans.Settings("") with { Trunks = trunks.ToImmutableDictionary(trunk => trunk.Name) };

    private static TrunkSettings Trunk(string name, string endpoint, string[]? networks = null, string[]? users = null, string realm = "core") => new()
    {
        Name = name,
        Realm = realm,
        Endpoints = [new TrunkPeerSettings(endpoint)],
        Identify = new TrunkIdentification { Networks = [.. (networks ?? []).Select(IPNetwork.Parse)], Users = [.. users ?? []] },
    };

    private static string At(ControllerSettings settings, string source, string? user = null, string realm = "core") => settings.TrunkAt(realm, IPEndPoint.Parse(source), user);

    [Fact]
    public void An_endpoints_address_is_enough_in_its_realm()
    {
        ControllerSettings settings = Of(Trunk("a", "sip:198.51.100.1:5080"), Trunk("b", "sip:198.51.100.2"), Trunk("n", "sip:carrier.test"));
        Assert.Equal("a", At(settings, "198.51.100.1:5080"));

        // A connection of theirs comes from whatever port, and by a socket of the other family.
        Assert.Equal("b", At(settings, "[::ffff:198.51.100.2]:40123"));
        Assert.Equal("", At(settings, "198.51.100.9:5080"));
        Assert.Equal("", At(settings, "198.51.100.1:5080", realm: "access"));
    }

    [Fact]
    public void Of_trunks_at_one_address_the_port_decides_and_without_it_none()
    {
        ControllerSettings settings = Of(Trunk("a", "sip:198.51.100.1:5080"), Trunk("b", "sip:198.51.100.1:5090"), Trunk("c", "sip:198.51.100.1"));
        Assert.Equal(["a", "b", "c", ""], new[] { 5080, 5090, 5060, 1234 }.Select(port => At(settings, $"198.51.100.1:{port}")));
    }

    [Fact]
    public void Two_trunks_at_one_address_and_port_are_none()
        => Assert.Equal("", At(Of(Trunk("a", "sip:198.51.100.1"), Trunk("b", "sip:198.51.100.1:5060")), "198.51.100.1:5060"));

    [Fact]
    public void The_longest_network_around_the_address_counts()
    {
        ControllerSettings settings = Of(
            Trunk("wide", "sip:203.0.113.1", ["10.0.0.0/8", "2001:db8::/32"]),
            Trunk("narrow", "sip:203.0.113.2", ["10.1.0.0/16", "2001:db8:7::/48"]),
            Trunk("host", "sip:10.1.2.3:5080"),
            Trunk("all", "sip:203.0.113.4", ["0.0.0.0/0"]));
        Assert.Equal("wide", At(settings, "10.200.0.1:5060"));
        Assert.Equal("narrow", At(settings, "10.1.255.255:1"));
        Assert.Equal("host", At(settings, "10.1.2.3:40000"));
        Assert.Equal("all", At(settings, "11.0.0.0:5060"));
        Assert.Equal("wide", At(settings, "[2001:db8:8::1]:5060"));
        Assert.Equal("narrow", At(settings, "[2001:db8:7::1]:5060"));
        Assert.Equal("", At(settings, "[2001:db9::1]:5060"));
        Assert.Equal("narrow", At(settings, "[::ffff:10.1.0.1]:5060"));
    }

    [Fact]
    public void A_whole_family_is_a_network_too()
        => Assert.Equal("all", At(Of(Trunk("all", "sip:203.0.113.4", ["::/0"])), "[2001:db8::1]:5060"));

    [Fact]
    public void A_network_of_two_trunks_is_none_though_a_wider_one_is_anothers()
    {
        ControllerSettings settings = Of(Trunk("a", "sip:203.0.113.1", ["10.1.0.0/16"]), Trunk("b", "sip:203.0.113.2", ["10.1.0.0/16"]), Trunk("c", "sip:203.0.113.3", ["10.0.0.0/8"]));
        Assert.Equal("", At(settings, "10.1.0.1:5060"));
        Assert.Equal("c", At(settings, "10.2.0.1:5060"));
    }

    [Fact]
    public void The_port_of_an_endpoint_goes_before_a_network_of_the_same_address()
    {
        ControllerSettings settings = Of(Trunk("a", "sip:198.51.100.1:5080"), Trunk("b", "sip:203.0.113.2", ["198.51.100.1/32"]));
        Assert.Equal("a", At(settings, "198.51.100.1:5080"));
        Assert.Equal("", At(settings, "198.51.100.1:5081"));
    }

    [Fact]
    public void Credentials_go_before_addresses_and_only_those_that_a_trunk_claims()
    {
        ControllerSettings settings = Of(
            Trunk("a", "sip:198.51.100.1"), Trunk("b", "sip:198.51.100.2", users: ["pbx"]), Trunk("c", "sip:198.51.100.3", users: ["two"]), Trunk("d", "sip:198.51.100.4", users: ["two"]),
            Trunk("e", "sip:198.51.100.5", users: ["pbx"], realm: "access"));
        Assert.Equal("b", At(settings, "198.51.100.1:5060", "pbx"));
        Assert.Equal("b", At(settings, "192.0.2.99:5060", "pbx"));
        Assert.Equal("e", At(settings, "192.0.2.99:5060", "pbx", realm: "access"));
        Assert.Equal("a", At(settings, "198.51.100.1:5060", "PBX"));
        Assert.Equal("a", At(settings, "198.51.100.1:5060", "alice"));
        Assert.Equal("", At(settings, "198.51.100.1:5060", "two"));
    }
}
