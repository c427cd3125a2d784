using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Headers;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Routing.Refusals;
using Controller.Host.Configuration;
using Controller.Sip.Messages;

namespace Controller.Host.Tests.Configuration;

/// <summary>Numbers and header rules of a trunk or a realm, and the tests that stand beside them.</summary>
public sealed class BoundaryTests
{
    private const string Start = """
        controller {
          number-plans.de { country = "49", private = ["1[0-9]{2}"] }
          realms { access {} }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks.a { realm = access, endpoints = [ { uri = "sip:192.0.2.1" } ] }

        """;

    private const string Full = Start + """
          number-plans.de.tests = [ { given = "030123456", expect = "+4930123456" }, { given = "112", expect = "112" } ]
          realms.access.numbers { plan = de, tests = [ { direction = in, given = "tel:030-123456", expect = "tel:+4930123456" } ] }
          trunks.a {
            numbers {
              plan = de, form = national, uri = sip, user-phone = add
              tests = [
                { direction = out, given = "sip:+4930123456@h.test", expect = "sip:030123456@h.test;user=phone" }
                { direction = out, given = "tel:+43123456", expect = "sip:0043123456@host.invalid;user=phone" }
              ]
            }
            headers {
              in = [ { action = remove, header = X-Internal } ]
              out = [
                { action = set-if-absent, header = X-Account, value = "Müller 7", when { methods = [INVITE, BYE], message = request } }
                { action = replace, header = Reason, match = "cause=([0-9]+)", value = "cause=$1$$", when { statuses = [486, 603] } }
                { action = copy, header = X-Caller, from = From, part = user, when { header = X-Want, matches = "^yes$" } }
                { action = copy, header = X-Parameter, from = Request-URI, part = parameter, parameter = cause }
              ]
              tests = [
                { direction = in, given = ["X-Internal: 1", "X-Other: 2"], expect = ["X-Other: 2"] }
                { direction = out, given = ["From: <sip:bob@h.test>;tag=1", "X-Want: yes"], expect = ["From: <sip:bob@h.test>;tag=1", "X-Want: yes", "X-Account: Müller 7", "X-Caller: bob"] }
                { direction = out, method = INVITE, status = 486, given = ["Reason: Q.850;cause=17"], expect = ["Reason: Q.850;cause=17$"] }
                { direction = out, method = OPTIONS, uri = "sip:h.test;cause=302", given = ["X-Other: 2"], expect = ["X-Other: 2", "X-Parameter: 302"] }
              ]
            }
            refusals {
              in = [ { status = 503, cause = 34, to-status = 480 }, { cause = 17, to-status = 486, to-cause = 21 } ]
              out = [ { status = 603, to-cause = 21 } ]
              tests = [
                { direction = in, status = 503, cause = 34, expect-status = 480, expect-cause = 34 }
                { direction = in, status = 503, expect-status = 503 }
                { direction = in, status = 500, cause = 17, expect-status = 486, expect-cause = 21 }
                { direction = in, status = 487, cause = 17, expect-status = 487, expect-cause = 17 }
                { direction = out, status = 603, expect-status = 603, expect-cause = 21 }
              ]
            }
          }
        }
        """;

