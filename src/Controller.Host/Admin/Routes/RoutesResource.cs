using System.Text.Json;
using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Routes;

public static class RoutesResource
{
    public static void Map(IEndpointRouteBuilder app, IRouteSimulator routes) =>
        app.MapPost("/api/v1/routes/simulate", (RequestDelegate)(context => SimulateAsync(context, routes)));

    private static async Task SimulateAsync(HttpContext context, IRouteSimulator routes)
    {
        RouteAnswer answer;
        try
        {
            RouteQuestion? question = await JsonSerializer
                .DeserializeAsync(context.Request.Body, AdminJson.Default.RouteQuestion, context.RequestAborted).ConfigureAwait(false);
            if (string.IsNullOrEmpty(question?.Uri))
            {
                await Answers.Problem(context, StatusCodes.Status400BadRequest, "uri: required, such as \"sip:bob@example.test\"").ConfigureAwait(false);
                return;
            }

            answer = routes.Simulate(question);
        }
        catch (JsonException bad)
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest,
                $"the body is not the JSON expected, {{\"uri\", \"realm\"}}: {bad.Message}").ConfigureAwait(false);
            return;
        }
        catch (FormatException bad)
        {
            await Answers.Problem(context, StatusCodes.Status400BadRequest, bad.Message).ConfigureAwait(false);
            return;
        }

        await Answers.Json(context, answer, AdminJson.Default.RouteAnswer).ConfigureAwait(false);
    }
}
