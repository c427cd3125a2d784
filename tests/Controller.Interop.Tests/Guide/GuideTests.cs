using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Guide;

/// <summary>The way from nothing to a cluster, walked as it stands in the document: every command, in order, on the machine it is for.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class GuideTests
{
    private const string Document = "docs/cluster.md";
    private static readonly (string Name, string Address)[] Machines =
    [
        ("db1", "10.9.0.20"), ("db2", "10.9.0.21"), ("sbc1", "10.9.0.1"), ("sbc2", "10.9.0.2"), ("sbc3", "10.9.0.3"),
        ("build", "10.9.0.40"), ("phone", "10.9.0.50"), ("carrier", "10.9.0.60"),
    ];

    [NeedsFact(Needs.Namespaces, Needs.Postgres, Needs.Root, "sipp", "curl", "jq", "pg_createcluster")]
    public void Every_command_of_the_guide_does_what_it_says()
    {
        using var folder = new TemporaryFolder();
        using var network = new SwitchedMachines([.. Machines.Select(machine => machine.Address)]);
        Dictionary<string, GuideMachine> machines = [];
        try
        {
            for (int i = 0; i < Machines.Length; i++)
            {
                string own = Directory.CreateDirectory(folder.File(Machines[i].Name)).FullName;
                machines.Add(Machines[i].Name, new GuideMachine(Machines[i].Name, network.Namespace(i), own));
            }

            string[] environment = [.. machines.Values.Select(machine => $"MACHINE_{machine.Name}={machine.Files}")];
            foreach (GuideDocument.Block block in GuideDocument.Read(Document))
            {
                foreach (string name in block.Machines)
                {
                    Command.Outcome outcome = machines[name].Run(block.Script, environment, Repository.Root, TimeSpan.FromSeconds(90));
                    Assert.True(outcome.ExitCode == 0, $"{Document}:{block.Line} on {name} ends with {outcome.ExitCode}:\n{outcome.All}\n" +
                        string.Join('\n', machines.Values.Select(machine => Tail(machine.Name, machine.Read("/var/log/controller.log")))));
                }
            }

            AssertUnitIsRight(machines["sbc1"], environment);
        }
        finally
        {
            foreach (GuideMachine machine in machines.Values)
            {
                machine.Dispose();
            }
        }
    }

    /// <summary>In the service manager's own words, where it is installed.</summary>
    private static void AssertUnitIsRight(GuideMachine machine, string[] environment)
    {
        Command.Outcome verified = machine.Run(
            "! command -v systemd-analyze > /dev/null || systemd-analyze verify --recursive-errors=no /etc/systemd/system/controller.service", environment, "/", TimeSpan.FromSeconds(30));
        Assert.True(verified.ExitCode == 0 && !verified.All.Contains("controller.service", StringComparison.Ordinal), "systemd-analyze verify: " + verified.All);
    }

    private static string Tail(string name, string log) => log.Length == 0 ? "" : $"== {name}\n{(log.Length > 3000 ? log[^3000..] : log)}";
}