    [Fact]
    public void WhatIsSaidReachesTheActorsAndItsTestsPass()
    {
        ControllerSettings settings = Loads.Good(Full).Settings(new byte[32], []);
        BoundaryRules rules = settings.BoundaryOf("access", "a");
        NumberPlan plan = rules.Numbers!.Plan;
        Assert.Equal((NumberForm.National, NumberScheme.Sip, UserPhone.Add), (rules.Numbers.Form, rules.Numbers.Scheme, rules.Numbers.UserPhone));
        Assert.Equal(("49", "00", "0"), (plan.Country, plan.InternationalPrefix, plan.NationalPrefix));
        Assert.Equal("^(?:1[0-9]{2})$", Assert.Single(plan.Private).ToString());
        Assert.Same(plan, settings.BoundaryOf("access", "").Numbers!.Plan);

        Assert.Equal([new RefusalRule(503, 34, 480, 0), new RefusalRule(0, 17, 486, 21)], rules.RefusalsIn.AsEnumerable());
        Assert.Equal([new RefusalRule(603, 0, 0, 21)], rules.RefusalsOut.AsEnumerable());
        HeaderRule remove = Assert.Single(rules.In);
        Assert.Equal((HeaderAction.Remove, "X-Internal", ""), (remove.Action, remove.Header, remove.Value));
        Assert.Equal([HeaderAction.SetIfAbsent, HeaderAction.Replace, HeaderAction.Copy, HeaderAction.Copy], rules.Out.Select(rule => rule.Action));

        // A header value is octets: what the file says in UTF-8 goes out in UTF-8 (RFC 3261 section 7.3.1).
        Assert.Equal("MÃ¼ller 7", rules.Out[0].Value);
        Assert.Equal([SipMethod.Invite, SipMethod.Bye], rules.Out[0].When.Methods.AsEnumerable());
        Assert.Equal([486, 603], rules.Out[1].When.Statuses.AsEnumerable());
        Assert.Equal(("X-Want", "^yes$", true), (rules.Out[2].When.Header, rules.Out[2].When.Matches!.ToString(), rules.Out[0].When.Requests));
        Assert.Equal(new HeaderSource("Request-URI", HeaderPart.Parameter, "cause"), rules.Out[3].From);
        Assert.True(ConfigurationChange.Between(Loads.Good(Start + "}"), Loads.Good(Full)).NeedsRestart.IsEmpty);
    }

    [Fact]
    public void NoMatchingOfWhatIsConfiguredCanBacktrack()
    {
        BoundaryRules rules = Loads.Good(Full).Settings(new byte[32], []).BoundaryOf("access", "a");
        Assert.All(
            rules.Out.SelectMany(rule => new[] { rule.Pattern, rule.When.Matches }).Concat(rules.Numbers!.Plan.Private).OfType<System.Text.RegularExpressions.Regex>(),
            pattern => Assert.True(pattern.Options.HasFlag(System.Text.RegularExpressions.RegexOptions.NonBacktracking)));
    }

