using System.Net;

namespace Controller.Host.Configuration.Options;

public sealed record AdminOptions
{
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Bearer token; null only if <see cref="Listen"/> is a loopback address.</summary>
    public string? Token { get; init; }

    public override string ToString() => $"AdminOptions {{ Listen = {Listen}, Token = {(Token is null ? "none" : "…")} }}";
}
