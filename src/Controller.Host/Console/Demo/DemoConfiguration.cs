namespace Controller.Host.Console.Demo;

/// <summary>A node for one call: ports that are free, data that is thrown away.</summary>
public static class DemoConfiguration
{
    public const string Domain = "demo.test";
    public const string Password = "secret";

    public static string Text(string directory) => $$"""
        controller {
          node { name = "demo", data-dir = "{{directory}}" }
          realms { access { trust = untrusted } }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:0" } ]
          registrar {
            domains = ["{{Domain}}"]
            users { alice { password = "{{Password}}" }, bob { password = "{{Password}}" } }
          }
          routes = [ { name = "users", match { domain = "{{Domain}}", registered = true }, to = registered } ]
          admin { listen = "127.0.0.1:0" }
          cdr { file = "{{directory}}/cdr.jsonl" }
          log { level = warn }
        }
        """;
}
