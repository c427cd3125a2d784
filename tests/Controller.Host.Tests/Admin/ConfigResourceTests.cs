using System.Net;
using System.Text.Json.Nodes;

namespace Controller.Host.Tests.Admin;

public sealed class ConfigResourceTests
{
    private const string Base = "/api/v1/config";

    [Fact]
    public async Task Reload_says_what_changed_or_why_nothing_did()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.Node.Edit("no-answer = 60s", "no-answer = 61s");
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(HttpMethod.Post, Base + "/reload");
        Assert.Equal((HttpStatusCode.OK, 2, "controller.calls.no-answer"), (status, (int)body["version"]!, (string)body["changed"]![0]!));
        admin.Node.Edit("no-answer = 61s }", "no-answer = 61s }, log { level = debug }");
        (status, body) = await admin.SendAsync(HttpMethod.Post, Base + "/reload");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("the running configuration stays: controller.log.level cannot change while the node runs (info -> debug)", (string)body["detail"]!);
    }

    [Fact]
    public async Task A_text_is_checked_activated_and_rolled_back()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        string text = admin.Node.Edited("no-answer = 60s", "no-answer = 61s");
        (HttpStatusCode status, JsonNode body) = await admin.SendAsync(HttpMethod.Post, Base + "/validate", text);
        Assert.Equal((HttpStatusCode.OK, true, 1, 1), (status, (bool)body["valid"]!, (int)body["version"]!, body["changes"]!.AsArray().Count));

        (status, body) = await admin.SendAsync(HttpMethod.Post, Base + "/activate?expect=1&by=alice", text);
        Assert.Equal((HttpStatusCode.OK, 2, true, 2), (status, (int)body["version"]!, (bool)body["complete"]!, (int)body["nodes"]![0]!["version"]!));
        body = (await admin.GetAsync(Base)).Body;
        Assert.Equal((2, "request", "alice"), ((int)body["version"]!, (string)body["cause"]!, (string)body["by"]!));

        (status, body) = await admin.SendAsync(HttpMethod.Post, Base + "/rollback");
        Assert.Equal((HttpStatusCode.OK, 3), (status, (int)body["version"]!));
        (status, body) = await admin.SendAsync(HttpMethod.Post, Base + "/rollback?to=2&expect=3");
        Assert.Equal((HttpStatusCode.OK, 4), (status, (int)body["version"]!));
        body = (await admin.GetAsync(Base + "/versions")).Body;
        Assert.Equal([4, 3, 2, 1], body["items"]!.AsArray().Select(item => (int)item!["version"]!));
    }

    [Theory]
    [InlineData("/activate", "controller.calls.no-answer = soon", HttpStatusCode.UnprocessableEntity, "candidate:1: controller.calls.no-answer: \"soon\" cannot be used")]
    [InlineData("/activate?expect=7", "controller { realms { access {}, core {} } }", HttpStatusCode.Conflict, "version 1 is active")]
    [InlineData("/activate", "include \"other.conf\"", HttpStatusCode.UnprocessableEntity, "a candidate stands in one text")]
    [InlineData("/activate?expect=x", "", HttpStatusCode.BadRequest, "expect: 'x' is not the number of a version")]
    [InlineData("/rollback?to=-1", "", HttpStatusCode.BadRequest, "to: '-1' is not the number of a version")]
    [InlineData("/rollback", "", HttpStatusCode.NotFound, "there is no version before 1")]
    [InlineData("/rollback?to=9", "", HttpStatusCode.NotFound, "there is no version 9")]
    public async Task What_is_wrong_is_a_problem_and_changes_nothing(string path, string body, HttpStatusCode expected, string says)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (HttpStatusCode status, JsonNode answer) = await admin.SendAsync(HttpMethod.Post, Base + path, body);
        Assert.Equal(expected, status);
        Assert.Contains(says, (string)answer["detail"]!, StringComparison.Ordinal);
        Assert.Equal(1, admin.Node.Version);
    }

    [Fact]
    public async Task No_answer_holds_a_password()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        string text = admin.Node.Edited("secret-of-alice", "another-secret");
        string said = (await admin.SendAsync(HttpMethod.Post, Base + "/validate", text)).Body.ToJsonString()
            + (await admin.SendAsync(HttpMethod.Post, Base + "/activate", text)).Body.ToJsonString()
            + (await admin.GetAsync(Base)).Body.ToJsonString() + (await admin.GetAsync(Base + "/versions")).Body.ToJsonString()
            + string.Join('\n', admin.Node.Log.Lines);
        Assert.Contains("users.alice.password", said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
    }

    /// <summary>Other resources take 64 KiB.</summary>
    [Fact]
    public async Task A_long_configuration_is_read()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        string text = admin.Node.Edited("60s", "61s") + string.Concat(Enumerable.Repeat("# a long comment\n", 20_000));
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Post, Base + "/activate", text)).Status);
    }

    [Theory]
    [InlineData("GET", "", "Configuration")]
    [InlineData("POST", "/validate", "ConfigurationCheck")]
    [InlineData("POST", "/activate", "Activation")]
    [InlineData("GET", "/versions", "VersionList")]
    public async Task The_OpenAPI_schemas_name_exactly_the_fields_answered(string method, string path, string schema)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.Node.Edit("60s", "61s");
        JsonNode schemas = (await admin.GetAsync("/openapi/v1.json")).Body["components"]!["schemas"]!;
        JsonObject body = (await admin.SendAsync(new HttpMethod(method), Base + path)).Body.AsObject();
        JsonNode properties = schemas[schema]!["properties"]!;
        Assert.Equal(Names(properties), Names(body));
        foreach ((string name, JsonNode? value) in body)
        {
            if (value is JsonArray { Count: > 0 } list && list[0] is JsonObject item)
            {
                string of = ((string)properties[name]!["items"]!["$ref"]!).Split('/')[^1];
                Assert.Equal(Names(schemas[of]!["properties"]!), Names(item));
            }
        }
    }

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(p => p.Key).Order();
}
