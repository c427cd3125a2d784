using System.Text;

namespace Controller.Sip.Digest;

/// <summary>The value of WWW-Authenticate or Proxy-Authenticate (RFC 7616 section 3.3). Spans point into the value, backslashes kept.</summary>
public readonly ref struct DigestChallenge
{
    public ReadOnlySpan<byte> Realm { get; init; }
    public ReadOnlySpan<byte> Nonce { get; init; }
    public ReadOnlySpan<byte> Opaque { get; init; }

    /// <summary>The nonce was too old but the credentials may have been right: try again with the new nonce.</summary>
    public bool Stale { get; init; }
    public DigestAlgorithm Algorithm { get; init; }

    /// <summary>The server offers qop "auth"; false: it sent no qop at all and wants the response of RFC 2069.</summary>
    public bool OffersAuth { get; init; }

    /// <summary>The value of a challenge that offers qop "auth".</summary>
    /// <param name="opaque">Left out if null.</param>
    public static string Write(string realm, string nonce, DigestAlgorithm algorithm, bool stale, string? opaque)
    {
        var value = new StringBuilder(128).Append("Digest realm=\"").Append(Escape(realm)).Append("\", nonce=\"").Append(Escape(nonce)).Append('"');
        if (opaque is not null) value.Append(", opaque=\"").Append(Escape(opaque)).Append('"');
        if (stale) value.Append(", stale=true");
        return value.Append(", algorithm=").Append(algorithm.Token()).Append(", qop=\"auth\"").ToString();
    }

    /// <returns>False if it is not Digest, is malformed, or cannot be answered by us: an algorithm or only qop values that we do not know.
    /// RFC 8760 section 2.4: the client then goes on to the next challenge.</returns>
    public static bool TryParse(ReadOnlySpan<byte> headerValue, out DigestChallenge challenge)
    {
        challenge = default;
        if (!AuthParameters.TryOpen(headerValue, out var parameters)) return false;
        ReadOnlySpan<byte> realm = default, nonce = default, opaque = default, algorithm = default;
        bool hasRealm = false, hasNonce = false, hasQop = false, auth = false, stale = false;
        while (parameters.MoveNext())
        {
            var name = parameters.Name;
            if (Ascii.EqualsIgnoreCase(name, "realm"u8))
            {
                realm = parameters.Value;
                hasRealm = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "nonce"u8))
            {
                nonce = parameters.Value;
                hasNonce = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "opaque"u8)) opaque = parameters.Value;
            else if (Ascii.EqualsIgnoreCase(name, "algorithm"u8)) algorithm = parameters.Value;
            else if (Ascii.EqualsIgnoreCase(name, "stale"u8)) stale = Ascii.EqualsIgnoreCase(parameters.Value, "true"u8);
            else if (Ascii.EqualsIgnoreCase(name, "qop"u8)) (auth, hasQop) = (Lists(parameters.Value, "auth"u8), true);
        }

        var known = DigestAlgorithms.Parse(algorithm);
        if (parameters.Malformed || !hasRealm || !hasNonce || (hasQop && !auth) || known == DigestAlgorithm.Unknown) return false;
        challenge = new DigestChallenge { Realm = realm, Nonce = nonce, Opaque = opaque, Stale = stale, Algorithm = known, OffersAuth = auth };
        return true;
    }

    /// <summary>Text as the content of a quoted string.</summary>
    internal static string Escape(string text) =>
        text.AsSpan().IndexOfAny('"', '\\') < 0 ? text : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static bool Lists(ReadOnlySpan<byte> options, ReadOnlySpan<byte> wanted)
    {
        foreach (var range in options.Split((byte)','))
        {
            var option = options[range];
            if (Ascii.EqualsIgnoreCase(option[Ascii.Trim(option)], wanted)) return true;
        }

        return false;
    }
}
