using Controller.Host.Console;
using Controller.Host.Tests.Admin;

namespace Controller.Host.Tests.Console;

/// <summary><c>config …</c> with a node that runs: the answer for people, and an exit code for scripts.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_file_is_compared_activated_listed_and_rolled_back()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        string set = $"controller.admin.listen=127.0.0.1:{admin.Http.BaseAddress!.Port}";
        File.WriteAllText(_file, admin.Node.Edited("no-answer = 60s", "no-answer = 61s").Replace("secret-of-alice", "another-secret", StringComparison.Ordinal));

        Assert.Equal((0, "ok: 2 keys differ from version 1\n", ""), await RunAsync("validate", "--config", _file, "--set", set));
        Assert.Equal(
            (0, "controller.calls.no-answer: 1m -> 61s\ncontroller.registrar.users.alice.password: … -> …\nok: 2 keys differ from version 1\n", ""),
            await RunAsync("diff", "--config", _file, "--set", set));
        Assert.Equal(
            (0, "version 2 is active; changed: controller.calls.no-answer, controller.registrar.users.alice.password\n  1 sbc1 up: 2\n", ""),
            await RunAsync("activate", "--config", _file, "--set", set, "--expect", "1", "--by", "alice & bob"));
        Assert.Equal(TimeSpan.FromSeconds(61), admin.Node.NoAnswer);
        Assert.Equal(
            (1, "", $"controller: the node at 127.0.0.1:{admin.Http.BaseAddress.Port} refuses: the running configuration stays: version 2 is active (request, by alice & bob), not 1: look at the difference, and activate again\n"),
            await RunAsync("rollback", "--config", _file, "--set", set, "--expect=1"));

        (int exit, string output, _) = await RunAsync("rollback", "--config", _file, "--set", set, "--to", "1", "--by", "carol");
        Assert.Equal((0, "version 3 is active; changed: controller.calls.no-answer, controller.registrar.users.alice.password\n  1 sbc1 up: 3\n"), (exit, output));
        (exit, output, _) = await RunAsync("versions", "--config", _file, "--set", set);
        Assert.Matches(@"^\* 3 \S+ \S+Z rollback to 1, by carol \w{12}\n  2 \S+ \S+Z request, by alice & bob \w{12}\n  1 \S+ \S+Z start, by sbc1 \w{12}\n$", output);
        (exit, output, _) = await RunAsync("show", "--config", _file, "--set", set);
        Assert.Matches(@"^version 3 \(rollback to 1, by carol, \S+ \S+Z\)\n  1 sbc1 up: 3\n$", output);
        Assert.Equal(0, exit);
    }

    /// <summary>Without a file, it is asked about the one that it has.</summary>
    [Fact]
    public async Task The_nodes_own_file_is_meant_where_none_is_given()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        string set = $"controller.admin.listen=127.0.0.1:{admin.Http.BaseAddress!.Port}";
        admin.Node.Edit("calls { no-answer = 60s }", "calls { no-answer = soon }");
        (int exit, string output, _) = await RunAsync("validate", "--set", set);
        Assert.Equal(1, exit);
        Assert.Contains("controller.calls.no-answer: \"soon\" cannot be used", output, StringComparison.Ordinal);
        admin.Node.Edit("soon", "5s");
        (exit, output, _) = await RunAsync("activate", "--set", set);
        Assert.Equal((0, "version 2 is active; changed: controller.calls.no-answer\n  1 sbc1 up: 2\n"), (exit, output));
    }

    [Theory]
    [InlineData("", "the command 'config' needs one of show, validate, diff, activate, rollback, versions")]
    [InlineData("actvate", "unexpected argument 'actvate' after the command 'config'")]
    [InlineData("rollback --to", "option '--to' needs the number of a version")]
    [InlineData("show --set controller.admin.listen=127.0.0.1:1", "the node at 127.0.0.1:1 cannot be asked: ")]
    public async Task What_is_wrong_is_one_line(string words, string says)
    {
        (int exit, string output, string errors) = await RunAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith("controller: " + says, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(c => c == '\n'));
    }

    [Fact]
    public void Its_options_are_for_nothing_else() =>
        Assert.Equal("option '--expect' is for 'config'; see 'help'", Assert.Throws<UserErrorException>(() => Arguments.Parse(["check", "--expect", "1"])).Message);

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] words)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        return (await CommandLine.RunAsync(["config", .. words], output, errors), output.ToString(), errors.ToString());
    }
}
