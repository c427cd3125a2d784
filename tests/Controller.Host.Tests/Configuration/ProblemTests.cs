using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

/// <summary>FILE:line: key: what is wrong and what was expected.</summary>
public sealed class ProblemTests
{
    private const string Start = "controller {\nrealms { access {} }\nlisteners = [ { realm = access, transport = udp, listen = \"127.0.0.1:5060\" } ]\n";

    [Theory]
    // Unknown keys name the nearest.
    [InlineData("node { idd = 2 }", "node.idd: unknown key; the nearest known key is controller.node.id")]
    [InlineData("regstrar {}", "regstrar: unknown key; the nearest known key is controller.registrar")]
    [InlineData("node.data_dir = x", "node.data_dir: unknown key; the nearest known key is controller.node.data-dir")]
    [InlineData("domains = []", "domains: unknown key; the nearest known key is controller.registrar.domains")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\", wieght = 1 } ] }", "trunks.a.endpoints[0].wieght: unknown key; the nearest known key is controller.trunks.a.endpoints[0].weight")]
    [InlineData("realms.access.authenticate = true", "realms.access.authenticate: unknown key; the nearest known key is controller.registrar.authenticate")]
    // Types and ranges.
    [InlineData("node.id = 0", "node.id: \"0\" cannot be used; expected a whole number from 1 to 255")]
    [InlineData("node.id = one", "node.id: \"one\" cannot be used; expected a whole number from 1 to 255")]
    [InlineData("node.id = [1]", "node.id: a list cannot be used; expected a whole number from 1 to 255")]
    [InlineData("node = 5", "node: \"5\" cannot be used; expected an object, { … }")]
    [InlineData("routes = {}", "routes: an object cannot be used; expected a list, [ … ]")]
    [InlineData("node.name = \"a b\"", "node.name: \"a b\" cannot be used; expected a name of letters, digits, '-', '_' and '.'")]
    [InlineData("registrar.authenticate = maybe", "registrar.authenticate: \"maybe\" cannot be used; expected true or false (yes, no, on, off)")]
    [InlineData("calls.no-answer = 3 fortnights", "calls.no-answer: \"3 fortnights\" cannot be used; expected a duration from 1s to 1h, such as 200ms, 1s, 5m or 12h")]
    [InlineData("calls.no-answer = 180", "calls.no-answer: \"180\" cannot be used; expected a duration from 1s to 1h, such as 200ms, 1s, 5m or 12h")]
    [InlineData("limits.max-body-bytes = 1GiB", "limits.max-body-bytes: \"1GiB\" cannot be used; expected a size from 1024 to 16777216 bytes, such as 64KiB or 65536")]
    [InlineData("registrar.domains = example.test", "registrar.domains: \"example.test\" cannot be used; expected a list of which each is a domain name or an IP address without a port, such as \"example.test\"")]
    [InlineData("registrar.domains = [\"a b\"]", "registrar.domains: \"a b\" cannot be used; expected a domain name or an IP address without a port, such as \"example.test\"")]
    [InlineData("log.level = verbose", "log.level: \"verbose\" cannot be used; expected trace, debug, info, warn or error")]
    // Addresses.
    [InlineData("admin.listen = localhost", "admin.listen: \"localhost\" cannot be used; expected an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"")]
    [InlineData("admin.listen = \"localhost:80\"", "admin.listen: \"localhost:80\" cannot be used; expected an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"")]
    [InlineData("admin.listen = \"127.0.0.1:99999\"", "admin.listen: \"127.0.0.1:99999\" cannot be used; expected an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"")]
    [InlineData("admin.listen = \"127.1:80\"", "admin.listen: \"127.1:80\" cannot be used; expected an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"")]
    [InlineData("admin.listen = \"0.0.0.0:8080\"", "admin.listen: 0.0.0.0:8080 is not a loopback address and controller.admin.token is missing; expected a token, or a loopback address")]
    [InlineData("cluster.link.advertise = \"a b:1\"", "cluster.link.advertise: \"a b:1\" cannot be used; expected a host name or an IP address, with or without a port, such as \"sbc.example.test:5060\"")]
    [InlineData("cluster.addresses = [ { address = \"10.0.0.1/33\", device = eth0 } ]", "cluster.addresses[0].address: \"10.0.0.1/33\" cannot be used; expected an IP address with the length of its network, such as \"10.9.0.10/24\"")]
    // Next hops.
    [InlineData("resolver.servers = [ns.example.test]", "resolver.servers: \"ns.example.test\" cannot be used; expected the address of a name server, such as \"192.0.2.53\", \"192.0.2.53:53\" or \"[2001:db8::53]:53\"")]
    [InlineData("resolver.servers = [\"127.1\"]", "resolver.servers: \"127.1\" cannot be used; expected the address of a name server, such as \"192.0.2.53\", \"192.0.2.53:53\" or \"[2001:db8::53]:53\"")]
    [InlineData("resolver.servers = [\"192.0.2.53:0\"]", "resolver.servers: \"192.0.2.53:0\" cannot be used; expected the address of a name server, such as \"192.0.2.53\", \"192.0.2.53:53\" or \"[2001:db8::53]:53\"")]
    [InlineData("resolver.timeout = 0", "resolver.timeout: \"0\" cannot be used; expected a duration from 50ms to 10s, such as 200ms, 1s, 5m or 12h")]
    [InlineData("resolver { servers = [\"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\"], tries = 2 }", "resolver.tries: 2 tries do not reach each of 3 servers; expected at least as many tries as controller.resolver.servers")]
    [InlineData("resolver.cache { min-ttl = 90s, negative-ttl = 2m, max-ttl = 1m }", "resolver.cache.min-ttl: 90s is more than controller.resolver.cache.max-ttl (60s); expected at most that")]
    [InlineData("resolver.cache.min-ttl = 61s", "resolver.cache.min-ttl: 61s is more than controller.resolver.cache.negative-ttl (60s); expected at most that")]
    [InlineData("resolver.blacklist-max = 5s", "resolver.blacklist-unreachable: 10s is more than controller.resolver.blacklist-max (5s); expected at most that")]
    // What this version cannot do.
    [InlineData("cluster.addresses = [ { address = \"10.9.0.10/24\", device = eth0 } ]", "cluster.addresses: an address can float only between nodes that share a journal; expected [] while journal.kind = sqlite")]
    [InlineData("node.roles = []", "node.roles: names no role; expected edge, actors or both")]
    [InlineData("node.roles = [edge]", "node.roles: a node with an embedded journal is alone and has to do everything; expected [edge, actors], or journal.kind = postgres")]
    [InlineData("media.mode = rtpengine", "media.mode: rtpengine is not possible in this version; possible now: bypass")]
    [InlineData("listeners += { realm = access, transport = tls, listen = \"127.0.0.1:5061\" }", "listeners[1].transport: tls is not possible in this version; possible now: udp or tcp")]
    [InlineData("listeners += { realm = access, transport = ws, listen = \"127.0.0.1:5061\" }", "listeners[1].transport: ws is not possible in this version; possible now: udp or tcp")]
    [InlineData("listeners += { realm = access, transport = wss, listen = \"127.0.0.1:5061\" }", "listeners[1].transport: wss is not possible in this version; possible now: udp or tcp")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sips:192.0.2.1\" } ] }", "trunks.a.endpoints[0].uri: \"sips:192.0.2.1\": sips needs TLS, which is not possible in this version; possible now: sip with transport=udp or transport=tcp")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:192.0.2.1;transport=tls\" } ] }", "trunks.a.endpoints[0].uri: \"sip:192.0.2.1;transport=tls\": transport tls is not possible in this version; possible now: udp or tcp")]
    // What has to be said, and what has to fit together.
    [InlineData("listeners = []", "listeners: no listener; expected at least one { realm, transport, listen }")]
    [InlineData("listeners += { realm = access, transport = tcp }", "listeners[1].listen: is missing; expected an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"")]
    [InlineData("listeners += { realm = access, transport = udp, listen = \"127.0.0.1:5060\" }", "listeners[1].listen: udp 127.0.0.1:5060 is already taken by controller.listeners[0].listen (127.0.0.1:5060); expected another address or port")]
    [InlineData("listeners += { realm = access, transport = tcp, listen = \"127.0.0.1:8080\" }", "listeners[1].listen: tcp 127.0.0.1:8080 is already taken by controller.admin.listen (127.0.0.1:8080); expected another address or port")]
    [InlineData("listeners += { realm = access, transport = udp, listen = \"0.0.0.0:5060\", advertise = a.test }", "listeners[1].listen: udp 0.0.0.0:5060 is already taken by controller.listeners[0].listen (127.0.0.1:5060); expected another address or port")]
    [InlineData("listeners += { realm = access, transport = tcp, listen = \"0.0.0.0:5060\" }", "listeners[1].listen: 0.0.0.0:5060 is every address of this machine, and others have to be told one; expected listeners[1].advertise, such as \"192.0.2.1:5060\"")]
    [InlineData("listeners += { realm = acess, transport = tcp, listen = \"127.0.0.1:5060\" }", "listeners[1].realm: realm acess is not defined; expected one of controller.realms: access")]
    [InlineData("trunks.a { realm = core, endpoints = [ { uri = \"sip:192.0.2.1\" } ] }", "trunks.a.realm: realm core is not defined; expected one of controller.realms: access")]
    [InlineData("realms.core {}, trunks.a { realm = core, endpoints = [ { uri = \"sip:carrier.test\" } ] }", "trunks.a.endpoints[0].uri: realm core has no listener to send from; expected one in controller.listeners")]
    [InlineData("trunks.a { realm = access, endpoints = [] }", "trunks.a.endpoints: no endpoint; expected at least one { uri = \"sip:…\" }")]
    [InlineData("trunks.a { realm = access, endpoints = [ {} ] }", "trunks.a.endpoints[0].uri: is missing; expected a SIP URI, such as \"sip:192.0.2.1:5060;transport=udp\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"192.0.2.1:5060\" } ] }", "trunks.a.endpoints[0].uri: \"192.0.2.1:5060\" cannot be used; expected a SIP URI, such as \"sip:192.0.2.1:5060;transport=udp\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:a b\" } ] }", "trunks.a.endpoints[0].uri: \"sip:a b\" cannot be used; expected a SIP URI, such as \"sip:192.0.2.1:5060;transport=udp\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h;transport=tcp\" } ] }", "trunks.a.endpoints[0].uri: tcp is needed, and realm access has no tcp listener to send from; expected one in controller.listeners")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], credentials.user = x }", "trunks.a.credentials: user and password belong together; expected both or neither")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], health.options-every = 200ms }", "trunks.a.health.options-every: 200ms is too often; expected 1s or more, or 0s for never")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.addresses = [\"192.0.2.1/24\"] }", "trunks.a.identify.addresses: \"192.0.2.1/24\" cannot be used; expected an address, or a network whose other bits are 0, such as \"192.0.2.0/24\" or \"2001:db8::/32\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.addresses = [carrier.test] }", "trunks.a.identify.addresses: \"carrier.test\" cannot be used; expected an address, or a network whose other bits are 0, such as \"192.0.2.0/24\" or \"2001:db8::/32\"")]
    [InlineData("trunks { a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.addresses = \"192.0.2.0/24\" }, b { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.addresses = [\"192.0.2.7\", \"192.0.2.0/24\"] } }", "trunks.b.identify.addresses: 192.0.2.0/24 is trunk a already; expected one of its own")]
    [InlineData("registrar.users.u.password = x, trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.users = u }", "trunks.a.identify.users: nobody is asked for credentials in realm access; expected controller.realms.access.authenticate-calls = true")]
    [InlineData("registrar.users.u.password = x, realms.access.authenticate-calls = true, trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.users = [u, v] }", "trunks.a.identify.users: user v is not defined; expected one of controller.registrar.users: u")]
    [InlineData("registrar.users.u.password = x, realms.access.authenticate-calls = true, trunks { a { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.users = u }, b { realm = access, endpoints = [ { uri = \"sip:h\" } ], identify.users = u } }", "trunks.b.identify.users: u is trunk a already; expected one of its own")]
    // What is registered upstream.
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"49301234\" } ] }", "trunks.a.register[0].aor: \"49301234\" cannot be used; expected an address-of-record, such as \"sip:49301234@carrier.test\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:carrier.test\" } ] }", "trunks.a.register[0].aor: \"sip:carrier.test\" cannot be used; expected an address-of-record, such as \"sip:49301234@carrier.test\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h:5070\" } ] }", "trunks.a.register[0].aor: \"sip:1@h:5070\" cannot be used; expected an address-of-record, such as \"sip:49301234@carrier.test\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\" }, { aor = \"sip:1@h\" } ] }", "trunks.a.register[1].aor: sip:1@h is there already; expected each address-of-record once")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\", registrar = \"sip:1@h\" } ] }", "trunks.a.register[0].registrar: \"sip:1@h\" names a user; expected a domain or an address, such as \"sip:carrier.test\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\", registrar = \"sip:h;transport=tcp\" } ] }", "trunks.a.register[0].registrar: tcp is needed, and realm access has no tcp listener to send from; expected one in controller.listeners")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\", credentials.password = x } ] }", "trunks.a.register[0].credentials: user and password belong together; expected both or neither")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\", expires = 5s } ] }", "trunks.a.register[0].expires: \"5s\" cannot be used; expected a duration from 1m to 168h, such as 200ms, 1s, 5m or 12h")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], register = [ { aor = \"sip:1@h\", contact-user = \"a b\" } ] }", "trunks.a.register[0].contact-user: \"a b\" cannot be used; expected the user part of a SIP URI, such as \"49301234\"")]
    [InlineData("trunks.a { realm = access, endpoints = [ { uri = \"sip:h\" } ], retry-on = [200] }", "trunks.a.retry-on: \"200\" cannot be used; expected a whole number from 300 to 699")]
    [InlineData("routes = [ { name = x } ]", "routes[0].to: is missing; expected registered, the name of a trunk, a list of { trunk, weight }, or { table }")]
    [InlineData("routes = [ { name = x, to = carrier } ]", "routes[0].to: trunk carrier is not defined; expected it in controller.trunks, which is empty, or registered")]
    [InlineData("routes = [ { name = x, to = [ { trunk = carrier } ] } ]", "routes[0].to[0].trunk: trunk carrier is not defined; expected it in controller.trunks, which is empty")]
    [InlineData("routes = [ { name = x, to = [] } ]", "routes[0].to: leads nowhere; expected registered, the name of a trunk, a list of { trunk, weight }, or { table }")]
    [InlineData("routes = [ { name = x, to = registered, match.from-realm = core } ]", "routes[0].match.from-realm: realm core is not defined; expected one of controller.realms: access")]
    [InlineData("routes = [ { name = x, to = registered, match.user = \"(\" } ]", "routes[0].match.user: \"(\" is not a regular expression: Invalid pattern '(' at offset 1. Not enough )'s.")]
    [InlineData("routes = [ { name = x, to = registered, match.user = \"^(.)$\", rewrite.user = \"$2\" } ]", "routes[0].rewrite.user: $2 is no group of match.user; expected $0 to $1, or $$ for a dollar sign")]
    [InlineData("routes = [ { name = x, to = registered }, { name = x, to = registered } ]", "routes[1].name: \"x\" names an earlier route; expected a name of its own")]
    [InlineData("routes = [ { name = emergency, to = registered } ]", "routes[0].name: \"emergency\" stands for emergency numbers, which no limit holds for; expected another name")]
    [InlineData("registrar.users { alice {} }", "registrar.users.alice.password: is missing; expected a text that is not empty")]
    [InlineData("registrar { min-expires = 2h }", "registrar.max-expires: min 7200s, default 3600s and max 3600s are out of order; expected min-expires <= default-expires <= max-expires")]
    [InlineData("registrar { max-expires = 1800s }", "registrar.default-expires: min 60s, default 3600s and max 1800s are out of order; expected min-expires <= default-expires <= max-expires")]
    [InlineData("calls { session-expires = 100s, min-se = 120s }", "calls.session-expires: 100s is less than calls.min-se (120s); expected at least as much")]
    [InlineData("cluster.trust = 2s", "cluster.trust: 2000ms does not lie between cluster.heartbeat (200ms) and cluster.suspect-after (1000ms); expected heartbeat < trust < suspect-after")]
    public void EachHasItsKeyAndItsReason(string text, string expected)
        => Assert.Contains($"sbc.conf:4: controller.{expected}", Loads.Bad(Start + text + "\n}").Select(Here));

    [Fact]
    public void AllAreCollected()
    {
        string[] errors = Loads.Bad("controller {\n node.id = 0\n nod.id = 1\n listeners = [ { realm = x } ]\n log.level = x\n}\n");
        Assert.Equal(
            [
                "sbc.conf:2: controller.node.id",
                "sbc.conf:3: controller.nod",
                "sbc.conf:4: controller.listeners[0].transport",
                "sbc.conf:4: controller.listeners[0].listen",
                "sbc.conf:4: controller.listeners[0].realm",
                "sbc.conf:5: controller.log.level",
            ],
            errors.Select(e => string.Join(": ", e.Split(": ")[..2])).Order(StringComparer.Ordinal).OrderBy(e => e[..10]).ThenBy(e => Array.IndexOf(["transport", "listen", "realm"], e.Split('.')[^1])));
    }

    [Theory]
    [InlineData("listeners = []\n", "sbc.conf:1: listeners: unknown key; the nearest known key is controller.listeners")]
    [InlineData("contoller { node.id = 3 }\n", "sbc.conf:1: contoller: unknown key; the nearest known key is controller")]
    [InlineData("x.y = 1\n", "sbc.conf:1: x: unknown key; the nearest known key is")]
    public void ARootThatNothingUsesIsUnknown(string text, string expected)
        => Assert.Contains(Loads.Bad(text + Texts.Small), e => e.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void ARootThatSubstitutionsUseIsNot()
        => Assert.Equal(9, Loads.Good("mine { id = 9 }\n" + Texts.Small + "\ncontroller.node.id = ${mine.id}").Host.Node.Id);

    [Fact]
    public void UnresolvedSubstitutionsAreProblems()
        => Assert.Equal(
            ["sbc.conf:1: controller.node.id: ${nowhere} is neither a key nor an environment variable; expected one, or ${?nowhere} if it may be missing"],
            Loads.Bad("controller.node.id = ${nowhere}\n" + Texts.Small));

    [Theory]
    [InlineData("controller = 5")]
    [InlineData("controller = null")]
    public void TheRootHasToBeAnObject(string text)
        => Assert.Contains("sbc.conf:1: controller: ", Loads.Bad(text)[0], StringComparison.Ordinal);

    // A default is reported where the object stands that lacks the key; for these texts that is line 3 or 4.
    private static string Here(string problem) => problem.Replace("sbc.conf:3:", "sbc.conf:4:", StringComparison.Ordinal);
}
