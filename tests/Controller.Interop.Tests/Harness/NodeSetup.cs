using System.Globalization;

namespace Controller.Interop.Tests.Harness;

/// <summary>
/// One node's configuration: a listener pair (UDP and TCP on one port) for the access realm and one for the core realm, a trunk towards
/// the far party, registered users under example.test. Kept by the test, so that a restart meets the same ports and data.
/// </summary>
internal sealed record NodeSetup
{
    public required string Folder { get; init; }
    public int AccessPort { get; init; } = Ports.Free();
    public int CorePort { get; init; } = Ports.Free();
    public int AdminPort { get; init; } = Ports.Free();

    /// <summary>Where calls that are not for a registered user go.</summary>
    public int FarPort { get; init; } = Ports.Free();
    public string FarTransport { get; init; } = "udp";
    public bool Authenticate { get; init; } = true;
    public string DataFolder => Path.Combine(Folder, "data");
    public string ChargingFile => Path.Combine(DataFolder, "cdr.jsonl");
    public string ConfigurationFile => Path.Combine(Folder, "node.conf");

    /// <summary>HOCON that is read after, and so wins over, what stands here.</summary>
    public string Extra { get; init; } = "";

    public string Write()
    {
        Directory.CreateDirectory(DataFolder);
        File.WriteAllText(ConfigurationFile, Text());
        return ConfigurationFile;
    }

    private string Text() => string.Create(CultureInfo.InvariantCulture, $$"""
        controller {
          node { id = 1, name = "under-test", data-dir = "{{DataFolder}}" }
          realms { access { trust = untrusted }, core { trust = trusted } }
          listeners = [
            { realm = access, transport = udp, listen = "127.0.0.1:{{AccessPort}}", advertise = "127.0.0.1:{{AccessPort}}" }
            { realm = access, transport = tcp, listen = "127.0.0.1:{{AccessPort}}", advertise = "127.0.0.1:{{AccessPort}}" }
            { realm = core, transport = udp, listen = "127.0.0.1:{{CorePort}}", advertise = "127.0.0.1:{{CorePort}}" }
            { realm = core, transport = tcp, listen = "127.0.0.1:{{CorePort}}", advertise = "127.0.0.1:{{CorePort}}" }
          ]
          registrar {
            domains = ["example.test"]
            authenticate = {{(Authenticate ? "true" : "false")}}
            users { alice { password = "wonderland" }, bob { password = "builder" }, carol { password = "christmas" } }
          }
          trunks {
            far {
              realm = core
              endpoints = [ { uri = "sip:127.0.0.1:{{FarPort}};transport={{FarTransport}}", priority = 1, weight = 1 } ]
              try-timeout = 30s
            }
          }
          routes = [
            { name = "registered users", match { domain = "example.test", registered = true }, to = registered }
            { name = "everything else", match { from-realm = access }, to = [ { trunk = far, weight = 1 } ] }
          ]
          admin { listen = "127.0.0.1:{{AdminPort}}" }
          cdr { file = "{{ChargingFile}}" }
        }
        {{Extra}}
        """);
}
