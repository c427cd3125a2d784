using System.Net;
using System.Text;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Policies;

/// <summary>Where a URI leads, as far as it says so itself (RFC 3263 section 4).</summary>
/// <param name="Host">An IPv6 address without its brackets.</param>
/// <param name="Port">0: not given.</param>
/// <param name="Asked">The transport parameter; null if it has none that is known.</param>
/// <param name="Transport">The one it leads by: <paramref name="Asked"/>, or what its scheme says.</param>
/// <param name="Address">If its host is an address: that, with the port, or the transport's own.</param>
internal sealed record NamedPlace(UriScheme Scheme, string Host, int Port, SipTransport? Asked, SipTransport Transport, IPEndPoint? Address)
{
    /// <summary>Null if it cannot be read.</summary>
    public static NamedPlace? Of(ReadOnlySpan<byte> uriText)
    {
        if (!SipUri.TryParse(uriText, out SipUri uri))
        {
            return null;
        }

        SipTransport transport = uri.Transport ?? (uri.Scheme == UriScheme.Sips ? SipTransport.Tls : SipTransport.Udp);
        IPEndPoint? address = IPAddress.TryParse(uri.Host, out IPAddress? literal) ? new IPEndPoint(literal, PortOf(uri, transport)) : null;
        return new NamedPlace(uri.Scheme, Encoding.Latin1.GetString(uri.Host), uri.Port, uri.Transport, transport, address);
    }

    /// <summary>RFC 3261 section 19.1.2: "The default port value is transport and scheme dependent."</summary>
    public static int PortOf(in SipUri uri, SipTransport transport) => uri.Port != 0 ? uri.Port : transport is SipTransport.Tls or SipTransport.Wss ? 5061 : 5060;
}
