using Controller.Host.Admin.Server;

namespace Controller.Host.Admin.OpenApi;

/// <summary>The description of this interface: written by hand, embedded, and compared with what is mapped by a test.</summary>
public static class OpenApiResource
{
    private static readonly string Document = Read();

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/openapi/v1.json", (RequestDelegate)(context => Answers.Text(context, Document, "application/json; charset=utf-8")));

    private static string Read()
    {
        using Stream stream = typeof(OpenApiResource).Assembly.GetManifestResourceStream("openapi.v1.json")
            ?? throw new InvalidOperationException("openapi.v1.json is not embedded");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
