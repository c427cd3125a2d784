namespace Controller.Host.Tests.Configuration;

/// <summary>Configurations that tests start from.</summary>
internal static class Texts
{
    /// <summary>Says every section once.</summary>
    public const string Full = """
        controller {
          node { id = 7, name = "sbc7", data-dir = "d" }
          journal { kind = sqlite, sqlite.file = "d/j.db", postgres { connection = "Host=db;Password=hidden", allow-single = yes } }
          cluster {
            link { listen = "127.0.0.2:7601", advertise = "node7.example.test:7601" }
            shards = 128, heartbeat = 100ms, suspect-after = 2s, trust = 900ms
            addresses = []
          }
          engine.loops = 3
          limits { max-header-bytes = 16KiB, max-body-bytes = 32kB, tcp-connections = 50, tcp-idle = 1h }
          realms { access { authenticate-calls = on }, core { trust = trusted, refer = terminate } }
          listeners = [
            { realm = access, transport = udp, listen = "0.0.0.0:5060", advertise = "SBC.example.test" }
            { realm = core, transport = tcp, listen = "[::1]:0" }
          ]
          registrar {
            domains = ["Example.test", "127.0.0.1"], authenticate = off, digest-realm = "phones"
            min-expires = 30s, default-expires = 10m, max-expires = 2h, max-bindings = 3
            users { alice { password = " sp ace " }, "b.ob" { password = 4711 } }
          }
          trunks {
            carrier-a {
              realm = core
              endpoints = [ { uri = "sip:192.0.2.2:5080;transport=tcp", priority = 2, weight = 5 }, { uri = "sip:carrier.example.test;transport=tcp" } ]
              health { options-every = 10s, down-after = 2, up-after = 4 }
              limits { calls = 1000, calls-per-second = 0.5 }
              retry-on = [486, 503], ring-timeout = 1m, try-timeout = 2s, refer = refuse, redirect = follow
              credentials { user = u, password = p }
              register = [
                { aor = "sip:49301234@carrier.example.test", registrar = "sip:reg.example.test;transport=tcp", contact-user = "in", expires = 30m, credentials { user = au, password = ap } }
                { aor = "sip:2@carrier.example.test" }
              ]
            }
            carrier-b { realm = core, endpoints = [ { uri = "sip:[2001:db8::1];transport=tcp" } ] }
          }
          routes = [
            { name = "local users", match { domain = "example.test", registered = true }, to = registered }
            { name = "e164", match { from-realm = access, user = "^\\+?1([0-9]{10})$" }, rewrite { user = "+1$1" }
              to = [ { trunk = carrier-a, weight = 70 }, { trunk = carrier-b } ] }
            { name = "rest", to = carrier-b }
          ]
          calls { max-duration = 1h, no-answer = 60s, session-expires = 20m, min-se = 2m }
          resolver {
            servers = ["192.0.2.53", "[2001:db8::53]:5353", "[2001:db8::54]", "2001:db8::55"], timeout = 300ms, tries = 4, cache { max = 5, min-ttl = 2s, max-ttl = 10m, negative-ttl = 20s }
            blacklist-unreachable = 7s, blacklist-max = 9s
          }
          media { mode = bypass, rtpengine.nodes = ["udp:127.0.0.1:2223"] }
          admin { listen = "0.0.0.0:8081", token = "t0ken" }
          cdr { file = "d/c.jsonl" }
          log { level = debug }
        }
        """;

    /// <summary>The least that is right.</summary>
    public const string Small = """
        controller {
          realms { access {} }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" } ]
        }
        """;
}
