using Controller.Actors.Calls.Rendering;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls;

/// <summary>How a party, or we, are named on a leg: nothing of the other leg's network.</summary>
internal static class Contacts
{
    /// <summary>Our Contact URI: a token for a user, the listener for a host.</summary>
    public static string Of(string token, ListenerSettings listener) =>
        listener.Transport == SipTransport.Udp
            ? $"sip:{token}@{listener.SentBy}"
            : $"sip:{token}@{listener.SentBy};transport={listener.Transport.UriToken()}";

    /// <summary>
    /// The caller as the callee sees it: display name and user as given; the host stays only if it is a domain of ours, since otherwise it names the
    /// caller's network.
    /// </summary>
    public static string CallerTowards(ControllerSettings settings, ListenerSettings listener, SipMessage invite)
    {
        if (!NameAddr.TryParse(invite.Value(HeaderId.From), out NameAddr from) || !SipUri.TryParse(from.Uri, out SipUri uri))
        {
            return $"<sip:anonymous@{listener.SentBy}>";
        }

        // RFC 3323 section 5.3: the network provides the privacy of a user who asked it to, where the message leaves those that it trusts.
        if (Privacy.OfUser(invite) && settings.RealmOf(listener.Realm) is not { Trusted: true })
        {
            return "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
        }

        string display = from.DisplayName.IsEmpty ? "" : Latin1.Text(from.DisplayName);
        string gap = from.DisplayName.IsEmpty ? "" : " ";
        switch (uri.Scheme)
        {
            // RFC 3966 section 5.1.5: a local number is one in the context of its network only, which is not told; it becomes one of ours.
            case UriScheme.Tel when uri.User[0] == '+':
                return $"{display}{gap}<tel:{Latin1.Text(uri.User)}>";
            case UriScheme.Tel:
                return $"{display}{gap}<sip:{Latin1.Text(uri.User)}@{Relay.HostInUri(listener.AdvertiseHost)}>";
            case UriScheme.Sip or UriScheme.Sips:
                string host = Latin1.Text(uri.Host).ToLowerInvariant();
                string shown = settings.Registrar.PublicDomains.Contains(host) ? host : Relay.HostInUri(listener.AdvertiseHost);
                return uri.User.IsEmpty ? $"{display}{gap}<sip:{shown}>" : $"{display}{gap}<sip:{Latin1.Text(uri.User)}@{shown}>";
            default:
                return $"{display}{gap}<sip:anonymous@{listener.SentBy}>";
        }
    }
}
