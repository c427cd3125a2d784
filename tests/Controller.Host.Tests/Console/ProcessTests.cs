using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Controller.Host.Tests.Console;

/// <summary>The built program as a user starts it: exit codes, and one line for everything that is wrong.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("host-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void It_says_ready_once_drains_on_SIGTERM_and_exits_0()
    {
        using Process node = Start("--config", Configuration());
        string? ready = node.StandardOutput.ReadLine();
        Assert.Matches(@"^ready udp 127\.0\.0\.1:[1-9]\d* tcp 127\.0\.0\.1:[1-9]\d* admin http://127\.0\.0\.1:[1-9]\d* node test$", ready);
        using Process kill = Process.Start("kill", ["-TERM", node.Id.ToString()]);
        (int exit, string output, _) = Finish(node);
        Assert.Equal((0, ""), (exit, output));
        Assert.True(File.Exists(Path.Combine(_directory, "data", "journal.db")));
    }

    [Fact]
    public void The_demo_places_a_call_and_exits_0()
    {
        (int exit, string output, string errors) = Run("demo");
        Assert.True(exit == 0, output + errors);
        foreach (string part in new[] { "INVITE (1)", "180 Ringing (INVITE 1)", "BYE (2)", "● committed", "\"result\": \"answered\"" })
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_key_is_named_with_its_file_and_line()
    {
        string file = Configuration();
        File.WriteAllText(file, "controller {\n  node { naem = x }\n}\n" + File.ReadAllText(file));
        AssertOneLine(Run("--config", file), $"{file}:2: controller.node.naem: ", "controller.node.name");
        Assert.False(Directory.Exists(Path.Combine(_directory, "data")), "something was opened");
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        AssertOneLine(
            Run("--config", Configuration(), "--set", $"controller.listeners=[{{realm=access,transport=udp,listen=\"{taken.LocalEndPoint}\"}}]"),
            $"udp {taken.LocalEndPoint}: address already in use");
    }

    [Fact]
    public void A_taken_HTTP_port_is_named()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        AssertOneLine(Run("--config", Configuration(), "--set", $"controller.admin.listen=\"{taken.LocalEndPoint}\""), $"admin http {taken.LocalEndPoint}: address already in use");
    }

    [Fact]
    public void A_corrupt_journal_is_named_and_left_as_it_is()
    {
        string journal = Path.Combine(_directory, "data", "journal.db");
        Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
        byte[] garbage = new byte[20_000];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes(journal, garbage);
        AssertOneLine(Run("--config", Configuration()), journal, "corrupt");
        Assert.Equal(garbage, File.ReadAllBytes(journal));
    }

    [Fact]
    public void A_charging_file_that_cannot_be_written_is_named() =>
        AssertOneLine(Run("--config", Configuration(), "--set", "controller.cdr.file=\"/proc/none/cdr.jsonl\""), "controller.cdr.file", "/proc/none/cdr.jsonl");

    [Fact]
    public void A_second_process_on_the_same_journal_is_refused()
    {
        using Process first = Start("--config", Configuration());
        Assert.StartsWith("ready ", first.StandardOutput.ReadLine(), StringComparison.Ordinal);
        AssertOneLine(Run("--config", Configuration()), "in use by another process");
        first.Kill();
        Finish(first);
    }

    private static void AssertOneLine((int Exit, string Output, string Errors) ended, params string[] parts)
    {
        Assert.Equal((1, ""), (ended.Exit, ended.Output));
        string line = Assert.Single(ended.Errors.TrimEnd('\n').Split('\n'));
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private string Configuration()
    {
        string file = Path.Combine(_directory, "node.conf");
        File.WriteAllText(file, """
            controller {
              node { name = test, data-dir = data }
              realms { access { trust = untrusted } }
              listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:0" }, { realm = access, transport = tcp, listen = "127.0.0.1:0" } ]
              registrar { domains = [localhost] }
              admin { listen = "127.0.0.1:0" }
            }
            """);
        return file;
    }

    private (int Exit, string Output, string Errors) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Finish(process);
    }

    private Process Start(params string[] arguments)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Controller.Host.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [host, .. arguments])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static (int Exit, string Output, string Errors) Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"it did not end within {Patience}");
        }

        return (process.ExitCode, output.Result, errors.Result);
    }
}
