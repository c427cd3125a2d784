using System.Globalization;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Bed;

/// <summary>
/// Network namespaces and bridges of tests. Their names carry the process id of the test, by which a later run finds and removes what a run that was
/// killed has left.
/// </summary>
internal static class Namespaces
{
    private const string Prefix = "cb";
    private static int _made;

    /// <summary>Of a bridge; the namespaces of its machines have it and a number behind "n".</summary>
    public static string NewName() => $"{Prefix}{Environment.ProcessId}x{Interlocked.Increment(ref _made)}";

    /// <summary>Also a server that still listens on a bridge's address.</summary>
    public static void RemoveStale()
    {
        IEnumerable<string> bridges = Names("link", "show", "type", "bridge").Concat(Names("netns", "list").Select(name => name.Split('n')[0])).Distinct();
        foreach (string bridge in bridges.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string owner = bridge[Prefix.Length..].Split('x')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out int process) && !Directory.Exists($"/proc/{process}"))
            {
                EndServers(Command.Run(TimeSpan.FromSeconds(10), "ip", "-br", "-4", "addr", "show", "dev", bridge).Output);
                Remove(bridge);
            }
        }
    }

    private static void EndServers(string addresses)
    {
        string? address = addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2)?.Split('/')[0];
        foreach (string process in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _) && address is not null))
        {
            if (CommandLine(process).Contains("/postgres-D", StringComparison.Ordinal) && CommandLine(process).Contains($"-h{address}-p", StringComparison.Ordinal))
            {
                Command.Try("kill", "-KILL", Path.GetFileName(process));
            }
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline").Replace("\0", "", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return ""; // it has ended meanwhile
        }
    }

    public static void Remove(string bridge)
    {
        foreach (string name in Names("netns", "list").Where(name => name.StartsWith(bridge + "n", StringComparison.Ordinal)))
        {
            EndProcesses(name);
            Command.Try("ip", "netns", "del", name);
        }

        Command.Try("ip", "link", "del", bridge);
    }

    public static void EndProcesses(string name)
    {
        string[] processes = Command.Run(TimeSpan.FromSeconds(10), "ip", "netns", "pids", name).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (processes.Length > 0)
        {
            Command.Try("kill", ["-KILL", .. processes]); // some may have ended meanwhile
        }
    }

    /// <summary>The first word of each line.</summary>
    private static string[] Names(params string[] listing) =>
        [.. Command.Run(TimeSpan.FromSeconds(10), "ip", ["-br", .. listing]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];

    public static void Ip(params string[] arguments) => Must(["ip", .. arguments]);

    public static void Must(string[] command)
    {
        Command.Outcome outcome = Command.Run(TimeSpan.FromSeconds(10), command[0], command[1..]);
        Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', command)}: {outcome.All}");
    }
}
