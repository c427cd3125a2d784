using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Registrations;

internal enum AuthenticationVerdict : byte
{
    /// <summary>Nothing that proves anything: challenge.</summary>
    Missing = 0,

    /// <summary>The right password for a nonce that cannot be used (any more): challenge with stale=true, and nobody asks the user again.</summary>
    Stale,
    Accepted,
}

/// <param name="User">Who it is; null if authentication is switched off.</param>
/// <param name="Nonce">What must be remembered so that it is accepted only once.</param>
internal readonly record struct Authentication(AuthenticationVerdict Verdict, string? User, UsedNonce? Nonce);

/// <summary>RFC 3261 section 22.2 with the algorithms of RFC 8760.</summary>
internal static class RegisterAuthentication
{
    public static readonly TimeSpan NonceLifetime = TimeSpan.FromMinutes(5);

    public static Authentication Check(ImmutableArray<UsedNonce> used, SipMessage request, in ActorContext<ControllerSettings> context)
    {
        if (!context.Settings.Registrar.Authenticate)
        {
            return new Authentication(AuthenticationVerdict.Accepted, null, null);
        }

        var best = new Authentication(AuthenticationVerdict.Missing, null, null);

        // RFC 3261 section 22.2: credentials for several realms may be there; RFC 8760 section 2.4: at most one for a realm is of use.
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.Authorization))
        {
            if (DigestCredentials.TryParse(value, out DigestCredentials credentials))
            {
                Authentication one = Check(used, credentials, request, context);
                best = one.Verdict > best.Verdict ? one : best;
            }
        }

        return best;
    }

    private static Authentication Check(
        ImmutableArray<UsedNonce> used, in DigestCredentials credentials, SipMessage request, in ActorContext<ControllerSettings> context)
    {
        RegistrarSettings registrar = context.Settings.Registrar;
        var missing = new Authentication(AuthenticationVerdict.Missing, null, null);
        if (!registrar.Algorithms.Contains(credentials.Algorithm)
            || !string.Equals(Unescape(credentials.Realm), registrar.DigestRealm, StringComparison.Ordinal))
        {
            return missing;
        }

        NonceVerdict nonce = StatelessNonce.Check(
            context.Settings.Secret.Span, registrar.DigestRealm, credentials.Nonce, context.Now.Milliseconds, NonceLifetime);
        if (nonce == NonceVerdict.Foreign)
        {
            return missing;
        }

        // An unknown user costs the same work and gets the same answer as a wrong password: nobody learns which users exist.
        string name = Unescape(credentials.Username);
        bool isKnown = registrar.Users.TryGetValue(name, out UserSettings? user);
        bool isRight = DigestResponse.Verify(credentials, user?.Password ?? "", request.MethodText, request.Body);
        if (!isKnown || !isRight)
        {
            return missing;
        }

        string text = Encoding.ASCII.GetString(credentials.Nonce);
        uint nc = credentials.Qop.IsEmpty ? 1 : credentials.Nc;
        return nonce == NonceVerdict.Stale || IsReplayed(used, text, nc)
            ? new Authentication(AuthenticationVerdict.Stale, null, null)
            : new Authentication(AuthenticationVerdict.Accepted, name, new UsedNonce(text, nc, context.Now.After(NonceLifetime)));
    }

    /// <summary>RFC 7616 section 3.4: the count of a nonce must grow, "if the same nc value is seen twice, then the request is a replay".</summary>
    private static bool IsReplayed(ImmutableArray<UsedNonce> used, string nonce, uint nc)
    {
        foreach (UsedNonce one in used)
        {
            if (one.Nonce == nonce)
            {
                return nc <= one.Nc;
            }
        }

        return false;
    }

    /// <summary>The content of a quoted-string: RFC 3261 section 25.1, quoted-pair.</summary>
    private static string Unescape(ReadOnlySpan<byte> quoted)
    {
        string text = Encoding.UTF8.GetString(quoted);
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var unescaped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            unescaped.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return unescaped.ToString();
    }
}
