using System.Net;
using System.Net.Sockets;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Faults;

/// <summary>A node that cannot run says why in one clear line, exits with 1 and leaves everything as it was.</summary>
[Trait("Category", "Faults")]
public sealed class BadConfigurationTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private readonly NodeSetup _setup;

    public BadConfigurationTests() => _setup = new NodeSetup { Folder = _folder.Path };

    [Fact]
    public void An_unknown_key_names_its_place_and_the_nearest_known_one()
    {
        string line = FailsWithOneLine(_setup with { Extra = "controller.registrar.domians = [\"a\"]\n" });
        Assert.Matches(@"node\.conf:\d+: .*domians", line);
        Assert.Contains("domains", line, StringComparison.Ordinal);
        Assert.False(Directory.EnumerateFiles(_setup.DataFolder).Any(), "a file was made though the configuration is bad");
    }

    [Theory]
    [InlineData("controller.calls.no-answer = soon\n", "no-answer")]
    [InlineData("controller.admin.listen = \"127.0.0.1:99999\"\n", "listen")]
    [InlineData("controller { calls {\n", "node.conf")]
    public void A_value_that_cannot_be_used_is_named(string wrong, string named) =>
        Assert.Contains(named, FailsWithOneLine(_setup with { Extra = wrong }), StringComparison.Ordinal);

    [Fact]
    public void Check_tells_good_from_bad_without_opening_anything()
    {
        _setup.Write();
        Command.Outcome good = Command.Run(Limit, "dotnet", Repository.NodeBinary, "check", "--config", _setup.ConfigurationFile);
        Assert.True(good.ExitCode == 0, good.All);
        (_setup with { Extra = "controller.node.nmae = x\n" }).Write();
        Command.Outcome bad = Command.Run(Limit, "dotnet", Repository.NodeBinary, "check", "--config", _setup.ConfigurationFile);
        Assert.Equal(1, bad.ExitCode);
        Assert.Matches(@"node\.conf:\d+: .*nmae", bad.All);
        NodeProcess.AssertNoStackTrace(bad.All);
    }

    [Fact]
    public void A_configuration_file_that_is_not_there_is_named()
    {
        Command.Outcome outcome = Command.Run(Limit, "dotnet", Repository.NodeBinary, "--config", _folder.File("absent.conf"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("absent.conf", outcome.All, StringComparison.Ordinal);
        NodeProcess.AssertNoStackTrace(outcome.All);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("admin")]
    public void A_taken_port_is_named(string what)
    {
        int port = what == "admin" ? _setup.AdminPort : _setup.AccessPort;
        using var taken = what == "udp"
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, port));
        if (what != "udp")
        {
            taken.Listen();
        }

        string line = FailsWithOneLine(_setup);
        Assert.Contains($"127.0.0.1:{port}", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_folder.File("file"), "");
        string line = FailsWithOneLine(_setup with { Extra = $"controller.node.data-dir = \"{_folder.File("file")}/data\"\n" });
        Assert.Contains(_folder.File("file"), line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("cut")]
    public void A_corrupt_journal_is_named_and_left_untouched(string how)
    {
        using (var node = NodeProcess.StartReady(_setup))
        {
            Assert.Equal(0, node.Terminate(Limit));
        }

        string journal = Directory.GetFiles(_setup.DataFolder).Where(file => !file.EndsWith(".jsonl", StringComparison.Ordinal)).MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = File.ReadAllBytes(journal);
        if (how == "garbage")
        {
            new Random(1).NextBytes(bytes.AsSpan(0, Math.Min(4096, bytes.Length)));
        }
        else
        {
            bytes = bytes[..Math.Min(3000, bytes.Length / 2)];
        }

        File.WriteAllBytes(journal, bytes);
        string line = FailsWithOneLine(_setup);
        Assert.Contains(Path.GetFileName(journal), line, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(journal));
    }

    [Fact]
    public void A_journal_in_use_by_another_node_is_refused()
    {
        using var node = NodeProcess.StartReady(_setup);
        NodeSetup second = _setup with { AccessPort = Ports.Free(), CorePort = Ports.Free(), AdminPort = Ports.Free() };
        string line = FailsWithOneLine(second);
        Assert.Contains(_setup.DataFolder, line, StringComparison.Ordinal);
        Assert.False(node.HasEnded);
    }

    [Fact]
    public void A_missing_journal_is_a_new_one()
    {
        using var node = NodeProcess.StartReady(_setup);
        Assert.Equal(0, node.Admin.Calls());
    }

    public void Dispose() => _folder.Dispose();

    private static string FailsWithOneLine(NodeSetup setup)
    {
        using var node = new NodeProcess(setup);
        node.Launch();
        Assert.True(node.WaitForEnd(Limit), "the node runs though it should not:\n" + node.Log);
        Assert.Equal(1, node.ExitCode);
        string[] lines = node.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 1, $"{lines.Length} lines instead of one:\n{node.Log}");
        node.AssertNoStackTrace();
        return lines[0];
    }
}
