using Controller.Host.Console;

namespace Controller.Host.Tests.Console;

public sealed class ArgumentsTests
{
    [Fact]
    public void Without_a_word_the_node_runs_with_the_default_configuration()
    {
        Arguments arguments = Arguments.Parse([]);
        Assert.Equal(CommandName.Run, arguments.Command);
        Assert.Null(arguments.ConfigFile);
        Assert.Empty(arguments.Sets);
    }

    [Fact]
    public void Options_stand_before_or_after_the_command_with_or_without_an_equals_sign()
    {
        Arguments arguments = Arguments.Parse(["--set", "a.b=1", "check", "--config=x.conf", "--set=c=d=e"]);
        Assert.Equal(CommandName.Check, arguments.Command);
        Assert.Equal("x.conf", arguments.ConfigFile);
        Assert.Equal(["a.b=1", "c=d=e"], arguments.Sets);
    }

    [Theory]
    [InlineData("--confg x", "unknown option '--confg'; did you mean '--config'?")]
    [InlineData("--zzzzzzzzzz", "unknown option '--zzzzzzzzzz'; see")]
    [InlineData("chek", "unknown command 'chek'; did you mean 'check'?")]
    [InlineData("check demo", "unexpected argument 'demo'")]
    [InlineData("--config", "option '--config' needs a file name")]
    [InlineData("--set", "option '--set' needs key=value")]
    [InlineData("--set key", "option '--set' needs key=value, got 'key'")]
    public async Task What_cannot_be_understood_is_one_line_and_exit_1(string line, string says)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        Assert.Equal(1, await CommandLine.RunAsync(line.Split(' '), output, errors));
        Assert.Equal("", output.ToString());
        Assert.Contains(says, errors.ToString(), StringComparison.Ordinal);
        Assert.Single(errors.ToString().TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("help", "--config FILE")]
    [InlineData("--help", "--config FILE")]
    [InlineData("version", "Controller ")]
    public async Task Help_and_version_are_printed_and_exit_0(string line, string says)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        Assert.Equal(0, await CommandLine.RunAsync([line], output, errors));
        Assert.Contains(says, output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", errors.ToString());
    }
}
