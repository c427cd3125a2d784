using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Cluster;

public static class ClusterResource
{
    public static void Map(IEndpointRouteBuilder app, IClusterView cluster)
    {
        app.MapGet("/api/v1/cluster", (RequestDelegate)(context => Answers.Json(context, cluster.Look(), AdminJson.Default.ClusterAnswer)));
        app.MapPost("/api/v1/cluster/drain", (RequestDelegate)(context => cluster.Drain() is { } refusal
            ? Answers.Problem(context, StatusCodes.Status409Conflict, refusal)
            : Answers.Json(context, cluster.Look(), AdminJson.Default.ClusterAnswer, StatusCodes.Status202Accepted)));
    }
}
