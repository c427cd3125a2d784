using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Digest authentication of an initial INVITE (RFC 3261 section 22.3, RFC 7616, RFC 8760), where the realm asks for it. Stateless: nothing is stored for a
/// caller who has not proved who it is; the nonce proves itself.
/// </summary>
internal static class CallerAuthentication
{
    private static readonly TimeSpan NonceLifetime = TimeSpan.FromMinutes(5);

    /// <returns>False if the request has been answered (407, 403).</returns>
    public static bool Passes(Turn turn, SipMessage invite, Flow flow, string realm)
    {
        byte[]? challenge = Challenge(turn.Settings, turn.Now, invite, flow, realm, turn.LocalTag(0));
        turn.Send(Responses.Destination(invite, flow), challenge);
        return challenge is null;
    }

    /// <returns>The 407; null if the request may pass.</returns>
    public static byte[]? Challenge(ControllerSettings settings, Instant now, SipMessage request, Flow flow, string realm, string toTag)
    {
        if (!settings.Realms.TryGetValue(realm, out RealmSettings? asks) || !asks.AuthenticateCalls)
        {
            return null;
        }

        RegistrarSettings registrar = settings.Registrar;
        bool stale = false;
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.ProxyAuthorization))
        {
            if (!DigestCredentials.TryParse(value, out DigestCredentials credentials) || !registrar.Algorithms.Contains(credentials.Algorithm) || Latin1.Text(credentials.Realm) != registrar.DigestRealm)
            {
                continue;
            }

            NonceVerdict nonce = StatelessNonce.Check(settings.Secret.Span, registrar.DigestRealm, credentials.Nonce, now.Milliseconds, NonceLifetime);
            stale |= nonce == NonceVerdict.Stale;
            if (nonce == NonceVerdict.Valid
                && registrar.Users.TryGetValue(Latin1.Text(credentials.Username), out UserSettings? user)
                && DigestResponse.Verify(credentials, user.Password, request.MethodText, request.Body))
            {
                return null;
            }
        }

        string fresh = StatelessNonce.Make(settings.Secret.Span, registrar.DigestRealm, now.Milliseconds);
        return Responses.Begin(request, 407, default, flow.Remote, toTag)
            .Challenge(HeaderId.ProxyAuthenticate, registrar, fresh, stale)
            .Finish();
    }
}
