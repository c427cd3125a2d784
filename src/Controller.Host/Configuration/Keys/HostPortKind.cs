using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Controller.Host.Configuration.Keys;

/// <summary>What others are told: a name or an address, with or without a port.</summary>
internal sealed class HostPortKind : KeyKind
{
    public override string Expected => "a host name or an IP address, with or without a port, such as \"sbc.example.test:5060\"";

    /// <param name="text">host, host:port, [v6] or [v6]:port.</param>
    /// <param name="host">Without brackets.</param>
    /// <param name="port">Null if there is none.</param>
    public static bool TrySplit(string text, out string host, out int? port)
    {
        port = null;
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = text.IndexOf(':', Math.Max(bracket, 0));
        host = bracket > 0 ? text[1..bracket] : colon < 0 ? text : text[..colon];
        if (bracket > 0 && !(host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out _)))
        {
            return false;
        }

        string rest = bracket > 0 ? text[(bracket + 1)..] : text[host.Length..];
        if (rest.Length == 0)
        {
            return host.Length > 0;
        }

        bool isPort = ushort.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number);
        port = number;
        return host.Length > 0 && rest[0] == ':' && isPort;
    }

    protected override KeyReading ReadText(string text)
        => TrySplit(text, out string host, out int? port) && port != 0 && (DomainKind.IsDomain(host) || IsAddress(host))
            ? KeyReading.Ok((host.ToLowerInvariant(), port ?? 0), text.ToLowerInvariant())
            : Refuse(text);

    private static bool IsAddress(string host)
        => IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
