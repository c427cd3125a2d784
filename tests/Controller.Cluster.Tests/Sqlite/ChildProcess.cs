using System.Diagnostics;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>This assembly as a process of its own (Program.cs).</summary>
internal static class ChildProcess
{
    public static Process Start(params string[] arguments) => StartUnder([], arguments);

    /// <param name="command">What runs it: a program and its arguments.</param>
    /// <param name="arguments">Its own.</param>
    public static Process StartUnder(IEnumerable<string> command, params string[] arguments)
    {
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] line = [.. command, dotnet, typeof(ChildProcess).Assembly.Location, .. arguments];
        return Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }
}
