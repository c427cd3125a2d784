using System.Security.Cryptography;
using System.Text;

namespace Controller.Host.Admin.Server;

/// <summary>Lets a request with the right bearer token pass (RFC 6750). Health checks pass without: they tell nothing and balancers carry no secrets.</summary>
public static class TokenGate
{
    private const string Scheme = "Bearer ";

    /// <returns>False if the request must be answered 401.</returns>
    public static bool Passes(HttpContext context, string? token)
    {
        if (token is null || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return true;
        }

        string given = context.Request.Headers.Authorization.ToString();
        return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && SameSecret(given[Scheme.Length..].Trim(), token);
    }

    /// <summary>In a time that tells nothing of how much was right: the hashes are compared.</summary>
    private static bool SameSecret(string given, string token) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
