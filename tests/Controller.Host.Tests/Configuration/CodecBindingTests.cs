using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

/// <summary>Codecs of a trunk or a realm, and the tests that stand beside them.</summary>
public sealed class CodecBindingTests
{
    private const string Start = """
        controller {
          realms { access {} }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks.a { realm = access, endpoints = [ { uri = "sip:192.0.2.1" } ] }

        """;

    private const string Full = Start + """
          realms.access.codecs.in { deny = [G729, "video/*"] }
          trunks.a.codecs {
            in { order = [PCMU] }
            out { allow = [PCMA, PCMU, "opus/48000", "video/H264"], order = [PCMA, opus] }
            tests = [
              { direction = out, given = [G729, "opus/48000", pcmu, PCMA, telephone-event, CN], expect = [PCMA, "opus/48000", pcmu, telephone-event, CN] }
              { direction = out, given = [PCMU, "video/VP8", "video/H264"], expect = [PCMU, "video/H264"] }
              { direction = out, given = [PCMU, "video/VP8"], expect = [PCMU] }
              { direction = out, given = ["opus/16000", telephone-event], expect = [] }
              { direction = in, given = [PCMA, PCMU], expect = [PCMU, PCMA] }
            ]
          }
        }
        """;

    [Fact]
    public void WhatIsSaidReachesTheActorsWithoutARestartAndItsTestsPass()
    {
        LoadedConfiguration loaded = Loads.Good(Full);
        BoundaryRules realm = loaded.Settings(new byte[32], []).BoundaryOf("access", "");
        Assert.Equal([new CodecPattern("audio", "G729", 0), new CodecPattern("video", "*", 0)], realm.CodecsIn.Deny.AsEnumerable());
        Assert.True(realm.CodecsOut.IsNone);
        BoundaryRules trunk = loaded.Settings(new byte[32], []).BoundaryOf("access", "a");
        Assert.Equal(new CodecPattern("audio", "opus", 48000), trunk.CodecsOut.Allow[2]);
        Assert.Equal(["PCMA", "opus"], trunk.CodecsOut.Order.Select(pattern => pattern.Encoding));
        Assert.Equal(["PCMU"], trunk.CodecsIn.Order.Select(pattern => pattern.Encoding));
        Assert.True(ConfigurationChange.Between(Loads.Good(Start + "}"), loaded).NeedsRestart.IsEmpty);
    }

    [Theory]
    [InlineData("trunks.a.codecs.tests = [ { direction = out, given = [PCMU, PCMA], expect = [PCMA] } ]", "trunks.a.codecs.tests[0]: the test fails: out, [PCMU, PCMA] becomes [PCMU, PCMA]; expected [PCMA]")]
    [InlineData("realms.access.codecs { in.deny = [PCMU], tests = [ { direction = in, given = [PCMU, CN], expect = [CN] } ] }", "realms.access.codecs.tests[0]: the test fails: in, [PCMU, CN] becomes []; expected [CN]")]
    [InlineData("trunks.a.codecs.in { allow = [PCMA], deny = [G729] }", "trunks.a.codecs.in: allows and denies; expected allow or deny")]
    [InlineData("trunks.a.codecs.out { allow = [PCMA], order = [PCMU] }", "trunks.a.codecs.out.order: PCMU is not there to be put into order; expected what allow leaves")]
    [InlineData("trunks.a.codecs.out { deny = [\"video/*\"], order = [\"video/H264\"] }", "trunks.a.codecs.out.order: video/H264 is not there to be put into order; expected what deny leaves")]
    [InlineData("trunks.a.codecs.in.allow = [\"*\"]", "trunks.a.codecs.in.allow: \"*\" cannot be used; expected the name of a codec, such as PCMA, opus/48000 or video/H264")]
    [InlineData("trunks.a.codecs.in.allow = [\"text/T140\"]", "trunks.a.codecs.in.allow: \"text/T140\" cannot be used; expected ")]
    [InlineData("trunks.a.codecs.in.deny = [\"PCMA 8\"]", "trunks.a.codecs.in.deny: \"PCMA 8\" cannot be used; expected ")]
    [InlineData("trunks.a.codecs.in.deny = PCMA", "trunks.a.codecs.in.deny: \"PCMA\" cannot be used; expected a list of which each is ")]
    [InlineData("trunks.a.max-udp-length = 65508", "trunks.a.max-udp-length: \"65508\" cannot be used; expected a whole number from 200 to 65507")]
    [InlineData("trunks.a.codecs.allow = [PCMA]", "trunks.a.codecs.allow: unknown key; the nearest known key is ")]
    [InlineData("trunks.a.codecs.tests = [ { direction = out, given = [PCMU] } ]", "trunks.a.codecs.tests[0].expect: is missing; expected a list of which each is the name of a codec")]
    public void WhatIsWrongIsNamed(string more, string expected)
    {
        string[] problems = Loads.Bad(Start + more + "\n}");
        Assert.Contains(problems, problem => problem.StartsWith($"sbc.conf:5: controller.{expected}", StringComparison.Ordinal));
        Assert.True(problems.Length == 1, string.Join('\n', problems));
    }
}
