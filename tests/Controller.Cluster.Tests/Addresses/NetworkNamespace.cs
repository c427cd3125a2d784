using System.Diagnostics;

namespace Controller.Cluster.Tests.Addresses;

/// <summary>A network of its own, with a loopback device; gone with what is in it when disposed.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly List<Process> _started = [];

    public NetworkNamespace()
    {
        Run("ip", "netns", "add", Name);
        Run("ip", "-n", Name, "link", "set", "lo", "up");
    }

    public string Name { get; } = "t" + Guid.NewGuid().ToString("n")[..10];

    public string Ip(params string[] arguments) => Run("ip", ["-n", Name, .. arguments]);

    /// <summary>A cable between two namespaces, both ends up.</summary>
    public void Cable(string device, NetworkNamespace other, string otherDevice)
    {
        Ip("link", "add", device, "type", "veth", "peer", "name", otherDevice, "netns", other.Name);
        Ip("link", "set", device, "up");
        other.Ip("link", "set", otherDevice, "up");
    }

    public string Exec(string program, params string[] arguments) => Run("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Runs this test program inside; ended with the namespace.</summary>
    public Process Start(string prefix, params string[] arguments)
    {
        string[] whole = ["netns", "exec", Name, .. prefix.Split(' ', StringSplitOptions.RemoveEmptyEntries), Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet",
            typeof(NetworkNamespace).Assembly.Location, .. arguments];
        Process process = Process.Start(new ProcessStartInfo("ip", whole) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(process);
        return process;
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            // Nothing, if it has ended.
            process.Kill();
            process.WaitForExit();
        }

        _started.ForEach(process => process.Dispose());
        Run("ip", "netns", "del", Name);
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }
}
