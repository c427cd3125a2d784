using System.Net;
using System.Net.Sockets;

namespace Controller.Host.Configuration.Keys;

/// <summary>The host part of an address-of-record, lower case.</summary>
internal sealed class DomainKind : KeyKind
{
    public override string Expected => "a domain name or an IP address without a port, such as \"example.test\"";

    // RFC 3261 section 25.1, hostname: labels of letters, digits and inner hyphens; the shape of an IPv4 address is among them.
    public static bool IsDomain(string text)
        => text.Length is > 0 and <= 253 && text.Split('.').All(label =>
            label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    protected override KeyReading ReadText(string text)
    {
        string domain = text.ToLowerInvariant();
        bool v6 = IPAddress.TryParse(domain, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return v6 || IsDomain(domain) ? KeyReading.Ok(v6 ? address!.ToString() : domain, domain) : Refuse(text);
    }
}
