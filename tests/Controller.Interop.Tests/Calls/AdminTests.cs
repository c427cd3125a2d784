using System.Net;
using System.Text.Json;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Calls;

/// <summary>What an operator sees and does over HTTP while calls are up.</summary>
[Trait("Category", "Admin")]
public sealed class AdminTests : IDisposable
{
    private readonly TwoParties _parties = new();

    [Fact]
    public void Health_says_live_and_ready_and_metrics_can_be_scraped()
    {
        Assert.Equal(HttpStatusCode.OK, _parties.Node.Admin.StatusOf("/health/live"));
        Assert.Equal(HttpStatusCode.OK, _parties.Node.Admin.StatusOf("/health/ready"));
        Assert.NotEmpty(_parties.Node.Admin.Metrics());
    }

    [Fact]
    public void Calls_are_listed_with_both_legs_and_one_that_is_deleted_ends_on_both()
    {
        _parties.Callee.OnCall = call => { call.Ring(); call.Answer(); };
        PartyCall first = _parties.Call("first"), second = _parties.Call("second");
        _parties.Await(() => first.Phase == CallPhase.Established && second.Phase == CallPhase.Established, 5, "established");
        _parties.Await(() => Listed().Count(item => Text(item, "state") == "established") == 2, 5, "two established calls listed");

        JsonElement item = Listed().Single(item => item.GetProperty("legs").EnumerateArray().Any(leg => Text(leg, "callId") == first.CallId));
        Assert.Equal(["a", "b"], item.GetProperty("legs").EnumerateArray().Select(leg => Text(leg, "side")).Order());
        string id = Text(item, "id");
        Assert.Equal(id, Text(_parties.Node.Admin.Get($"/api/v1/calls/{id}"), "id"));

        Assert.True((int)_parties.Node.Admin.Delete($"/api/v1/calls/{id}") is >= 200 and < 300);
        _parties.Await(() => first.EndedByRemote && _parties.FarSide(first)!.EndedByRemote, 5, "both legs of the deleted call ended");
        Assert.Equal(CallPhase.Established, second.Phase);
        _parties.Await(() => Listed().Count == 1, 40, "one call left in the list");
        _parties.Await(() => _parties.Records.Any(record => record.CallId == first.CallId), 5, "its charging record");
        _parties.AssertNoViolation();
    }

    [Fact]
    public void A_call_that_is_not_there_is_404()
    {
        Assert.Equal(HttpStatusCode.NotFound, _parties.Node.Admin.StatusOf("/api/v1/calls/none"));
        Assert.Equal(HttpStatusCode.NotFound, _parties.Node.Admin.Delete("/api/v1/calls/none"));
    }

    [Fact]
    public void A_ringing_call_is_listed_as_ringing()
    {
        _parties.Callee.OnCall = call => call.Ring();
        PartyCall call = _parties.Call("ringing");
        _parties.Await(() => Listed().Any(item => Text(item, "state") == "ringing"), 5, "a ringing call listed");
        lock (_parties.Caller.Gate)
        {
            call.Cancel();
        }

        _parties.Await(() => call is { Status: 487, CancelStatus: 200 }, 5, "cancelled");
    }

    public void Dispose() => _parties.Dispose();

    private List<JsonElement> Listed() => [.. _parties.Node.Admin.Get("/api/v1/calls?limit=100").GetProperty("items").EnumerateArray()
        .Where(item => Text(item, "state") is "setup" or "ringing" or "established")];

    private static string Text(JsonElement item, string name) => item.GetProperty(name).ToString();
}
