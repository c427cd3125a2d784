using System.Net;

namespace Controller.Edge.Resolution.Wire;

/// <summary>A resource record of a type that is read here. Names are in lower case, without the dot at the end.</summary>
/// <param name="TimeToLive">In seconds.</param>
internal abstract record DnsRecord(string Name, uint TimeToLive)
{
    /// <summary>A or AAAA (RFC 1035 section 3.4.1, RFC 3596 section 2.2).</summary>
    public sealed record Address(string Name, uint TimeToLive, IPAddress Value) : DnsRecord(Name, TimeToLive);

    /// <summary>CNAME (RFC 1035 section 3.3.1).</summary>
    public sealed record Alias(string Name, uint TimeToLive, string Of) : DnsRecord(Name, TimeToLive);

    /// <summary>SOA (RFC 1035 section 3.3.13): only what RFC 2308 needs.</summary>
    public sealed record Authority(string Name, uint TimeToLive, uint Minimum) : DnsRecord(Name, TimeToLive);

    /// <summary>SRV (RFC 2782). <paramref name="Target"/> is empty for the root: "the service is decidedly not available at this domain".</summary>
    public sealed record Srv(string Name, uint TimeToLive, ushort Priority, ushort Weight, ushort Port, string Target) : DnsRecord(Name, TimeToLive);

    /// <summary>NAPTR (RFC 3403 section 4).</summary>
    public sealed record Naptr(
        string Name, uint TimeToLive, ushort Order, ushort Preference, string Flags, string Services, string Expression, string Replacement) : DnsRecord(Name, TimeToLive);
}
