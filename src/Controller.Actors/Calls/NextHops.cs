using System.Net;
using System.Text;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Dialogs;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls;

/// <summary>Where a request within a dialog goes.</summary>
internal static class NextHops
{
    /// <summary>
    /// RFC 3261 section 8.1.2 says: the first route, else the remote target. In a trusted realm that is done where it names an address; in an untrusted one
    /// what a phone behind a NAT writes into its Contact leads nowhere, so its messages go where it sends from (RFC 5626 thinking).
    /// </summary>
    public static Flow Of(ControllerSettings settings, Leg leg) =>
        settings.RealmOf(leg.Realm) is { Trusted: true }
            ? Named(settings, leg) ?? leg.Flow
            : leg.Flow;

    public static Flow Of(Turn turn, Leg leg) => Of(turn.Settings, leg);

    /// <summary>Another way to the same peer, when its connection is gone: the address that it names itself. Null if there is none.</summary>
    public static Flow? OtherThan(Turn turn, Leg leg, Flow failed) => OtherThan(turn.Settings, leg, failed);

    public static Flow? OtherThan(ControllerSettings settings, Leg leg, Flow failed) =>
        failed.Connection != 0 && Named(settings, leg) is { } named && named.Transport == failed.Transport && !named.Remote.Equals(failed.Remote) ? named : null;

    /// <summary>The flow to a URI whose host is an address; null for a name, or where the realm has no listener for the transport.</summary>
    /// <param name="known">A flow that is taken if it leads there; null for none.</param>
    public static Flow? Literal(ControllerSettings settings, string realm, ReadOnlySpan<byte> uriText, SipTransport fallback, Flow? known = null)
    {
        if (!SipUri.TryParse(uriText, out SipUri uri) || !IPAddress.TryParse(uri.Host, out IPAddress? address))
        {
            return null;
        }

        SipTransport transport = uri.Transport ?? (uri.Scheme == UriScheme.Sips ? SipTransport.Tls : fallback);
        int port = NamedPlace.PortOf(uri, transport);
        return settings.ListenerFor(realm, transport) is not { } listener ? null
            : known is not null && known.Transport == transport && known.Remote.Port == port && known.Remote.Address.Equals(address) ? known
            : new Flow(transport, listener, new IPEndPoint(address, port));
    }

    /// <summary>A target of a trunk, where a URI says; null if that cannot be read, or the trunk's realm has no listener for it.</summary>
    /// <param name="named">The endpoint, or what a redirection has named.</param>
    public static Target? Of(ControllerSettings settings, TrunkSettings trunk, ReadOnlySpan<byte> named, string requestUri, string remoteParty) =>
        NamedPlace.Of(named) is { } place ? Of(settings, trunk, place, requestUri, remoteParty) : null;

    /// <inheritdoc cref="Of(ControllerSettings, TrunkSettings, ReadOnlySpan{byte}, string, string)"/>
    public static Target? Of(ControllerSettings settings, TrunkSettings trunk, NamedPlace named, string requestUri, string remoteParty)
    {
        // RFC 3263 section 4.1: where the URI names neither transport nor port, and no address, the name server says.
        bool any = named.Address is null && named.Asked is null && named.Port == 0 && named.Scheme == UriScheme.Sip;
        if ((settings.ListenerFor(trunk.Realm, named.Transport) ?? (any ? settings.ListenerFor(trunk.Realm) : null)) is not { } listener)
        {
            return null;
        }

        Flow? flow = named.Address is { } address ? new Flow(named.Transport, listener, address) : null;
        return new Target(requestUri, remoteParty, flow, flow is null ? named.Host : "", named.Port, named.Transport, listener, trunk.Name) { AnyTransport = any, IsUdpOnly = named.Asked == SipTransport.Udp };
    }

    private static Flow? Named(ControllerSettings settings, Leg leg)
    {
        string hop = RequestTarget.Of(leg.RouteSet, leg.RemoteTarget).NextHop;
        Span<byte> octets = hop.Length <= 256 ? stackalloc byte[256] : new byte[hop.Length];
        octets = octets[..Encoding.Latin1.GetBytes(hop, octets)];

        // The connection that is there already is the better way to the same address.
        return Literal(settings, leg.Realm, octets, leg.Flow.Transport, leg.Flow);
    }
}
