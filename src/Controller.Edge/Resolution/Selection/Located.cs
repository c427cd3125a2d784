using Controller.Edge.Resolution.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution.Selection;

/// <summary>A name with SRV records, and the transport that they are about.</summary>
internal readonly record struct Located(string Name, SipTransport Transport)
{
    /// <summary>RFC 3263 section 4.1: "The service identifiers are SIP+D2U, SIP+D2T, SIPS+D2T …". Null for what is none of ours.</summary>
    public static Located? Of(DnsRecord.Naptr pointer) => pointer.Services.ToUpperInvariant() switch
    {
        "SIP+D2U" => new Located(pointer.Replacement, SipTransport.Udp),
        "SIP+D2T" => new Located(pointer.Replacement, SipTransport.Tcp),
        "SIPS+D2T" => new Located(pointer.Replacement, SipTransport.Tls),
        _ => null,
    };

    /// <summary>RFC 3263 section 4.1: "the service identifier _sip or _sips, the transport"; none for WebSocket, which has no SRV.</summary>
    public static IEnumerable<Located> At(string host, SipTransport transport) => transport switch
    {
        SipTransport.Udp => [new Located("_sip._udp." + host, transport)],
        SipTransport.Tcp => [new Located("_sip._tcp." + host, transport)],
        SipTransport.Tls => [new Located("_sips._tcp." + host, transport)],
        _ => [],
    };
}
