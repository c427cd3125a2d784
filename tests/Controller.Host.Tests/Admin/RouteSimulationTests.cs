using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Host.Tests.Admin;

/// <summary>POST /api/v1/routes/simulate: a request typed in, its reasons, and a candidate beside the configuration that runs.</summary>
public sealed class RouteSimulationTests
{
    private const string Candidate = """
        controller {
          realms { access {} }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks { carrier-b { realm = access, endpoints = [ { uri = "sip:192.0.2.9" } ] } }
          routes = [ { name = germany, match.prefix = "+49", to = carrier-b } ]
        }
        """;

    private static async Task<AdminFixture> StartAsync(string? token = null)
    {
        AdminFixture admin = await AdminFixture.StartAsync(token);
        ControllerSettings now = admin.Settings.Current;
        admin.Settings.Swap(now with
        {
            Version = 2,
            Emergency = new EmergencySettings { Numbers = ["112"], Trunks = ["carrier-a"] },
            Routes =
            [
                .. now.Routes,
                new RouteSettings { Name = "gold", Headers = [new HeaderCondition("X-Class")], Trunks = [new RouteTarget("carrier-a")] },
                new RouteSettings { Name = "night", Hours = new RouteHours([], new TimeOnly(22, 0), new TimeOnly(6, 0)), Trunks = [new RouteTarget("carrier-a")] },
                new RouteSettings { Name = "carrier", FromTrunk = "carrier-a", ToRegistered = true },
                new RouteSettings { Name = "messages", Methods = ["MESSAGE"], Trunks = [new RouteTarget("carrier-a"), new RouteTarget("gone")] },
            ],
        });
        return admin;
    }

    private static async Task<JsonNode> AskAsync(AdminFixture admin, object question)
    {
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", JsonSerializer.Serialize(question));
        Assert.True(status == HttpStatusCode.OK, body.ToJsonString());
        return body;
    }

    [Fact]
    public async Task Whatever_a_route_may_look_at_can_be_said()
    {
        await using AdminFixture admin = await StartAsync();
        async Task<string?> Route(object question) => (string?)(await AskAsync(admin, question))["route"];
        Assert.Equal("gold", await Route(new { uri = "sip:1@x", headers = new[] { "X-Class: 1" } }));
        Assert.Equal("night", await Route(new { uri = "sip:1@x", at = "2026-01-01T23:00" }));
        Assert.Equal("carrier", await Route(new { uri = "sip:1@x", at = "2026-01-01T12:00", source = "127.0.0.1:5080" }));
        Assert.Equal("messages", await Route(new { uri = "sip:1@x", at = "2026-01-01T12:00", method = "MESSAGE" }));
        Assert.Equal("emergency", await Route(new { uri = "tel:112" }));
        Assert.Null(await Route(new { uri = "sip:bob@example.test", registered = false, at = "2026-01-01T12:00" }));
    }

    [Fact]
    public async Task Every_route_and_every_candidate_has_its_reason()
    {
        await using AdminFixture admin = await StartAsync();
        JsonNode body = await AskAsync(admin, new { uri = "sip:1@x", method = "MESSAGE", at = "2026-01-01T12:00" });
        Assert.Equal(
            [
                "users: domain x, not example.test", "gold: header X-Class is not there", "night: Thu 12:00 is not within its time",
                "carrier: from no trunk that is known, not carrier-a", "messages: matches",
            ],
            body["routes"]!.AsArray().Select(route => $"{route!["name"]}: {route["reason"]}"));
        Assert.Equal([false, false, false, false, true], body["routes"]!.AsArray().Select(route => (bool)route!["matches"]!));
        JsonArray candidates = body["candidates"]!.AsArray();
        Assert.Equal(("carrier-a", "sip:1@127.0.0.1:5080", true), ((string)candidates[0]!["trunk"]!, (string)candidates[0]!["uri"]!, (bool)candidates[0]!["taken"]!));
        Assert.Equal(("gone", null, false, "priority 1, weight 1: no such trunk is configured"),
            ((string)candidates[1]!["trunk"]!, (string?)candidates[1]!["uri"], (bool)candidates[1]!["taken"]!, (string)candidates[1]!["reason"]!));
        Assert.Contains("messages: matches", body["trace"]!.AsArray().Select(line => (string)line!));
    }

