using Controller.Host.Console;

namespace Controller.Host.Tests.Console;

/// <summary><c>route simulate</c>: the answer for people, or one line of what is wrong.</summary>
public sealed class RouteCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public RouteCommandTests() => File.WriteAllText(_file, """
        controller {
          realms { core {} }
          listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks { a { realm = core, endpoints = [ { uri = "sip:192.0.2.1" } ] }, b { realm = core, endpoints = [ { uri = "sip:192.0.2.2" } ] } }
          routes = [
            { name = gold, match.headers = [ { name = X-Class, matches = gold } ], to = a }
            { name = rest, to = [ { trunk = b, priority = 1 }, { trunk = a, priority = 2 } ] }
          ]
          admin.listen = "127.0.0.1:1"
        }
        """);

    public void Dispose() => File.Delete(_file);

    private async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] words)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        return (await CommandLine.RunAsync(["route", "simulate", "--config", _file, .. words], output, errors), output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task Every_step_is_a_line_and_the_targets_are_last()
    {
        Assert.Equal(
            (0, """
              gold: header X-Class is not there
              rest: matches
              b sip:1@192.0.2.2: taken: priority 1, weight 1
              a sip:1@192.0.2.1: taken: priority 2, weight 1
              to trunks
            trunk by route rest
              b sip:1@192.0.2.2
              a sip:1@192.0.2.1

            """.Replace("header X-Class is not there", "header X-Class does not match gold", StringComparison.Ordinal), ""),
            await RunAsync("--uri", "sip:1@x"));
        Assert.Contains("trunk by route gold\n", (await RunAsync("--uri=sip:1@x", "--header", "X-Class: gold", "--method", "OPTIONS", "--at", "2026-01-01T12:00", "--source", "192.0.2.1:1")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "'route simulate' needs --uri, --invite or --recent")]
    [InlineData("--uri mailto:x", "uri: 'mailto:x' is not a sip, sips or tel URI")]
    [InlineData("--uri sip:1@x --realm moon", "realm: 'moon' has no listener; known: core")]
    [InlineData("--uri sip:1@x --at noon", "at: 'noon' is not a date and a time")]
    [InlineData("--invite nowhere.sip", "--invite: ")]
    [InlineData("--recent many", "--recent: 'many' is not a number from 1 to 1000")]
    [InlineData("--recent 5", "the node at 127.0.0.1:1 cannot be asked: ")]
    public async Task What_is_wrong_is_one_line(string words, string says)
    {
        (int exit, string output, string errors) = await RunAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains(says, Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("route", "the command 'route' needs 'simulate'")]
    [InlineData("route chek", "unexpected argument 'chek' after the command 'route'")]
    [InlineData("check --uri sip:1@x", "option '--uri' is for 'route simulate'")]
    [InlineData("route simulate --uri", "option '--uri' needs a Request-URI")]
    public async Task The_words_are_checked(string words, string says)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        Assert.Equal(1, await CommandLine.RunAsync(words.Split(' '), output, errors));
        Assert.Contains(says, errors.ToString(), StringComparison.Ordinal);
    }
}
