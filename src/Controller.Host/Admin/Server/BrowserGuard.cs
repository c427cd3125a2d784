using System.Net;

namespace Controller.Host.Admin.Server;

/// <summary>
/// Without a token, loopback is the only protection, and a browser on this machine would carry a foreign page's requests past it.
/// So a request must name us by a loopback name (a rebound DNS name does not), and must not come from another origin.
/// </summary>
public static class BrowserGuard
{
    /// <returns>Null if the request may pass, else why not.</returns>
    public static string? Objection(HttpContext context, string? token)
    {
        if (token is not null)
        {
            return null;
        }

        string host = context.Request.Host.Host;
        if (host.Length > 0 && !IsLoopbackName(host))
        {
            return $"without a token this server answers to a loopback name only, not to '{host}'";
        }

        string origin = context.Request.Headers.Origin.ToString();
        return origin.Length > 0 && !origin.Equals($"http://{context.Request.Host}", StringComparison.OrdinalIgnoreCase)
            ? $"requests of another origin ('{origin}') are not taken"
            : null;
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