    [Theory]
    // Tests that fail say what was expected and what came.
    [InlineData("number-plans.de.tests = [ { given = \"030\", expect = \"+4931\" } ]", "number-plans.de.tests[0]: the test fails: 030 becomes +4930; expected +4931")]
    [InlineData("trunks.a.numbers { plan = de, form = international, tests = [ { direction = out, given = \"sip:+4930@h\", expect = \"sip:030@h\" } ] }", "trunks.a.numbers.tests[0]: the test fails: out, sip:+4930@h becomes sip:4930@h; expected sip:030@h")]
    [InlineData("realms.access.headers { in = [ { action = add, header = X-A, value = b } ], tests = [ { direction = in, given = [\"X-A: a\"], expect = [\"X-A: b\"] } ] }", "realms.access.headers.tests[0]: the test fails: in, the headers become [X-A: a | X-A: b]; expected [X-A: b]")]
    [InlineData("trunks.a.refusals { in = [ { status = 503, to-status = 480 } ], tests = [ { direction = in, status = 503, cause = 34, expect-status = 503 } ] }", "trunks.a.refusals.tests[0]: the test fails: in, 503 with cause 34 becomes 480 with cause 34; expected 503")]
    [InlineData("trunks.a.refusals.in = [ { to-status = 480 } ]", "trunks.a.refusals.in[0]: looks at nothing; expected status, cause or both")]
    [InlineData("trunks.a.refusals.in = [ { status = 480 } ]", "trunks.a.refusals.in[0]: changes nothing; expected to-status, to-cause or both")]
    [InlineData("trunks.a.refusals.in = [ { status = 480, to-status = 407 } ]", "trunks.a.refusals.in[0].to-status: 407 means nothing on the other side, or nothing without a header of its own; expected another than 401, ")]
    [InlineData("trunks.a.refusals.out = [ { status = 200, cause = 17, to-status = 480 } ]", "trunks.a.refusals.out[0].status: \"200\" cannot be used; expected a whole number from 400 to 699")]
    [InlineData("realms.access.refusals.out = [ { cause = 17, to-cause = 21, tostatus = 480 } ]", "realms.access.refusals.out[0].tostatus: unknown key; the nearest known key is controller.realms.access.refusals.out[0].to-status")]
    [InlineData("realms.access.charging-vector = create", "realms.access.charging-vector: create is for realms that may see it; expected trust = trusted with it")]
    [InlineData("realms.access.charging-vektor = create", "realms.access.charging-vektor: unknown key; the nearest known key is controller.realms.access.charging-vector")]
    [InlineData("registrar.users.alice { password = p, identities = [\"a@b\"] }", "registrar.users.alice.identities: \"a@b\" cannot be used; expected the user part of a SIP URI, such as \"+4930123456\"")]
    // Protected headers.
    [InlineData("trunks.a.headers.out = [ { action = remove, header = Via } ]", "trunks.a.headers.out[0].header: Via is protected: it identifies the transaction or the dialog; expected another header")]
    [InlineData("trunks.a.headers.out = [ { action = remove, header = l } ]", "trunks.a.headers.out[0].header: l is protected: it describes the body; expected another header")]
    [InlineData("trunks.a.headers.in = [ { action = replace, header = From, value = x } ]", "trunks.a.headers.in[0].header: From is protected: it identifies the dialog; its number is put into form by numbers; expected another header")]
    [InlineData("trunks.a.headers.in = [ { action = copy, header = X-A, from = Authorization } ]", "trunks.a.headers.in[0].from: Authorization is what somebody proves who they are with; expected another header")]
    // What does not fit together.
    [InlineData("trunks.a.headers.in = [ { action = add, header = X-A } ]", "trunks.a.headers.in[0].value: is missing; add needs the value to write")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = X-A, value = x } ]", "trunks.a.headers.in[0].value: remove takes no value; expected none")]
    [InlineData("trunks.a.headers.in = [ { action = add, header = X-A, value = x, match = x } ]", "trunks.a.headers.in[0].match: add matches nothing; expected match with action = replace only, or when { header, matches }")]
    [InlineData("trunks.a.headers.in = [ { action = copy, header = X-A } ]", "trunks.a.headers.in[0].from: is missing; copy needs the header to copy from")]
    [InlineData("trunks.a.headers.in = [ { action = add, header = X-A, value = x, from = To } ]", "trunks.a.headers.in[0].from: add copies nothing; expected from with action = copy only")]
    [InlineData("trunks.a.headers.in = [ { action = copy, header = X-A, from = To, part = parameter } ]", "trunks.a.headers.in[0].parameter: is missing; part = parameter needs its name")]
    [InlineData("trunks.a.headers.in = [ { action = copy, header = X-A, from = To, parameter = x } ]", "trunks.a.headers.in[0].parameter: is the name of a parameter; expected part = parameter with it")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = X-A, when.matches = x } ]", "trunks.a.headers.in[0].when.matches: matches nothing; expected header with it")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = X-A, when { message = request, statuses = [200] } } ]", "trunks.a.headers.in[0].when.statuses: a request has no status; expected message = response or any with it")]
    [InlineData("trunks.a.headers.in = [ { action = replace, header = X-A, match = \"(a)\", value = \"$2\" } ]", "trunks.a.headers.in[0].value: $2 is no group of match; expected $0 to $1, or $$ for a dollar sign")]
    [InlineData("trunks.a.headers.in = [ { action = replace, header = X-A, match = \"(a)\\\\1\", value = b } ]", "trunks.a.headers.in[0].match: \"(a)\\1\" cannot be matched in bounded time; expected a regular expression without look-around, back-references and atomic groups")]
    [InlineData("trunks.a.headers.in = [ { action = replace, header = X-A, match = \"(a\", value = b } ]", "trunks.a.headers.in[0].match: \"(a\" is not a regular expression: ")]
    [InlineData("trunks.a.headers.in = [ { action = remoev, header = X-A } ]", "trunks.a.headers.in[0].action: \"remoev\" cannot be used; expected add, set-if-absent, remove, replace or copy")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = \"X A\" } ]", "trunks.a.headers.in[0].header: \"X A\" cannot be used; expected the name of a header")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = X-B, heder = X-A } ]", "trunks.a.headers.in[0].heder: unknown key; the nearest known key is controller.trunks.a.headers.in[0].header")]
    [InlineData("trunks.a.headers.in = [ { action = remove, header = X-A, when.methods = [ACK] } ]", "trunks.a.headers.in[0].when.methods: \"ACK\" cannot be used; expected ")]
    [InlineData("trunks.a.numbers.plan = at", "trunks.a.numbers.plan: number plan at is not defined; expected one of controller.number-plans: de")]
    [InlineData("trunks.a.numbers.form = national", "trunks.a.numbers: says how numbers are written, and of no plan; expected plan, the name of one of controller.number-plans")]
    [InlineData("trunks.a.numbers { plan = de, form = national, uri = tel }", "trunks.a.numbers.uri: tel is for numbers with a plus; expected form = e164 or as-is with it")]
    [InlineData("number-plans.at { country = \"43\", contry = \"43\" }", "number-plans.at.contry: unknown key; the nearest known key is controller.number-plans.at.country")]
    [InlineData("number-plans.at { national-prefix = \"0\" }", "number-plans.at.country: is missing; expected 1 to 3 digits, in quotes")]
    [InlineData("number-plans.at { country = \"+43\" }", "number-plans.at.country: \"+43\" cannot be used; expected 1 to 3 digits, in quotes")]
    [InlineData("number-plans.at { country = \"43\", private = [\"(\"] }", "number-plans.at.private: \"(\" is not a regular expression: ")]
    public void WhatIsWrongIsNamed(string more, string expected)
    {
        string[] problems = Loads.Bad(Start + more + "\n}");
        Assert.Contains(problems, problem => problem.StartsWith($"sbc.conf:6: controller.{expected}", StringComparison.Ordinal));
        Assert.True(problems.Length == 1, string.Join('\n', problems));
    }

    [Fact]
    public void IdentitiesOfAUserAndTheChargingVectorOfARealmAreRead()
    {
        ControllerSettings settings = Loads.Good(Start + "realms.access { trust = trusted, charging-vector = create }\nregistrar.users.alice { password = p, identities = [\"+4930111\", alice] }\n}").Settings(new byte[32], []);
        Assert.True(settings.Realms["access"].CreateChargingVector);
        Assert.Equal(["+4930111", "alice"], settings.Registrar.Users["alice"].Identities.AsEnumerable());
    }

    /// <summary>Fixtures of routes are put to the same rules as calls are: what is dialled, not what it becomes, is given.</summary>
    [Fact]
    public void AFixtureOfARouteIsNormalisedByWhereItComesFrom()
    {
        const string routes = Start + """
            number-plans.it { country = "39", national-prefix = "" }
            realms.access.numbers.plan = de
            trunks.b { realm = access, endpoints = [ { uri = "sip:192.0.2.2" } ], numbers.plan = it, headers.in = [ { action = add, header = X-Class, value = gold } ] }
            emergency { numbers = [113, "0112"], to = a }
            routes = [
              { name = gold, to = b, match.headers = [ { name = X-Class } ] }
              { name = germany, to = a, match.prefix = "+49", tests = [
                { given.uri = "sip:030123456@h.test", expect { route = germany, uri = "sip:+4930123456@192.0.2.1" } }
                { given { uri = "sip:0612345@h.test", source = "192.0.2.2:5060" }, expect { route = gold, uri = "sip:+390612345@192.0.2.2" } }
                { given.uri = "sip:0112@h.test", expect { route = emergency, uri = "sip:0112@192.0.2.1" } }
                { given { uri = "tel:113", source = "192.0.2.2:5060" }, expect { route = emergency, uri = "sip:113@192.0.2.1" } }
              ] }
            ]
            }
            """;
        Loads.Good(routes);
        Assert.Contains("controller.routes[1].tests[0].expect.trunk: expected b, got a: ", Assert.Single(Loads.Bad(routes.Replace("uri = \"sip:+4930123456@192.0.2.1\"", "trunk = b", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void CheckRunsTheTestsAndNamesWhatFailed()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, Full.Replace("expect = [\"X-Other: 2\"] }", "expect = [\"X-Other: 3\"] }", StringComparison.Ordinal));
        var output = new StringWriter();
        Assert.Equal(1, CheckCommand.Run(file, [], Loads.NoEnvironment, output));
        Assert.Equal($"{file}:25: controller.trunks.a.headers.tests[0]: the test fails: in, the headers become [X-Other: 2]; expected [X-Other: 3]", output.ToString().TrimEnd());
        File.Delete(file);
    }
}
