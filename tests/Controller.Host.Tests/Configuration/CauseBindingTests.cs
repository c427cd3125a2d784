using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Causes;
using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

/// <summary>Tables of the causes of BYE and CANCEL.</summary>
public sealed class CauseBindingTests
{
    private const string Start = """
        controller {
          realms { access {} }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks.a { realm = access, endpoints = [ { uri = "sip:192.0.2.1" } ] }

        """;

    [Fact]
    public void WhatIsSaidReachesTheActorsWithoutARestartAndItsTestsPass()
    {
        LoadedConfiguration loaded = Loads.Good(Start + """
              realms.access.causes.in = [ { to-cause = 31 } ]
              trunks.a.causes {
                in = [ { cause = 34, to-cause = 41 }, { to-cause = 16 } ]
                out = [ { cause = 19, to-cause = 102 } ]
                tests = [
                  { direction = in, cause = 34, expect-cause = 41 }
                  { direction = in, cause = 41, expect-cause = 16 }
                  { direction = out, cause = 19, expect-cause = 102 }
                  { direction = out, cause = 20, expect-cause = 20 }
                ]
              }
            }
            """);
        BoundaryRules rules = loaded.Settings(new byte[32], []).BoundaryOf("access", "a");
        Assert.Equal([new CauseRule(34, 41), new CauseRule(0, 16)], rules.CausesIn.AsEnumerable());
        Assert.Equal([new CauseRule(19, 102)], rules.CausesOut.AsEnumerable());
        Assert.Equal([new CauseRule(0, 31)], loaded.Settings(new byte[32], []).BoundaryOf("access", "").CausesIn.AsEnumerable());
        Assert.True(ConfigurationChange.Between(Loads.Good(Start + "}"), loaded).NeedsRestart.IsEmpty);
    }

    [Theory]
    [InlineData("trunks.a.causes.in = [ { cause = 34 } ]", "trunks.a.causes.in[0].to-cause: is missing; expected a whole number from 1 to 127")]
    [InlineData("trunks.a.causes.in = [ { cause = 128, to-cause = 1 } ]", "trunks.a.causes.in[0].cause: \"128\" cannot be used; expected a whole number from 1 to 127")]
    [InlineData("trunks.a.causes.in = [ { to-cause = 1 }, { cause = 16, to-cause = 31 } ]", "trunks.a.causes.in[1]: is never reached: a row before it matches as much; expected it before that one, or not at all")]
    [InlineData("realms.access.causes.out = [ { couse = 1, to-cause = 1 } ]", "realms.access.causes.out[0].couse: unknown key; the nearest known key is controller.realms.access.causes.out[0].cause")]
    [InlineData("trunks.a.causes.tests = [ { direction = out, cause = 16, expect-cause = 31 } ]", "trunks.a.causes.tests[0]: the test fails: out, cause 16 becomes 16; expected 31")]
    public void WhatIsWrongIsNamed(string more, string expected)
    {
        string[] problems = Loads.Bad(Start + more + "\n}");
        Assert.Contains(problems, problem => problem.StartsWith($"sbc.conf:5: controller.{expected}", StringComparison.Ordinal));
        Assert.True(problems.Length == 1, string.Join('\n', problems));
    }
}
