using System.Globalization;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Bed;

/// <summary>The configuration of the nodes of one cluster: they differ in their number and their own address.</summary>
internal sealed class ClusterSetup(ClusterNetwork network, string root, string database)
{
    public const int AccessPort = 5060, CorePort = 5070, AdminPort = 8080;
    public const string AdminToken = "letmein";
    private const int LinkPort = 7601;

    public ClusterNetwork Network => network;

    /// <summary>Where the callees are: over UDP, and, for calls to stream.test, over TCP.</summary>
    public int FarPort { get; init; }
    public int StreamPort { get; init; }
    public int Nodes { get; init; } = 1;

    /// <summary>Node by node, in HOCON; empty: every node has both.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>HOCON that wins over what stands here.</summary>
    public string Extra { get; init; } = "";

    public string Folder(int index) => Path.Combine(root, "node" + (index + 1).ToString(CultureInfo.InvariantCulture));

    public string ChargingFile(int index) => Path.Combine(Folder(index), "data/cdr.jsonl");

    public IReadOnlyList<string> Command(int index) => network.On(index, "dotnet", Repository.NodeBinary, "--config", File(index));

    public void Write(int index)
    {
        Directory.CreateDirectory(Path.Combine(Folder(index), "data"));
        System.IO.File.WriteAllText(File(index), Text(index));
    }

    /// <summary>Nodes that are killed in rotation are back in their places within seconds.</summary>
    private string Several =>
        $$"""addresses = [ { address = "{{network.Floating}}/24", device = eth0 } ], rebalance-after = 1s, quarantine = 100ms""";

    public string File(int index) => Path.Combine(Folder(index), "node.conf");

    private string Text(int index) => string.Create(CultureInfo.InvariantCulture, $$"""
        controller {
          node { id = {{index + 1}}, name = "n{{index + 1}}", data-dir = "{{Folder(index)}}/data"{{(Roles.Count > 0 ? ", roles = " + Roles[index] : "")}} }
          journal { kind = postgres, postgres { connection = "{{database}}", allow-single = true } }
          cluster {
            link { listen = "{{network.Machine(index)}}:{{LinkPort}}", advertise = "{{network.Machine(index)}}:{{LinkPort}}" }
            {{(Nodes > 1 ? Several : "")}}
          }
          realms { access { trust = untrusted }, core { trust = trusted } }
          listeners = [
            { realm = access, transport = udp, listen = "{{network.Floating}}:{{AccessPort}}" }
            { realm = access, transport = tcp, listen = "{{network.Floating}}:{{AccessPort}}" }
            { realm = core, transport = udp, listen = "{{network.Floating}}:{{CorePort}}" }
            { realm = core, transport = tcp, listen = "{{network.Floating}}:{{CorePort}}" }
          ]
          registrar { domains = ["example.test"] }
          trunks {
            far { realm = core, endpoints = [ { uri = "sip:{{network.Here}}:{{FarPort}};transport=udp" } ], try-timeout = 30s, ring-timeout = 900s }
            stream { realm = core, endpoints = [ { uri = "sip:{{network.Here}}:{{StreamPort}};transport=tcp" } ], try-timeout = 30s, ring-timeout = 900s }
          }
          routes = [
            { name = "over TCP", match { from-realm = access, domain = "stream.test" }, to = stream }
            { name = "everything else", match { from-realm = access }, to = far }
          ]
          calls { no-answer = 900s }
          admin { listen = "{{network.Machine(index)}}:{{AdminPort}}", token = "{{AdminToken}}" }
        }
        {{Extra}}
        """);
}
