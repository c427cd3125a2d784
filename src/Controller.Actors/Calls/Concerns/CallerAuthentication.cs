using Controller.Actors.Policies;
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
        if (!turn.Settings.Realms.TryGetValue(realm, out RealmSettings? settings) || !settings.AuthenticateCalls)
        {
            return true;
        }

        RegistrarSettings registrar = turn.Settings.Registrar;
        bool stale = false;
        foreach (ReadOnlySpan<byte> value in invite.Values(HeaderId.ProxyAuthorization))
        {
            if (!DigestCredentials.TryParse(value, out DigestCredentials credentials) || !registrar.Algorithms.Contains(credentials.Algorithm) || Latin1.Text(credentials.Realm) != registrar.DigestRealm)
            {
                continue;
            }

            NonceVerdict nonce = StatelessNonce.Check(turn.Secret, registrar.DigestRealm, credentials.Nonce, turn.Now.Milliseconds, NonceLifetime);
            stale |= nonce == NonceVerdict.Stale;
            if (nonce == NonceVerdict.Valid
                && registrar.Users.TryGetValue(Latin1.Text(credentials.Username), out UserSettings? user)
                && DigestResponse.Verify(credentials, user.Password, invite.MethodText, invite.Body))
            {
                return true;
            }
        }

        string fresh = StatelessNonce.Make(turn.Secret, registrar.DigestRealm, turn.Now.Milliseconds);
        byte[] challenge = Responses.Begin(invite, 407, default, flow.Remote, turn.LocalTag(0))
            .Challenge(HeaderId.ProxyAuthenticate, registrar, fresh, stale)
            .Finish();
        turn.Send(Responses.Destination(invite, flow), challenge);
        return false;
    }
}
