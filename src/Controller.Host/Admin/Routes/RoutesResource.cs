using System.Text.Json;
using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Routes;

public static class RoutesResource
{
    public static void Map(IEndpointRouteBuilder app, IRouteSimulator routes) =>
        app.MapPost("/api/v1/routes/simulate", (RequestDelegate)(context => SimulateAsync(context, routes)));

    private static async Task SimulateAsync(HttpContext context, IRouteSimulator routes)
    {
        try
        {
            RouteQuestion? question = await JsonSerializer
                .DeserializeAsync(context.Request.Body, AdminJson.Default.RouteQuestion, context.RequestAborted).ConfigureAwait(false);
            if (Objection(question) is { } objection)
            {
                await Answers.Problem(context, StatusCodes.Status400BadRequest, objection).ConfigureAwait(false);
            }
            else if (question!.Configuration is null)
            {
                await Answers.Json(context, routes.Simulate(question), AdminJson.Default.RouteAnswer).ConfigureAwait(false);
            }
            else
            {
                RouteComparison comparison = await routes.CompareAsync(question).ConfigureAwait(false);
                await Answers.Json(context, comparison, AdminJson.Default.RouteComparison).ConfigureAwait(false);
            }
        }
        catch (JsonException bad)
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest,
                $"the body is not the JSON expected, {{\"uri\", \"realm\", …}}: {bad.Message}").ConfigureAwait(false);
        }
        catch (FormatException bad)
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest, bad.Message).ConfigureAwait(false);
        }
    }

    /// <returns>Null if the question can be put.</returns>
    private static string? Objection(RouteQuestion? question)
    {
        if (question is { Recent: not (null or (>= 1 and <= RouteQuestion.MostRecent)) })
        {
            return $"recent: '{question.Recent}' is not a number from 1 to {RouteQuestion.MostRecent}";
        }

        if (question is { Recent: not null, Configuration: null })
        {
            return "recent: nothing to compare with; expected configuration, the text of a candidate";
        }

        if (question is { Invite: not null } and ({ Uri: not null } or { Method: not null } or { Headers: not null }))
        {
            return "invite: says what uri, method and headers say; expected one or the other";
        }

        return question is null || (string.IsNullOrEmpty(question.Uri) && question is { Invite: null, Recent: null })
            ? "uri: required, such as \"sip:bob@example.test\"; or invite, a request as SIP text"
            : null;
    }
}
