using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Commands;

/// <summary>The commands of the README, as a user types them.</summary>
[Trait("Category", "Commands")]
public sealed class CommandTests
{
    [Fact]
    public void Demo_places_a_call_draws_it_and_exits_0()
    {
        using var folder = new TemporaryFolder();
        Command.Outcome demo = Command.RunIn(folder.Path, TimeSpan.FromSeconds(60), "dotnet", Repository.NodeBinary, "demo");
        Assert.True(demo.ExitCode == 0, demo.All);
        Assert.All((string[])["INVITE", "180", "200", "ACK", "BYE"], message => Assert.Contains(message, demo.Output, StringComparison.Ordinal));
        NodeProcess.AssertNoStackTrace(demo.All);
    }

    /// <summary>With no configuration it listens where it says, on loopback only. In a network namespace: the ports are fixed.</summary>
    [NeedsFact(Needs.Root, "unshare", "ip", "sipsak")]
    public void Dotnet_run_without_arguments_is_a_node_that_answers_and_ends_with_0_on_sigterm()
    {
        using var folder = new TemporaryFolder();
        string script = folder.File("start.sh");
        File.WriteAllText(script, $$"""
            ip link set lo up
            cd '{{folder.Path}}'
            dotnet run --no-build -c {{Repository.Configuration}} --project '{{Repository.Root}}/src/Controller.Host' >out 2>&1 &
            runner=$!
            for i in $(seq 300); do grep -q '^ready' out && break; kill -0 $runner 2>/dev/null || break; sleep 0.1; done
            cat out
            sipsak -s sip:127.0.0.1:5060 && echo "sip answers"
            exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3
            exec 4<>/dev/tcp/127.0.0.1/5060 && echo "tcp answers"
            node=$(pgrep -P $runner | head -n 1)
            kill -TERM ${node:-$runner}
            wait $runner
            echo "exit $?"
            """);
        Command.Outcome outcome = Command.RunAsRoot("unshare", "--net", "bash", script);
        Assert.Contains("\nready", "\n" + outcome.Output, StringComparison.Ordinal);
        Assert.True(outcome.Output.Contains("sip answers", StringComparison.Ordinal), outcome.All);
        Assert.True(outcome.Output.Contains("200 OK", StringComparison.Ordinal), outcome.All);
        Assert.True(outcome.Output.Contains("tcp answers", StringComparison.Ordinal), outcome.All);
        Assert.True(outcome.Output.Contains("exit 0", StringComparison.Ordinal), outcome.All);
        NodeProcess.AssertNoStackTrace(outcome.All);
    }

    [NeedsFact("sipsak")]
    public void An_options_ping_is_answered()
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path });
        Command.Outcome ping = Command.Run(TimeSpan.FromSeconds(10), "sipsak", "-vv", "-s", $"sip:127.0.0.1:{node.Setup.AccessPort}");
        Assert.True(ping.ExitCode == 0, ping.All);

        // RFC 3261 11.2: "Allow, Accept, Accept-Encoding, Accept-Language, and Supported header fields SHOULD be present in a 200 (OK) response to an OPTIONS request."
        Assert.All((string[])["Allow:", "Accept:", "Accept-Encoding:", "Accept-Language:", "Supported:"], header => Assert.Contains(header, ping.All, StringComparison.Ordinal));
    }

    [Fact]
    public void Sigterm_drains_and_ends_with_0()
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path });
        Assert.Equal(0, node.Terminate(TimeSpan.FromSeconds(20)));
        node.AssertNoStackTrace();
    }
}
