using System.Diagnostics;

namespace Controller.Interop.Tests.Harness;

/// <summary>Runs one command to its end.</summary>
internal static class Command
{
    public sealed record Outcome(int ExitCode, string Output, string Errors)
    {
        public string All => Output + Errors;
    }

    /// <summary>Ends the command (SIGKILL, with its children) when the limit has passed; its exit code is then -1.</summary>
    public static Outcome Run(TimeSpan limit, string file, params string[] arguments) => RunIn(Path.GetTempPath(), limit, file, arguments);

    /// <param name="folder">The command's current folder.</param>
    /// <inheritdoc cref="Run"/>
    public static Outcome RunIn(string folder, TimeSpan limit, string file, params string[] arguments)
    {
        using var process = Start(file, arguments, folder);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        bool ended = process.WaitForExit(limit);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        return new Outcome(ended ? process.ExitCode : -1, output.Result, errors.Result);
    }

    public static Outcome RunAsRoot(string file, params string[] arguments) =>
        Environment.UserName == "root" ? Run(TimeSpan.FromSeconds(30), file, arguments) : Run(TimeSpan.FromSeconds(30), "sudo", ["-n", file, .. arguments]);

    public static bool Try(string file, params string[] arguments)
    {
        try
        {
            return Run(TimeSpan.FromSeconds(10), file, arguments).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public static Process Start(string file, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        return Process.Start(start) ?? throw new InvalidOperationException(file + " did not start");
    }
}
