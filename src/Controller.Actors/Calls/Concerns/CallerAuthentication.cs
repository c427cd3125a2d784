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

    /// <param name="user">Whose credentials were right; null where the realm asks for none.</param>
    /// <returns>False if the request has been answered (407, 403).</returns>
    public static bool Passes(Turn turn, SipMessage invite, Flow flow, string realm, out string? user)
    {
        user = null;
        if (!Asks(turn.Settings, realm))
        {
            return true;
        }

        byte[]? challenge = Challenge(turn.Settings, turn.Now, invite, flow, realm, turn.LocalTag(0), out user);
        turn.Send(Responses.Destination(invite, flow), challenge);
        return challenge is null;
    }

    /// <param name="user">Whose credentials were right; null where the realm asks for none.</param>
    /// <returns>The 407; null if the request may pass.</returns>
    public static byte[]? Challenge(ControllerSettings settings, Instant now, SipMessage request, Flow flow, string realm, string toTag, out string? user)
    {
        user = null;
        if (!Asks(settings, realm) || (user = Verified(settings.Secret.Span, settings.Registrar, now, request, out bool stale)) is not null)
        {
            return null;
        }

        string fresh = StatelessNonce.Make(settings.Secret.Span, settings.Registrar.DigestRealm, now.Milliseconds);
        return Responses.Begin(request, 407, default, flow.Remote, toTag)
            .Challenge(HeaderId.ProxyAuthenticate, settings.Registrar, fresh, stale)
            .Finish();
    }

    /// <summary>Whose credentials in a request are right at that time; null: nobody's, or the realm asks for none.</summary>
    public static string? Verified(ControllerSettings settings, Instant now, SipMessage request, string realm) =>
        Asks(settings, realm) ? Verified(settings.Secret.Span, settings.Registrar, now, request, out _) : null;

    private static bool Asks(ControllerSettings settings, string realm) => settings.RealmOf(realm) is { AuthenticateCalls: true };

    /// <param name="stale">There were credentials for a nonce of ours that has had its time.</param>
    private static string? Verified(ReadOnlySpan<byte> secret, RegistrarSettings registrar, Instant now, SipMessage request, out bool stale)
    {
        stale = false;
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.ProxyAuthorization))
        {
            if (!DigestCredentials.TryParse(value, out DigestCredentials credentials) || !registrar.Algorithms.Contains(credentials.Algorithm) || Latin1.Text(credentials.Realm) != registrar.DigestRealm)
            {
                continue;
            }

            NonceVerdict nonce = StatelessNonce.Check(secret, registrar.DigestRealm, credentials.Nonce, now.Milliseconds, NonceLifetime);
            stale |= nonce == NonceVerdict.Stale;
            if (nonce == NonceVerdict.Valid
                && Latin1.Text(credentials.Username) is var name
                && registrar.Users.TryGetValue(name, out UserSettings? user)
                && DigestResponse.Verify(credentials, user.Password, request.MethodText, request.Body))
            {
                return name;
            }
        }

        return null;
    }
}
