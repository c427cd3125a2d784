using System.Globalization;
using Controller.Host.Admin.Rendering;
using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Calls;

public static class CallsResource
{
    public static void Map(IEndpointRouteBuilder app, ICallDirectory calls)
    {
        app.MapGet("/api/v1/calls", (RequestDelegate)(context => ListAsync(context, calls)));
        app.MapGet("/api/v1/calls/{id}", (RequestDelegate)(context => OneAsync(context, calls)));
        app.MapDelete("/api/v1/calls/{id}", (RequestDelegate)(context => HangUpAsync(context, calls)));
    }

    private static async Task ListAsync(HttpContext context, ICallDirectory calls)
    {
        if (!Query.TryLimit(context, out int limit, out string? wrong))
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest, wrong).ConfigureAwait(false);
            return;
        }

        string state = context.Request.Query["state"].ToString();
        if (state.Length > 0 && !CallView.States.Contains(state))
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest, $"state: '{state}' is none of {string.Join(", ", CallView.States)}").ConfigureAwait(false);
            return;
        }

        CallList found = await calls.FindAsync(new CallQuery(state.Length == 0 ? null : state, Query.Search(context), limit)).ConfigureAwait(false);
        await Answers.Json(context, found, AdminJson.Default.CallList).ConfigureAwait(false);
    }

    private static async Task OneAsync(HttpContext context, ICallDirectory calls)
    {
        if (!TryKey(context, out UInt128 key) || await calls.GetAsync(key).ConfigureAwait(false) is not { } call)
        {
            await NoSuchCall(context).ConfigureAwait(false);
            return;
        }

        IReadOnlyList<(long Sequence, object Event)> history = await calls.HistoryAsync(key).ConfigureAwait(false);
        JournaledEvent[] events = [.. history.Select(h => new JournaledEvent(h.Sequence, h.Event.GetType().Name, EventRendering.Fields(h.Event)))];
        await Answers.Json(context, new CallDetail(call, events), AdminJson.Default.CallDetail).ConfigureAwait(false);
    }

    private static async Task HangUpAsync(HttpContext context, ICallDirectory calls)
    {
        if (!TryKey(context, out UInt128 key) || await calls.GetAsync(key).ConfigureAwait(false) is null)
        {
            await NoSuchCall(context).ConfigureAwait(false);
            return;
        }

        if (!calls.HangUp(key))
        {
            context.Response.Headers.RetryAfter = "1";
            await Answers.Problem(context, StatusCodes.Status503ServiceUnavailable, "the node is too busy to take the order").ConfigureAwait(false);
            return;
        }

        // Accepted, not done: both BYEs leave after their commit, and the far ends have yet to answer.
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static Task NoSuchCall(HttpContext context) =>
        Answers.Problem(context, StatusCodes.Status404NotFound, $"no call '{context.Request.RouteValues["id"]}' lives here");

    private static bool TryKey(HttpContext context, out UInt128 key)
    {
        key = default;
        return context.Request.RouteValues["id"] is string { Length: 32 } id
            && UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }
}