    [Fact]
    public async Task A_request_may_be_SIP_text_as_an_editor_leaves_it()
    {
        await using AdminFixture admin = await StartAsync();
        string invite = "INVITE sip:1@x SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: <sip:1@x>\nCall-ID: 1\nCSeq: 1 INVITE\nMax-Forwards: 70\nX-Class: 1\n";
        Assert.Equal("gold", (string?)(await AskAsync(admin, new { invite }))["route"]);
    }

    [Theory]
    [InlineData("""{"invite":"SIP/2.0 200 OK\r\n\r\n"}""", "invite: a response; expected a request")]
    [InlineData("""{"invite":"INVITE mailto:x SIP/2.0\r\n\r\n"}""", "uri: 'mailto:x' is not a sip, sips or tel URI")]
    [InlineData("""{"invite":"nonsense"}""", "invite: ")]
    [InlineData("""{"invite":"x","uri":"sip:1@x"}""", "invite: says what uri, method and headers say")]
    [InlineData("""{"uri":"sip:1@x","headers":["x"]}""", "headers: 'x'")]
    [InlineData("""{"uri":"sip:1@x","headers":["X: 1\r\nVia: x"]}""", "headers: ")]
    [InlineData("""{"uri":"sip:1@x","method":"A B"}""", "method: 'A B'")]
    [InlineData("""{"uri":"sip:1@x","at":"tomorrow"}""", "at: 'tomorrow'")]
    [InlineData("""{"uri":"sip:1@x","source":"here"}""", "source: 'here'")]
    [InlineData("""{"uri":"sip:1@x","user":"alice"}""", "user: 'alice' cannot have shown who it is; expected a user of the registrar, and a realm with authenticate-calls")]
    [InlineData("""{"uri":"sip:1@x","recent":5}""", "recent: nothing to compare with")]
    [InlineData("""{"configuration":"controller {}","recent":0}""", "recent: '0' is not a number from 1 to 1000")]
    [InlineData("""{"configuration":"controller { node.idd = 1 }","recent":5}""", "configuration: candidate:1: controller.node.idd: unknown key")]
    [InlineData("""{"configuration":"include \"/etc/hostname\"\ncontroller {}","recent":5}""", "hostname is not followed: a candidate stands in one text")]
    public async Task What_cannot_be_understood_is_a_problem(string question, string says)
    {
        await using AdminFixture admin = await StartAsync();
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", question);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, (string)body["detail"]!, StringComparison.Ordinal);
    }

    /// <summary>The candidate's rules count for the candidate, those that run for the running one: as if the calls came now.</summary>
    [Fact]
    public async Task What_is_dialled_is_taken_in_as_that_of_a_call_is()
    {
        await using AdminFixture admin = await StartAsync();
        string candidate = Candidate.Replace("access {} }", "access { numbers.plan = de } }\nnumber-plans.de.country = \"49\"", StringComparison.Ordinal);
        AddCall(admin, 1, "sip:0301@x");
        JsonNode body = await AskAsync(admin, new { uri = "sip:0302@x", at = "2026-01-01T12:00", configuration = candidate, recent = 1 });
        Assert.Equal("sip:+49302@192.0.2.9", (string)body["candidate"]!["targets"]![0]!["uri"]!);
        Assert.Equal(404, (int)body["running"]!["status"]!);
        Assert.Equal("trunk carrier-b sip:+49301@192.0.2.9 by route germany", (string)Assert.Single(body["recent"]!["items"]!.AsArray())!["candidate"]!);

        Assert.Equal("sip:+49302@192.0.2.9", (string)(await AskAsync(admin, new { invite = "INVITE sip:0302@x SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: <sip:0302@x>\nCall-ID: 1\nCSeq: 1 INVITE\nMax-Forwards: 70\n", configuration = candidate }))["candidate"]!["targets"]![0]!["uri"]!);
    }

