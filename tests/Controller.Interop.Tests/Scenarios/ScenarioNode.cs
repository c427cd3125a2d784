using System.Globalization;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Scenarios;

/// <summary>One scenario over one pair of transports: its ports, and its part of the node's configuration (a realm, a trunk, a route of its own).</summary>
internal sealed record ScenarioRun(Scenario Scenario, string Near, string Far, int Number)
{
    public string Name => $"{Scenario.Id} {Near}-{Far}";
    public int AccessPort { get; } = Ports.Free();
    public int CallerPort { get; } = Ports.Free();
    public int CalleePort { get; } = Ports.Free();
    public int NextPort { get; } = Ports.Free();
    public int CarolPort { get; } = Ports.Free();

    private string Host => Scenario.Address.Contains(':') ? $"[{Scenario.Address}]" : Scenario.Address;

    public string Realm => $"{Name.Replace(' ', '-')} {{ trust = untrusted, {Scenario.Realm} }}";

    public string Listeners => Listener("udp") + Listener("tcp");

    public string Trunks => $$"""

        t{{Number}} {
          realm = core{{(Scenario.Address.Contains(':') ? "6" : "")}}
          endpoints = [ {{Endpoint(CalleePort, 1)}}{{(Scenario.Next is null ? "" : ", " + Endpoint(NextPort, 2))}} ]
          {{(Scenario.Trunk.Contains("try-timeout", StringComparison.Ordinal) ? "" : "try-timeout = 30s")}}
          {{Scenario.Trunk}}
        }
        c{{Number}} { realm = core, endpoints = [ {{Endpoint(CarolPort, 1)}} ] }

        """;

    public string Routes => $$"""
        { name = "carol {{Number}}", match { from-realm = {{Name.Replace(' ', '-')}}, user = "^carol$" }, to = [ { trunk = c{{Number}} } ] }
        { name = "{{Name}}", match { from-realm = {{Name.Replace(' ', '-')}} }, to = [ { trunk = t{{Number}} } ] }

        """;

    private string Listener(string transport) => string.Create(CultureInfo.InvariantCulture,
        $"{{ realm = {Name.Replace(' ', '-')}, transport = {transport}, listen = \"{Host}:{AccessPort}\", advertise = \"{Host}:{AccessPort}\" }}\n");

    private string Endpoint(int port, int priority) => $"{{ uri = \"sip:{Host}:{port};transport={Far}\", priority = {priority}, weight = 1 }}";
}

/// <summary>The node that all scenarios go through.</summary>
internal static class ScenarioNode
{
    public static NodeProcess Start(string folder, IReadOnlyCollection<ScenarioRun> runs)
    {
        int core = Ports.Free();
        string Core(string realm, string host, string transport) => $"{{ realm = {realm}, transport = {transport}, listen = \"{host}:{core}\", advertise = \"{host}:{core}\" }}\n";
        string All(Func<ScenarioRun, string> part) => string.Join('\n', runs.Select(part));
        return NodeProcess.StartReady(new NodeSetup
        {
            Folder = folder,
            Extra = $$"""
                controller {
                  realms { core { trust = trusted }, core6 { trust = trusted }
                    {{All(run => run.Realm)}}
                  }
                  listeners = [
                    {{Core("core", "127.0.0.1", "udp")}}{{Core("core", "127.0.0.1", "tcp")}}{{Core("core6", "[::1]", "udp")}}{{Core("core6", "[::1]", "tcp")}}
                    {{All(run => run.Listeners)}}
                  ]
                  registrar { digest-realm = "siphon.test", users { alice { password = "secret" } } }
                  trunks {
                    {{All(run => run.Trunks)}}
                  }
                  routes = [
                    {{All(run => run.Routes)}}
                  ]
                }
                """,
        });
    }
}
