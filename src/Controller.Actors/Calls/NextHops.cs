using System.Net;
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
        settings.Realms.TryGetValue(leg.Realm, out RealmSettings? realm) && realm.Trusted
            ? Named(settings, leg) ?? leg.Flow
            : leg.Flow;

    public static Flow Of(Turn turn, Leg leg) => Of(turn.Settings, leg);

    /// <summary>Another way to the same peer, when its connection is gone: the address that it names itself. Null if there is none.</summary>
    public static Flow? OtherThan(Turn turn, Leg leg, Flow failed) => OtherThan(turn.Settings, leg, failed);

    public static Flow? OtherThan(ControllerSettings settings, Leg leg, Flow failed) =>
        failed.Connection != 0 && Named(settings, leg) is { } named && named.Transport == failed.Transport && !named.Remote.Equals(failed.Remote) ? named : null;

    /// <summary>The flow to a URI whose host is an address; null for a name, or where the realm has no listener for the transport.</summary>
    public static Flow? Literal(ControllerSettings settings, string realm, ReadOnlySpan<byte> uriText, SipTransport fallback)
    {
        if (!SipUri.TryParse(uriText, out SipUri uri) || !IPAddress.TryParse(Latin1.Text(uri.Host), out IPAddress? address))
        {
            return null;
        }

        SipTransport transport = uri.Transport ?? (uri.Scheme == UriScheme.Sips ? SipTransport.Tls : fallback);
        int port = uri.Port != 0 ? uri.Port : transport is SipTransport.Tls or SipTransport.Wss ? 5061 : 5060;
        return settings.ListenerFor(realm, transport) is { } listener ? new Flow(transport, listener, new IPEndPoint(address, port)) : null;
    }

    /// <summary>A target of a trunk, where a URI says; null if that cannot be read, or the trunk's realm has no listener for it.</summary>
    /// <param name="named">The endpoint, or what a redirection has named.</param>
    public static Target? Of(ControllerSettings settings, TrunkSettings trunk, ReadOnlySpan<byte> named, string requestUri, string remoteParty)
    {
        if (!SipUri.TryParse(named, out SipUri uri))
        {
            return null;
        }

        // RFC 3263 section 4.1: where the URI names neither transport nor port, and no address, the name server says.
        string host = Latin1.Text(uri.Host);
        bool literal = IPAddress.TryParse(host, out _);
        bool any = !literal && uri.Transport is null && uri.Port == 0 && uri.Scheme == UriScheme.Sip;
        SipTransport transport = uri.Transport ?? (uri.Scheme == UriScheme.Sips ? SipTransport.Tls : SipTransport.Udp);
        if ((settings.ListenerFor(trunk.Realm, transport) ?? (any ? settings.ListenerFor(trunk.Realm) : null)) is not { } listener)
        {
            return null;
        }

        Flow? flow = literal ? Literal(settings, trunk.Realm, named, SipTransport.Udp) : null;
        return new Target(requestUri, remoteParty, flow, literal ? "" : host, uri.Port, transport, listener, trunk.Name) { AnyTransport = any, IsUdpOnly = uri.Transport == SipTransport.Udp };
    }

    private static Flow? Named(ControllerSettings settings, Leg leg)
    {
        string hop = RequestTarget.Of(leg.RouteSet, leg.RemoteTarget).NextHop;
        Flow? named = Literal(settings, leg.Realm, Latin1.Octets(hop), leg.Flow.Transport);

        // The connection that is there already is the better way to the same address.
        return named is not null && named.Transport == leg.Flow.Transport && named.Remote.Equals(leg.Flow.Remote) ? leg.Flow : named;
    }
}
