using System.Net;
using System.Text.Json.Nodes;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;

namespace Controller.Host.Tests.Admin;

public sealed class CallsResourceTests
{
    [Fact]
    public async Task Calls_have_the_names_of_the_interface()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.AddCall(0x2a, CallPhase.Established, "sip:alice@example.test", "sip:b\u00c3\u00bcb@example.test");
        (HttpStatusCode status, JsonNode body) = await admin.GetAsync("/api/v1/calls");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(1, (int)body["total"]!);
        JsonNode call = body["items"]![0]!;
        Assert.Equal("0000000000000000000000000000002a", (string)call["id"]!);
        Assert.Equal("established", (string)call["state"]!);
        Assert.Equal("sip:alice@example.test", (string)call["from"]!);
        Assert.Equal("sip:büb@example.test", (string)call["to"]!);
        Assert.Equal(1, (int)call["node"]!);
        Assert.Equal(0, (int)call["shard"]!);
        Assert.Equal("2027-01-15T08:00:00.042Z", (string)call["startedAt"]!);
        Assert.Equal("2027-01-15T08:00:00Z", (string)call["answeredAt"]!);
        Assert.Equal("a", (string)call["legs"]![0]!["side"]!);
        Assert.Equal("b", (string)call["legs"]![1]!["side"]!);
        Assert.Equal("a-42@pbx", (string)call["legs"]![0]!["callId"]!);
        Assert.Equal("access", (string)call["legs"]![0]!["realm"]!);
        Assert.Equal("udp 127.0.0.1:6001", (string)call["legs"]![1]!["remote"]!);
        Assert.Equal("confirmed", (string)call["legs"]![1]!["state"]!);
    }

    [Theory]
    [InlineData("", 4, "4,3,2,1")]
    [InlineData("?limit=2", 4, "4,3")]
    [InlineData("?state=ringing", 1, "2")]
    [InlineData("?state=setup", 1, "1")]
    [InlineData("?state=ending", 1, "4")]
    [InlineData("?search=CAROL", 2, "4,3")]
    [InlineData("?search=a-2%40pbx", 1, "2")]
    [InlineData("?search=carol&state=established&limit=1", 1, "3")]
    [InlineData("?search=nobody", 0, "")]
    public async Task Calls_are_filtered_counted_and_cut(string query, int total, string keys)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        admin.AddCall(1, CallPhase.Routing, "sip:a@x", "sip:b@x");
        admin.AddCall(2, CallPhase.Ringing, "sip:a@x", "sip:b@x");
        admin.AddCall(3, CallPhase.Established, "sip:carol@x", "sip:b@x");
        admin.AddCall(4, CallPhase.Ended, "sip:a@x", "sip:carol@x");
        (_, JsonNode body) = await admin.GetAsync("/api/v1/calls" + query);
        Assert.Equal(total, (int)body["total"]!);
        Assert.Equal(keys, string.Join(',', body["items"]!.AsArray().Select(c => ((string)c!["id"]!).TrimStart('0'))));
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=-1", "limit")]
    [InlineData("?limit=ten", "limit")]
    [InlineData("?limit=10001", "limit")]
    [InlineData("?state=talking", "state")]
    public async Task A_question_that_cannot_be_understood_is_a_problem_that_says_why(string query, string names)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        (HttpStatusCode status, JsonNode body) = await admin.GetAsync("/api/v1/calls" + query);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(400, (int)body["status"]!);
        Assert.Contains(names, (string)body["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_call_comes_with_its_journaled_events_readable()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ActorId id = admin.AddCall(7, CallPhase.Established, "sip:a@x", "sip:b@x");
        admin.Actors.Histories[id] = [(1, new CallEvent.LegFailed(AdminFixture.Now, 1, 486, "ACK sip:ü SIP/2.0\r\n"u8.ToArray())), (2, new CallEvent.LegCancelled(Instant.Never, 2))];
        (HttpStatusCode status, JsonNode body) = await admin.GetAsync("/api/v1/calls/00000000000000000000000000000007");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("established", (string)body["state"]!);
        JsonNode failed = body["events"]![0]!;
        Assert.Equal(1, (int)failed["sequence"]!);
        Assert.Equal("LegFailed", (string)failed["type"]!);
        Assert.Equal(486, (int)failed["fields"]!["status"]!);
        Assert.Equal("ACK sip:ü SIP/2.0\r\n", (string)failed["fields"]!["ack"]!);
        Assert.StartsWith("2027-01-15T08:00:00", (string)failed["fields"]!["at"]!, StringComparison.Ordinal);
        Assert.Equal("never", (string)body["events"]![1]!["fields"]!["at"]!);
    }

    [Theory]
    [InlineData("GET", "/api/v1/calls/00000000000000000000000000000009")]
    [InlineData("GET", "/api/v1/calls/nonsense")]
    [InlineData("DELETE", "/api/v1/calls/00000000000000000000000000000009")]
    public async Task A_call_that_does_not_live_is_not_found(string method, string path)
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await admin.SendAsync(new HttpMethod(method), path)).Status);
        Assert.Empty(admin.Actors.Told);
    }

    [Fact]
    public async Task Deleting_a_call_tells_it_to_hang_up()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        ActorId id = admin.AddCall(7, CallPhase.Established, "sip:a@x", "sip:b@x");
        Assert.Equal(HttpStatusCode.Accepted, (await admin.SendAsync(HttpMethod.Delete, "/api/v1/calls/00000000000000000000000000000007")).Status);
        Assert.Equal([(id, (object)CallInput.HangUp.Instance)], admin.Actors.Told);

        admin.Actors.Refuses = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await admin.SendAsync(HttpMethod.Delete, "/api/v1/calls/00000000000000000000000000000007")).Status);
    }
}
