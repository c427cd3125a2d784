using System.Net;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Health;
using Controller.Host.Admin.OpenApi;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Trunks;
using Controller.Host.Configuration.Options;
using Controller.Host.Console;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Controller.Host.Admin.Server;

/// <summary>The HTTP side of a node: a small Kestrel that takes nothing from the environment.</summary>
public sealed class AdminServer : IAsyncDisposable
{
    private const long MaxRequestBody = 64 * 1024;

    private readonly WebApplication _app;
    private readonly AdminOptions _options;

    /// <exception cref="UserErrorException">Reachable from other machines and no token is set.</exception>
    public AdminServer(AdminOptions options, AdminPorts ports, ILoggerFactory logs)
    {
        if (!IPAddress.IsLoopback(options.Listen.Address) && string.IsNullOrEmpty(options.Token))
        {
            throw new UserErrorException($"controller.admin.token: required, because controller.admin.listen = \"{options.Listen}\" is not loopback");
        }

        _options = options;
        // An empty builder: no appsettings.json, no ASPNETCORE_ variables, no signals; the configuration says all.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Listen(options.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logs);
        _app = builder.Build();
        _app.Use(Guarded(ports.Life, logs.CreateLogger<AdminServer>()));
        _app.UseRouting();
        Map(_app, ports);
    }

    /// <summary>What is mapped: for the test that compares it with the OpenAPI document.</summary>
    public IReadOnlyList<RouteEndpoint> Mapped =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>The address bound, once started: <c>http://127.0.0.1:8080</c>.</summary>
    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://" + _options.Listen;

    /// <exception cref="UserErrorException">The address cannot be bound.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or System.Net.Sockets.SocketException)
        {
            bool taken = failed.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || failed is Microsoft.AspNetCore.Connections.AddressInUseException;
            throw new UserErrorException($"admin http {_options.Listen}: {(taken ? "address already in use" : (failed.InnerException ?? failed).Message)}", failed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        try
        {
            await _app.StopAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A client that does not hang up is cut off.
        }

        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static void Map(WebApplication app, AdminPorts ports)
    {
        HealthResource.Map(app, ports.Life, ports.Metrics);
        CallsResource.Map(app, ports.Calls);
        RegistrationsResource.Map(app, ports.Registrations);
        TrunksResource.Map(app, ports.Trunks);
        ClusterResource.Map(app, ports.Cluster);
        RoutesResource.Map(app, ports.Routes);
        ConfigResource.Map(app, ports.Configuration);
        OpenApiResource.Map(app);
    }

    /// <summary>Around every request: who may ask, and no answer without a body that says what was wrong.</summary>
    private Func<HttpContext, RequestDelegate, Task> Guarded(NodeLife life, ILogger log) => async (context, next) =>
    {
        if (BrowserGuard.Objection(context, _options.Token) is { } objection)
        {
            await Answers.Problem(context, StatusCodes.Status403Forbidden, objection).ConfigureAwait(false);
            return;
        }

        if (!TokenGate.Passes(context, _options.Token))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Answers.Problem(context, StatusCodes.Status401Unauthorized, "send 'Authorization: Bearer <controller.admin.token>'").ConfigureAwait(false);
            return;
        }

        // Health says "starting" while the actors are being recovered; nothing can be asked of them yet.
        if (life.Phase == NodePhase.Starting && context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.Headers.RetryAfter = "1";
            await Answers.Problem(context, StatusCodes.Status503ServiceUnavailable, "starting").ConfigureAwait(false);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                string detail = context.Response.StatusCode == StatusCodes.Status404NotFound
                    ? $"nothing is at {context.Request.Path}; see /openapi/v1.json"
                    : $"{context.Request.Method} {context.Request.Path}; see /openapi/v1.json";
                await Answers.Problem(context, context.Response.StatusCode, detail).ConfigureAwait(false);
            }
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await Answers.Problem(context, bad.StatusCode, bad.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
        }
#pragma warning disable CA1031 // The last resort: a defect in a resource must be an answer and a line in the log, not a broken connection.
        catch (Exception defect) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            log.RequestFailed(context.Request.Method, context.Request.Path, defect);
            await Answers.Problem(context, StatusCodes.Status500InternalServerError, "see the log of the node").ConfigureAwait(false);
        }
    };
}
