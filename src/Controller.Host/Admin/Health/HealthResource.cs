using Controller.Host.Admin.Server;
using Controller.Host.Telemetry;

namespace Controller.Host.Admin.Health;

/// <summary>For balancers and supervisors (live: the process answers; ready: it takes calls) and for Prometheus.</summary>
public static class HealthResource
{
    public static void Map(IEndpointRouteBuilder app, NodeLife life, MetricsListener metrics)
    {
        app.MapGet("/health/live", (RequestDelegate)(context =>
            Answers.Json(context, new HealthAnswer("ok", life.Id, life.Name), AdminJson.Default.HealthAnswer)));
        app.MapGet("/health/ready", (RequestDelegate)(context =>
        {
            string? reason = life.NotReadyBecause;
            return reason is null
                ? Answers.Json(context, new HealthAnswer("ok", life.Id, life.Name), AdminJson.Default.HealthAnswer)
                : Answers.Problem(context, StatusCodes.Status503ServiceUnavailable, reason);
        }));
        app.MapGet("/metrics", (RequestDelegate)(context => Answers.Text(context, metrics.Expose(), PrometheusText.ContentType)));
    }
}
