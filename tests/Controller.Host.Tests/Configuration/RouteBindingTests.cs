using Controller.Actors.Policies;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Tests.Configuration;

/// <summary>The keys of routes, of emergency numbers and of fixtures.</summary>
public sealed class RouteBindingTests
{
    private const string Start = """
        controller {
          realms { core { trust = trusted } }
          listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks { a { realm = core, endpoints = [ { uri = "sip:192.0.2.1" } ] }, b { realm = core, endpoints = [ { uri = "sip:192.0.2.2" } ] } }

        """;

    private static ControllerSettings Good(string text) => Loads.Good(Start + text + "\n}").Settings(new byte[32], []);

    [Fact]
    public void A_route_takes_all_that_it_can_say()
    {
        RouteSettings route = Good("""
            routing.time-zone = "+01:00"
            routes = [ {
              name = r
              match {
                from-trunk = b, prefix = ["+49", "+43"], method = INVITE
                headers = [ { name = X-Class, matches = "^gold$" }, { name = Subject, present = false } ]
                time { days = [mon, sun], from = "22:00", to = "06:00" }
              }
              to = [ { trunk = a, priority = 2, quota = 12.5 }, { trunk = b, priority = 2 } ]
              retry-on = [404, 486], budget = 30s, max-attempts = 3
            } ]
            """).Routes[0];
        Assert.Equal("b", route.FromTrunk);
        Assert.Equal(["+49", "+43"], route.Prefixes.AsEnumerable());
        Assert.Equal(["INVITE"], route.Methods.AsEnumerable());
        Assert.Equal(("X-Class", true, "^gold$"), (route.Headers[0].Name, route.Headers[0].Present, route.Headers[0].Matches!.ToString()));
        Assert.Equal(new HeaderCondition("Subject", false), route.Headers[1]);
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Sunday], route.Hours!.Days.AsEnumerable());
        Assert.Equal((new TimeOnly(22, 0), new TimeOnly(6, 0)), (route.Hours.From, route.Hours.To));
        Assert.Equal([new RouteTarget("a", 1, 2, 12.5), new RouteTarget("b", 1, 2)], route.Trunks.AsEnumerable());
        Assert.Equal([404, 486], route.RetryOn.AsEnumerable());
        Assert.Equal(TimeSpan.FromSeconds(30), route.Budget);
        Assert.Equal(3, route.MaxAttempts);
    }

    /// <summary>Otherwise a process that stands still for as long would route a call elsewhere.</summary>
    [Theory]
    [InlineData("^\\\\+49([0-9]+)$", false)]
    [InlineData("^(?!112)[0-9]+$", true)]
    public void Only_an_expression_that_is_not_linear_has_a_time_limit(string expression, bool limited)
    {
        RouteSettings route = Good($$"""routes = [ { name = r, match.user = "{{expression}}", to = a } ]""").Routes[0];
        Assert.Equal(limited, route.User!.MatchTimeout != System.Text.RegularExpressions.Regex.InfiniteMatchTimeout);
    }

    [Fact]
    public void Emergency_numbers_have_trunks_and_codes()
    {
        EmergencySettings emergency = Good("emergency { numbers = [112, 911], to = a }").Emergency;
        Assert.Equal(["112", "911"], emergency.Numbers.Order());
        Assert.Equal(["a"], emergency.Trunks.AsEnumerable());
        Assert.Contains(404, emergency.RetryOn.AsEnumerable());
        Assert.DoesNotContain(486, emergency.RetryOn.AsEnumerable());
    }

    [Theory]
    [InlineData("UTC", 0)]
    [InlineData("-03:30", -210)]
    [InlineData("Asia/Kolkata", 330)]
    public void A_time_zone_is_a_name_or_an_offset(string zone, int minutes)
        => Assert.Equal(minutes, Good($"routing.time-zone = \"{zone}\"").TimeZone.GetUtcOffset(new DateTime(2026, 1, 1)).TotalMinutes);

    [Fact]
    public void The_targets_may_still_be_numbered()
        => Assert.Equal([new RouteTarget("a", 7), new RouteTarget("b")], Good("routes = [ { name = r, to { 0 { trunk = a, weight = 7 }, 1 { trunk = b } } } ]").Routes[0].Trunks.AsEnumerable());

    [Theory]
    [InlineData("routes = [ { name = r, to = { table = lcr } } ]", "routes[0].to.table: table lcr is not defined; expected it in controller.tables, which is empty")]
    [InlineData("routes = [ { name = r, to = {} } ]", "routes[0].to.table: is missing; expected a name of letters, digits, '-', '_' and '.'")]
    [InlineData("routes = [ { name = r, to = { table = lcr, order = best } } ]", "routes[0].to.order: \"best\" cannot be used; expected price, file or quality")]
    [InlineData("routes = [ { name = r, to = { table = lcr }, order = quality } ]", "routes[0].order: is for a list of trunks, and this route leads to a table; expected to.order = quality")]
    [InlineData("routes = [ { name = r, to = a, order = quality } ]", "routes[0].order: there is nothing to put in order; expected a list of trunks in to")]
    [InlineData("routes = [ { name = r, to = [ { trunk = a, quota = 30 }, { trunk = b } ], order = quality } ]", "routes[0].order: a quota says that some calls do not go where they would go best; expected no quota, or order = shares")]
    [InlineData("routing.quality.min-samples = 0", "routing.quality.min-samples: \"0\" cannot be used; expected a whole number from 1 to 1000000")]
    [InlineData("routing.quality.window = 10s", "routing.quality.window: \"10s\" cannot be used; expected a duration from 1m to 24h, such as 200ms, 1s, 5m or 12h")]
    [InlineData("routes = [ { name = r, to = a, match.from-trunk = x } ]", "routes[0].match.from-trunk: trunk x is not defined; expected one of controller.trunks: a, b")]
    [InlineData("routes = [ { name = r, to = a, match.method = BYE } ]", "routes[0].match.method: \"BYE\" cannot be used; expected INVITE, MESSAGE, OPTIONS, PUBLISH, SUBSCRIBE or NOTIFY")]
    [InlineData("routes = [ { name = r, to = a, match.headers = [ { name = X, matches = \"(?=x)\" } ] } ]", "routes[0].match.headers[0].matches: \"(?=x)\" is not a regular expression: look-around and back-references are not possible here")]
    [InlineData("routes = [ { name = r, to = a, match.headers = [ { name = X, present = false, matches = x } ] } ]", "routes[0].match.headers[0].matches: what must not be there cannot match; expected present = true, or no matches")]
    [InlineData("routes = [ { name = r, to = a, match.time.from = \"08:00\" } ]", "routes[0].match.time: from and to belong together; expected both or neither")]
    [InlineData("routes = [ { name = r, to = a, match.time { from = 8, to = 9 } } ]", "routes[0].match.time.from: \"8\" cannot be used; expected a time of day, such as \"08:30\"")]
    [InlineData("routes = [ { name = r, to = [ { trunk = a, quota = 60 }, { trunk = b, quota = 60 } ] } ]", "routes[0].to: the quotas of priority 1 add up to 120 per cent; expected 100 at most")]
    [InlineData("routes = [ { name = r, to = [ { trunk = a, quota = 60 }, { trunk = b, quota = 30 } ] } ]", "routes[0].to: the quotas of priority 1 add up to 90 per cent; expected 100, or a target without a quota for the rest")]
    [InlineData("routes = [ { name = r, to = a, retry-on = [] } ]", "routes[0].retry-on: an empty list; expected at least one status, or max-attempts = 1 for no second attempt")]
    [InlineData("routes = [ { name = r, to = registered, budget = 3s } ]", "routes[0].budget: is for trunks, and this route leads to registered users, whose phones ring all at once; expected a route to trunks")]
    [InlineData("emergency { numbers = [112] }", "emergency: numbers and to belong together; expected both or neither")]
    [InlineData("emergency { numbers = [112], to = [x] }", "emergency.to: trunk x is not defined; expected one of controller.trunks: a, b")]
    [InlineData("emergency { numbers = [\"1 2\"], to = [a] }", "emergency.numbers: \"1 2\" cannot be used; expected a number as it is dialled, such as 112")]
    [InlineData("routing.time-zone = Mars/Olympus", "routing.time-zone: \"Mars/Olympus\" cannot be used; expected UTC, an offset such as \"+01:00\", or a name of the tz database of this machine, such as \"Europe/Berlin\"")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { expect.trunk = a } ] } ]", "routes[0].tests[0].given.uri: is missing; expected a Request-URI")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given.uri = \"sip:1@x\" } ] } ]", "routes[0].tests[0].expect: expects nothing; expected route, trunk, uri, status or registered")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given { uri = \"sip:1@x\", realm = moon }, expect.trunk = a } ] } ]", "routes[0].tests[0].given: realm: 'moon' has no listener; known: core")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given.uri = \"mailto:1@x\", expect.trunk = a } ] } ]", "routes[0].tests[0].given: uri: 'mailto:1@x' is not a sip, sips or tel URI")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given { uri = \"sip:1@x\", headers = [x] }, expect.trunk = a } ] } ]", "routes[0].tests[0].given: headers: 'x' is not one; expected \"Name: value\"")]
    // A fixture that fails names what was expected, what came, and why.
    [InlineData("routes = [ { name = r, to = a, tests = [ { given.uri = \"sip:1@x\", expect.trunk = b } ] } ]", "routes[0].tests[0].expect.trunk: expected b, got a: trunk a sip:1@192.0.2.1 by route r (r: matches)")]
    [InlineData("routes = [ { name = r, to = a, match.prefix = \"+49\", tests = [ { given.uri = \"sip:1@x\", expect.route = r } ] } ]", "routes[0].tests[0].expect.route: expected r, got none: rejected with 404 (r: user 1 does not begin with +49)")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given.uri = \"sip:1@x\", expect.status = 404 } ] } ]", "routes[0].tests[0].expect.status: expected 404, got none: trunk a")]
    [InlineData("routes = [ { name = r, to = a, tests = [ { given.uri = \"sip:1@x\", expect.registered = true } ] } ]", "routes[0].tests[0].expect.registered: expected true, got false: trunk a")]
    public void What_is_wrong_is_named(string text, string expected)
        => Assert.Contains(Loads.Bad(Start + text + "\n}"), problem => problem.Contains("controller." + expected, StringComparison.Ordinal));

    [Fact]
    public void Fixtures_that_hold_let_the_configuration_pass()
        => Good("""
            routing.time-zone = "Europe/Berlin"
            emergency { numbers = [112], to = b }
            registrar { domains = [example.test], users.alice.password = x }
            routes = [
              { name = users, match { domain = example.test, registered = true }, to = registered
                tests = [
                  { given.uri = "sip:alice@example.test", expect.registered = true }
                  { given { uri = "sip:alice@example.test", registered = false }, expect { registered = false, route = rest } }
                ] }
              { name = gold, match { headers = [ { name = X-Class, matches = gold } ], from-trunk = b }, to = a
                tests = [ { given { uri = "sip:1@x", source = "192.0.2.2:5060", headers = ["x-class: gold"] }, expect { route = gold, trunk = a, uri = "sip:1@192.0.2.1" } } ] }
              { name = office, match.time { days = [thu], from = "17:00", to = "19:00" }, to = [ { trunk = a, quota = 1 }, { trunk = b } ]
                tests = [
                  { given { uri = "sip:1@x", at = "2026-12-24T18:00" }, expect { route = office, trunk = a } }
                  { given { uri = "sip:1@x", at = "2026-12-24T18:30Z" }, expect.route = rest }
                ] }
              { name = messages, match.method = MESSAGE, to = b, tests = [ { given { uri = "sip:1@x", method = MESSAGE }, expect.route = messages } ] }
              { name = rest, to = b, tests = [ { given.uri = "tel:112", expect.route = emergency }, { given.uri = "sip:1@x", expect.route = rest } ] }
            ]
            """);

    [Fact]
    public void What_trunks_are_known_by_is_read_and_fixtures_may_say_who_called()
    {
        ControllerSettings settings = Good("""
            realms.core.authenticate-calls = true
            registrar.users { u.password = x, v.password = x }
            trunks { a.identify { addresses = ["198.51.100.0/24", "2001:db8::7"], users = u }, b.identify.addresses = "198.51.100.128/25" }
            routes = [
              { name = from-a, match.from-trunk = a, to = b, tests = [
                { given { uri = "sip:1@x", source = "198.51.100.1:5060" }, expect.route = from-a }
                { given { uri = "sip:1@x", source = "[2001:db8::7]:5060" }, expect.route = from-a }
                { given { uri = "sip:1@x", source = "198.51.100.200:5060", user = u }, expect.route = from-a }
                { given { uri = "sip:1@x", user = u }, expect.route = from-a }
                { given { uri = "sip:1@x", user = v }, expect.route = rest } ] }
              { name = from-b, match.from-trunk = b, to = a, tests = [ { given { uri = "sip:1@x", source = "198.51.100.200:5060" }, expect.route = from-b } ] }
              { name = rest, to = a }
            ]
            """);
        Assert.Equal(["198.51.100.0/24", "2001:db8::7/128"], settings.Trunks["a"].Identify.Networks.Select(network => network.ToString()));
        Assert.Equal(["u"], settings.Trunks["a"].Identify.Users.AsEnumerable());
    }

    [Fact]
    public void Quality_is_an_order_of_lists_and_of_tables()
    {
        string rates = Path.GetTempFileName();
        try
        {
            File.WriteAllText(rates, "prefix,trunk,price\n49,a,2\n");
            ControllerSettings settings = Good($$"""
                tables.lcr.file = "{{rates}}"
                routing.quality { window = 1h, min-samples = 7 }
                routes = [
                  { name = list, match.prefix = "1", to = [ { trunk = a }, { trunk = b } ], order = quality }
                  { name = table, match.prefix = "2", to = { table = lcr, order = quality } }
                  { name = shares, to = [ { trunk = a }, { trunk = b } ] }
                ]
                """);
            Assert.Equal([RateOrder.Quality, RateOrder.Quality, RateOrder.Price], settings.Routes.Select(route => route.Order));
            Assert.Equal(new QualitySettings(TimeSpan.FromHours(1), 7), settings.Measuring);
            Assert.Equal(QualitySettings.Default, Good("").Measuring);
        }
        finally
        {
            File.Delete(rates);
        }
    }

    [Fact]
    public void Price_is_the_order_unless_it_is_said()
    {
        string rates = Path.GetTempFileName();
        try
        {
            File.WriteAllText(rates, "prefix,trunk,price\n49,a,2\n4930,b,3\n");
            ControllerSettings settings = Good($$"""
                tables.lcr.file = "{{rates}}"
                routes = [
                  { name = r, match.prefix = "49", to = { table = lcr }, tests = [ { given.uri = "sip:4930@x", expect.trunk = a } ] }
                  { name = f, to = { table = lcr, order = file }, tests = [ { given.uri = "sip:+4930@x", expect.trunk = b }, { given.uri = "sip:1@x", expect.status = 404 } ] }
                ]
                """);
            Assert.Equal([RateOrder.Price, RateOrder.File], settings.Routes.Select(route => route.Order));
        }
        finally
        {
            File.Delete(rates);
        }
    }
}
