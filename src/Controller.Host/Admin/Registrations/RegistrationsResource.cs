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

            RegistrationList found = await registrations.FindAsync(Query.Search(context), limit).ConfigureAwait(false);
            await Answers.Json(context, found, AdminJson.Default.RegistrationList).ConfigureAwait(false);
        }));
}
