using System.Globalization;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Rendering;

/// <summary>What we vouch for where a request enters the trust domain (RFC 3325 section 5, RFC 7315 section 4.6): who has sent it, and under which id it is charged.</summary>
internal static class AssertedIdentities
{
    public static SipWriter Write(SipWriter into, SipMessage request, Crossing over)
    {
        if (!over.ToTrusted)
        {
            return into;
        }

        // What a rule has put there or taken away counts as if it had come so.
        request = over.TakenIn(request);
        if (!over.FromTrusted && Authenticated(request, over) is { Identities.IsEmpty: false } user)
        {
            Identity(into, request, over, user);
        }

        // RFC 7315 section 4.6: the icid-value is globally unique. One that comes from a side that is not trusted does not count.
        if (over.CreatesChargingVector && !(over.FromTrusted && request.Has(HeaderId.PChargingVector)))
        {
            into.HeaderStart(HeaderId.PChargingVector).Append(string.Create(CultureInfo.InvariantCulture, $"icid-value={Icid(over)};icid-generated-at={Relay.HostInUri(Relay.HostOf(over.To.SentBy))}")).HeaderEnd();
        }

        return into;
    }

    /// <summary>
    /// RFC 3325 section 6: of an entity that is not trusted, P-Preferred-Identity is "a hint suggesting which of multiple valid identities for the authenticated user should be
    /// asserted. If such a hint does not correspond to any valid identity known to the proxy for that user, the proxy can add a P-Asserted-Identity header of its own construction":
    /// the first of those that the user has.
    /// </summary>
    private static void Identity(SipWriter into, SipMessage request, Crossing over, UserSettings user)
    {
        TopologyHiding hiding = over.Hiding(request);
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.PPreferredIdentity))
        {
            if (NameAddr.TryParse(value, out NameAddr preferred) && SipUri.TryParse(preferred.Uri, out SipUri uri)
                && user.Identities.Contains(Latin1.Text(uri.User)) && PartyHiding.Rewrite(value, hiding) is { } told)
            {
                into.Header(HeaderId.PAssertedIdentity, told);
                return;
            }
        }

        into.HeaderStart(HeaderId.PAssertedIdentity).AppendOctets($"<sip:{user.Identities[0]}@{hiding.ShownHost}>").HeaderEnd();
    }

    /// <summary>Whose credentials let the request in. It was checked before anything was stored; of several for us it is not known which were right, so nobody is vouched for.</summary>
    private static UserSettings? Authenticated(SipMessage request, Crossing over)
    {
        if (!over.AuthenticatesCalls)
        {
            return null;
        }

        string? name = null;
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.ProxyAuthorization))
        {
            if (DigestCredentials.TryParse(value, out DigestCredentials credentials) && Latin1.Text(credentials.Realm) == over.Registrar.DigestRealm)
            {
                if (name is not null)
                {
                    return null;
                }

                name = Latin1.Text(credentials.Username);
            }
        }

        return name is null ? null : over.Registrar.Users.GetValueOrDefault(name);
    }

    /// <summary>The same for every attempt of one request, and nothing that names its side.</summary>
    private static string Icid(Crossing over)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(over.Secret, "icid:"u8, Encoding.Latin1.GetBytes($"{over.From.CallIdValue}/{over.From.LocalTag}"), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
