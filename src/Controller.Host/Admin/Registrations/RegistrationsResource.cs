using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.Registrations;

public static class RegistrationsResource
{
    public static void Map(IEndpointRouteBuilder app, IRegistrationDirectory registrations) =>
        app.MapGet("/api/v1/registrations", (RequestDelegate)(async context =>
        {
            if (!Query.TryLimit(context, out int limit, out string? wrong))
            {
                await Answers.Problem(context, StatusCodes.Status400BadRequest, wrong).ConfigureAwait(false);
                return;
            }

            string? search = Query.Search(context);
            IReadOnlyList<RegistrationView> found = await registrations.FindAsync(r => search is null || r.Contains(search)).ConfigureAwait(false);
            RegistrationView[] items = [.. found.OrderBy(r => r.Aor, StringComparer.Ordinal).Take(limit)];
            await Answers.Json(context, new RegistrationList(found.Count, items), AdminJson.Default.RegistrationList).ConfigureAwait(false);
        }));
}
