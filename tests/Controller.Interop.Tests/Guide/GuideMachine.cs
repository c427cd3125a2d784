using System.Diagnostics;
using System.Globalization;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Guide;

/// <summary>
/// A machine of the guide: a network namespace with its address on eth0, and this machine's files with its own changes on top. Its mounts belong to one
/// process and are gone with it, whatever happens to the test.
/// </summary>
internal sealed class GuideMachine : IDisposable
{
    private readonly string _namespace;
    private readonly Process _holder;

    /// <param name="folder">An empty folder of this machine's own.</param>
    public GuideMachine(string name, string @namespace, string folder)
    {
        (Name, _namespace) = (name, @namespace);
        string script = $$"""
            set -e
            mount -t tmpfs -o mode=755 machine {{folder}}
            mkdir {{folder}}/upper {{folder}}/work {{folder}}/root
            mount -t overlay overlay -o lowerdir=/,upperdir={{folder}}/upper,workdir={{folder}}/work {{folder}}/root
            cd {{folder}}/root
            mount --rbind /proc proc; mount --rbind /dev dev; mount --rbind /sys sys
            mount -t tmpfs -o mode=755 run run
            [ -e .{{Repository.Root}}/Controller.sln ] || mount --bind {{Repository.Root}} .{{Repository.Root}}
            cp {{Repository.Scenario("guide")}}/* usr/local/sbin/
            echo made
            exec sleep infinity
            """;
        _holder = Command.Start("ip", ["netns", "exec", @namespace, "sh", "-c", script], "/");
        Assert.True(_holder.StandardOutput.ReadLine() == "made", $"{name}: {(_holder.HasExited ? _holder.StandardError.ReadToEnd() : "not made")}");
        Files = string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/root{folder}/root");
    }

    public string Name { get; }

    /// <summary>Where its files are seen from here.</summary>
    public string Files { get; }

    /// <param name="environment">What is set for the script besides PATH and HOME: NAME=VALUE.</param>
    public Command.Outcome Run(string script, IEnumerable<string> environment, string folder, TimeSpan limit) => Command.Run(
        limit, "nsenter", ["--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--mount", "--net", "--", "chroot", Files.Split("/root", 2)[1],
            "env", "-i", .. environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive",
            "DOTNET_CLI_TELEMETRY_OPTOUT=1", "DOTNET_NOLOGO=1", "bash", "-euo", "pipefail", "-c", $"cd {folder}\n{script}"]);

    public string Read(string file) => File.Exists(Files + file) ? File.ReadAllText(Files + file) : "";

    public void Dispose()
    {
        Namespaces.EndProcesses(_namespace);
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