    [Fact]
    public async Task It_wants_the_token_like_every_resource()
    {
        await using AdminFixture admin = await StartAsync("s3cret");
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", "{}")).Status);
    }

    [Fact]
    public async Task A_candidate_answers_beside_the_configuration_that_runs()
    {
        await using AdminFixture admin = await StartAsync();
        JsonNode body = await AskAsync(admin, new { uri = "sip:+49301@x", configuration = Candidate, headers = new[] { "X-Class: 1" } });
        Assert.Equal(("gold", "germany", true), ((string)body["running"]!["route"]!, (string)body["candidate"]!["route"]!, (bool)body["differs"]!));
        body = await AskAsync(admin, new { uri = "sip:1@x", configuration = Candidate, at = "2026-01-01T12:00" });
        Assert.Equal((404, 404, false), ((int)body["running"]!["status"]!, (int)body["candidate"]!["status"]!, (bool)body["differs"]!));
        Assert.Equal(2, admin.Settings.Current.Version);
    }

    [Fact]
    public async Task The_newest_calls_are_put_to_both()
    {
        await using AdminFixture admin = await StartAsync();
        for (UInt128 key = 1; key <= 5; key++)
        {
            AddCall(admin, key, key == 4 ? "sip:+49301@x" : "sip:1@x");
        }

        JsonNode recent = (await AskAsync(admin, new { configuration = Candidate, recent = 3 }))["recent"]!;
        Assert.Equal((3, 1), ((int)recent["examined"]!, (int)recent["changed"]!));
        JsonNode call = Assert.Single(recent["items"]!.AsArray())!;
        Assert.Equal($"{4:x32}", (string)call["id"]!);
        Assert.Equal("rejected with 404 by route carrier", (string)call["running"]!);
        Assert.Equal("trunk carrier-b sip:+49301@192.0.2.9 by route germany", (string)call["candidate"]!);

        recent = (await AskAsync(admin, new { configuration = Candidate, recent = 1 }))["recent"]!;
        Assert.Equal((1, 0), ((int)recent["examined"]!, (int)recent["changed"]!));
    }

    [Fact]
    public async Task The_schemas_name_exactly_the_fields_answered()
    {
        await using AdminFixture admin = await StartAsync();
        AddCall(admin, 1, "sip:+49301@x");
        JsonNode schemas = (await admin.GetAsync("/openapi/v1.json")).Body["components"]!["schemas"]!;
        JsonNode body = await AskAsync(admin, new { uri = "sip:1@x", method = "MESSAGE", at = "2026-01-01T12:00", configuration = Candidate, recent = 1 });
        JsonNode running = body["running"]!;
        foreach ((string schema, JsonNode answered) in new[]
        {
            ("RouteComparison", body), ("RouteAnswer", running), ("RouteTarget", running["targets"]![0]!), ("RouteVerdict", running["routes"]![0]!),
            ("RouteCandidate", running["candidates"]![0]!), ("RecentCalls", body["recent"]!), ("ChangedCall", body["recent"]!["items"]![0]!),
        })
        {
            Assert.Equal(Names(answered), Names(schemas[schema]!["properties"]!));
        }

        Assert.Equal(
            typeof(Controller.Host.Admin.Routes.RouteQuestion).GetProperties().Where(property => property.CanWrite).Select(property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]).Order(),
            Names(schemas["RouteQuestion"]!["properties"]!));
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(property => property.Key).Order();

    private static void AddCall(AdminFixture admin, UInt128 key, string uri)
    {
        ActorId id = admin.AddCall(key, CallPhase.Established, "sip:a@x", uri);
        byte[] invite = Encoding.Latin1.GetBytes(
            $"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <{uri}>\r\nCall-ID: {key}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
        Leg caller = ((CallState)admin.Actors.States[id]).Legs[0];
        admin.Actors.Histories[id] = [(1, new CallEvent.Received(new Instant(1_767_268_800_000), caller, "z9hG4bK1", invite, Instant.Never))];
    }
}
