using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Config;

public static class ConfigResource
{
    public static void Map(IEndpointRouteBuilder app, IConfigurationReload reload) =>
        app.MapPost("/api/v1/config/reload", (RequestDelegate)(context =>
        {
            ReloadResult result = reload.Reload();
            return result.Answer is { } answer
                ? Answers.Json(context, answer, AdminJson.Default.ReloadAnswer)
                : Answers.Problem(context, StatusCodes.Status409Conflict, "the running configuration stays: " + string.Join("; ", result.Refused));
        }));
}
