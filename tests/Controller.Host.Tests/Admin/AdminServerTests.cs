using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Controller.Actors;
using Controller.Actors.Accounts;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing.Quality;
using Controller.Actors.Trunks;
using Controller.Host.Admin;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Server;
using Controller.Host.Configuration.Options;
using Controller.Host.Console;
using Controller.Sharding.Model;
using Controller.Sip.Transport;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Host.Tests.Admin;

public sealed class AdminServerTests
{
    [Fact]
    public async Task Ready_is_503_while_the_node_starts_drains_or_cannot_commit()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/ready")).Status);

        admin.Life.Phase = NodePhase.Starting;
        (HttpStatusCode status, JsonNode body) = await admin.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "starting"), (status, (string)body["detail"]!));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await admin.GetAsync("/api/v1/calls")).Status);

        admin.Life.Phase = NodePhase.Draining;
        Assert.Equal("draining", (string)(await admin.GetAsync("/health/ready")).Body["detail"]!);

        admin.Life.Phase = NodePhase.Up;
        admin.JournalTrouble = "disk full";
        Assert.Contains("disk full", (string)(await admin.GetAsync("/health/ready")).Body["detail"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task With_a_token_everything_but_health_wants_it()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync("s3cret");
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/ready")).Status);
        foreach (string path in new[] { "/api/v1/calls", "/metrics", "/openapi/v1.json", "/nothing" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync(path)).Status);
        }

        admin.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "s3cre");
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync("/api/v1/calls")).Status);
        admin.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "s3cret");
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/calls")).Status);
    }

    [Fact]
    public async Task Beyond_loopback_a_token_is_required()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        UserErrorException wrong = Assert.Throws<UserErrorException>(() => new AdminServer(
            new AdminOptions { Listen = new IPEndPoint(IPAddress.Any, 0) }, null!, NullLoggerFactory.Instance));
        Assert.Contains("controller.admin.token", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "evil.test")]
    [InlineData("Origin", "http://evil.test")]
    public async Task Without_a_token_a_foreign_page_in_a_browser_gets_nothing(string header, string value)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.Http.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.SendAsync(HttpMethod.Post, "/api/v1/config/reload")).Status);
    }

    [Fact]
    public async Task A_taken_port_is_one_line_with_its_name()
    {
        await using AdminFixture first = await AdminFixture.StartAsync();
        IPEndPoint taken = new(IPAddress.Loopback, first.Http.BaseAddress!.Port);
        await using AdminFixture other = await AdminFixture.StartAsync();
        await using AdminServer second = new(new AdminOptions { Listen = taken }, other.PortsForAnother(), NullLoggerFactory.Instance);
        UserErrorException wrong = await Assert.ThrowsAsync<UserErrorException>(second.StartAsync);
        Assert.Equal($"admin http {taken}: address already in use", wrong.Message);
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/calls", HttpStatusCode.MethodNotAllowed)]
    public async Task Every_error_is_a_problem(string method, string path, HttpStatusCode expected)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(new HttpMethod(method), path);
        Assert.Equal(expected, status);
        Assert.Equal((int)expected, (int)body["status"]!);
        Assert.Contains(path, (string)body["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registrations_show_their_live_bindings()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        Flow flow = new(SipTransport.Tcp, 0, new IPEndPoint(IPAddress.Loopback, 40112), 5);
        Instant later = AdminFixture.Now.After(TimeSpan.FromMinutes(1));
        admin.Actors.States[new ActorId(ActorKinds.Registration, 1)] = new RegistrationState
        {
            AddressOfRecord = "bob@example.test",
            Bindings = ImmutableArray.Create(
                new Binding("sip:bob@127.0.0.1:40112", "", flow, later, "urn:uuid:1", null, 1000, "c", 1),
                new Binding("sip:bob@gone", "", flow, AdminFixture.Now, null, null, 1000, "c", 1)),
        };
        (_, JsonNode body) = await admin.GetAsync("/api/v1/registrations?search=BOB");
        Assert.Equal(1, (int)body["total"]!);
        Assert.Equal("bob@example.test", (string)body["items"]![0]!["aor"]!);
        JsonNode binding = Assert.Single(body["items"]![0]!["bindings"]!.AsArray())!;
        Assert.Equal("sip:bob@127.0.0.1:40112", (string)binding["contact"]!);
        Assert.Equal("tcp 127.0.0.1:40112", (string)binding["flow"]!);
        Assert.Equal("2027-01-15T08:01:00Z", (string)binding["expiresAt"]!);
        Assert.Equal("urn:uuid:1", (string)binding["instance"]!);
        Assert.Equal(0, (int)(await admin.GetAsync("/api/v1/registrations?search=alice")).Body["total"]!);
    }

    [Fact]
    public async Task Trunks_count_the_calls_that_use_them()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.AddCall(1, CallPhase.Established, "sip:a@x", "sip:b@x", "carrier-a");
        admin.AddCall(2, CallPhase.Established, "sip:a@x", "sip:b@x");
        JsonNode trunk = (await admin.GetAsync("/api/v1/trunks")).Body["items"]![0]!;
        Assert.Equal(("carrier-a", 1, 10), ((string)trunk["name"]!, (int)trunk["callsInUse"]!, (int)trunk["callsLimit"]!));
        Assert.Equal(("sip:127.0.0.1:5080", "unknown"), ((string)trunk["endpoints"]![0]!["uri"]!, (string)trunk["endpoints"]![0]!["state"]!));
    }

    [Fact]
    public async Task Trunks_that_are_probed_say_which_endpoints_are_there()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        TrunkState known = Trunk.Evolve(TrunkState.Empty, new TrunkEvent.Opened("carrier-a"));
        known = Trunk.Evolve(known, new TrunkEvent.EndpointJudged("sip:127.0.0.1:5080", IsDown: true, new Instant(1_700_000_000_000)));
        admin.Actors.States[new ActorId(ActorKinds.Trunk, 1)] = known;
        JsonNode endpoint = (await admin.GetAsync("/api/v1/trunks")).Body["items"]![0]!["endpoints"]![0]!;
        Assert.Equal(("down", "2023-11-14T22:13:20+00:00"), ((string)endpoint["state"]!, (string)endpoint["since"]!));
    }

    [Fact]
    public async Task Trunks_show_what_is_registered_with_their_carriers()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ControllerSettings before = admin.Settings.Current;
        AccountSettings[] accounts = [.. Enumerable.Range(1, 4).Select(i => new AccountSettings($"sip:{i}@carrier.test") { ContactUser = "x" })];
        admin.Settings.Swap(before with { Trunks = before.Trunks.SetItem("carrier-a", before.Trunks["carrier-a"] with { Accounts = [.. accounts] }) });
        Flow flow = new(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Loopback, 5080));
        AccountState known = new() { Trunk = "carrier-a", AddressOfRecord = "sip:1@carrier.test", LastStatus = 200, Bound = new CarrierBinding("sip:x@h", "sip:h", "sip:h", flow, AdminFixture.Now) };
        admin.Actors.States[new ActorId(ActorKinds.Account, 1)] = known;
        admin.Actors.States[new ActorId(ActorKinds.Account, 2)] = known with { AddressOfRecord = "sip:2@carrier.test", LastStatus = 403, Bound = null };
        admin.Actors.States[new ActorId(ActorKinds.Account, 3)] = known with { AddressOfRecord = "sip:3@carrier.test", LastStatus = 0, Bound = null, Phase = AccountPhase.Registering };
        JsonArray shown = (await admin.GetAsync("/api/v1/trunks")).Body["items"]![0]!["accounts"]!.AsArray();
        Assert.Equal(
            [("sip:1@carrier.test", "registered", 200), ("sip:2@carrier.test", "failed", 403), ("sip:3@carrier.test", "registering", null), ("sip:4@carrier.test", "registering", (int?)null)],
            shown.Select(each => ((string)each!["aor"]!, (string)each["state"]!, (int?)each["lastStatus"])));
        Assert.Equal("2027-01-15T08:00:00+00:00", (string)shown[0]!["expiresAt"]!);
        Assert.Null((string?)shown[1]!["expiresAt"]);
    }

    [Fact]
    public async Task Trunks_say_how_well_they_do()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.Settings.Swap(now => now with { Quality = new QualitySnapshot([new("carrier-a", new AttemptTally(40, 10, 10, 12_345))], 20) });
        JsonNode quality = (await admin.GetAsync("/api/v1/trunks")).Body["items"]![0]!["quality"]!;
        Assert.Equal("""{"attempts":40,"answered":10,"answerRatio":0.25,"postDialDelay":1.234,"measured":true}""", quality.ToJsonString());
        JsonNode schemas = (await admin.GetAsync("/openapi/v1.json")).Body["components"]!["schemas"]!;
        Assert.Equal(Names(schemas["TrunkQuality"]!["properties"]!), Names(quality));
    }

    [Fact]
    public async Task A_single_node_owns_all_shards_and_has_nobody_to_drain_to()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        JsonNode body = (await admin.GetAsync("/api/v1/cluster")).Body;
        Assert.Equal(256, (int)body["shards"]!);
        Assert.Equal((1, "sbc1", "up", 256), ((int)body["nodes"]![0]!["id"]!, (string)body["nodes"]![0]!["name"]!, (string)body["nodes"]![0]!["state"]!, (int)body["nodes"]![0]!["shards"]!));
        Assert.Equal(HttpStatusCode.Conflict, (await admin.SendAsync(HttpMethod.Post, "/api/v1/cluster/drain")).Status);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/health/ready")).Status);
    }

    [Theory]
    [InlineData("sip:bob@example.test", "registered", "users", null)]
    [InlineData("sip:nobody@example.test", "rejected", null, 404)]
    [InlineData("sip:bob@elsewhere.test", "rejected", null, 404)]
    public async Task Simulation_answers_with_the_decision_of_the_production_code(string uri, string decision, string? route, int? status)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (HttpStatusCode code, JsonNode body) = await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", $$"""{"uri":"{{uri}}"}""");
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal((decision, route, status), ((string?)body["decision"], (string?)body["route"], (int?)body["status"]));
        Assert.NotEmpty(body["trace"]!.AsArray());
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("null", "uri")]
    [InlineData("{}", "uri")]
    [InlineData("""{"uri":"sip:b@x","realmm":"access"}""", "realmm")]
    [InlineData("""{"uri":"mailto:b@x"}""", "mailto:b@x")]
    [InlineData("""{"uri":"sip:b@x","realm":"moon"}""", "moon")]
    public async Task A_simulation_that_cannot_be_understood_is_a_bad_request(string question, string names)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", question);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(names, (string)body["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await admin.SendAsync(HttpMethod.Post, "/api/v1/routes/simulate", new string(' ', 70_000))).Status);
    }

    [Fact]
    public async Task Metrics_are_text()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        using HttpResponseMessage response = await admin.Http.GetAsync("/metrics");
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("# TYPE process_threads gauge\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_names_exactly_what_is_mapped()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        JsonNode document = (await admin.GetAsync("/openapi/v1.json")).Body;
        IEnumerable<string> described = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));
        IEnumerable<string> mapped = admin.Server.Mapped
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}"));
        Assert.Equal(mapped.Order(), described.Order());
    }

    [Theory]
    [InlineData("/api/v1/calls", "CallList", "Call")]
    [InlineData("/api/v1/trunks", "TrunkList", "Trunk")]
    public async Task The_OpenAPI_schemas_name_exactly_the_fields_answered(string path, string list, string item)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.AddCall(1, CallPhase.Established, "sip:a@x", "sip:b@x");
        JsonNode schemas = (await admin.GetAsync("/openapi/v1.json")).Body["components"]!["schemas"]!;
        JsonNode body = (await admin.GetAsync(path)).Body;
        Assert.Equal(Names(schemas[list]!["properties"]!), Names(body));
        Assert.Equal(Names(schemas[item]!["properties"]!), Names(body["items"]![0]!));
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(p => p.Key).Order();
}
