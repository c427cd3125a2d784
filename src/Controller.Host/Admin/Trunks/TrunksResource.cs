using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Trunks;

public static class TrunksResource
{
    public static void Map(IEndpointRouteBuilder app, ITrunkDirectory trunks) =>
        app.MapGet("/api/v1/trunks", (RequestDelegate)(async context =>
        {
            IReadOnlyList<TrunkView> all = await trunks.AllAsync().ConfigureAwait(false);
            await Answers.Json(context, new TrunkList(all.Count, all), AdminJson.Default.TrunkList).ConfigureAwait(false);
        }));
}
