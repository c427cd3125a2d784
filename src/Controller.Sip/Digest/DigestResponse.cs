using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Controller.Sip.Digest;

/// <summary>The request-digest of RFC 7616 section 3.4.1 with the algorithms of RFC 8760; without qop it is that of RFC 2069 (RFC 2617 section 3.2.2.1).</summary>
public static class DigestResponse
{
    private const int HexLength = DigestAlgorithms.MaxHashLength * 2;

    /// <summary>The response in lower-case hexadecimal. All texts unescaped.</summary>
    /// <param name="nc">Eight hexadecimal digits; with <paramref name="cnonce"/> needed if <paramref name="qop"/> is given.</param>
    /// <param name="qop">"auth", "auth-int", or null or empty for none.</param>
    /// <param name="entityBody">The message's body, for "auth-int".</param>
    public static string Compute(
        DigestAlgorithm algorithm, string user, string realm, string password, string method, string uri, string nonce,
        string? nc, string? cnonce, string? qop, ReadOnlySpan<byte> entityBody)
    {
        var text = new DigestText(stackalloc byte[DigestText.ScratchLength]);
        try
        {
            text.Append(user);
            text.Colon();
            text.Append(realm);
            text.Colon();
            text.Append(password);
            Span<byte> a1 = stackalloc byte[HexLength], response = stackalloc byte[HexLength];
            var ha1 = a1[..text.TakeHash(algorithm, a1)];
            var fields = new DigestCredentials
            {
                // As a header would carry them: what follows takes the backslashes out again.
                Nonce = Encoding.UTF8.GetBytes(DigestChallenge.Escape(nonce)),
                Uri = Encoding.UTF8.GetBytes(DigestChallenge.Escape(uri)),
                CNonce = Encoding.UTF8.GetBytes(DigestChallenge.Escape(cnonce ?? "")),
                NcText = Encoding.UTF8.GetBytes(nc ?? ""),
                Qop = Encoding.UTF8.GetBytes(qop ?? ""),
                Algorithm = algorithm,
            };
            return Encoding.ASCII.GetString(response[..Request(ref text, fields, ha1, Encoding.UTF8.GetBytes(method), entityBody, response)]);
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>Whether the response was made with this password. Whose it is, whether the nonce is ours and fresh, the realm the right one and the
    /// uri that of the request, the caller checks. The comparison takes the same time wherever the difference is. Allocates nothing.</summary>
    public static bool Verify(in DigestCredentials credentials, string password, ReadOnlySpan<byte> method, ReadOnlySpan<byte> body)
    {
        if (credentials.Algorithm == DigestAlgorithm.Unknown) return false;
        var text = new DigestText(stackalloc byte[DigestText.ScratchLength]);
        try
        {
            text.AppendUnescaped(credentials.Username);
            text.Colon();
            text.AppendUnescaped(credentials.Realm);
            text.Colon();
            text.Append(password);
            Span<byte> a1 = stackalloc byte[HexLength];
            return IsResponse(ref text, credentials, a1[..text.TakeHash(credentials.Algorithm, a1)], method, body);
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>As <see cref="Verify"/>, for users stored as <see cref="HashOfSecret"/> instead of with their password.</summary>
    /// <param name="hashOfSecret">Lower-case hexadecimal, of the hash function that the credentials name.</param>
    public static bool VerifyHash(in DigestCredentials credentials, ReadOnlySpan<byte> hashOfSecret, ReadOnlySpan<byte> method, ReadOnlySpan<byte> body)
    {
        if (credentials.Algorithm == DigestAlgorithm.Unknown) return false;
        var text = new DigestText(stackalloc byte[DigestText.ScratchLength]);
        try
        {
            return IsResponse(ref text, credentials, hashOfSecret, method, body);
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>H(username ":" realm ":" password) in lower-case hexadecimal: what a user file stores (RFC 7616 section 5.13 calls it a password equivalent within the realm).</summary>
    public static string HashOfSecret(DigestAlgorithm algorithm, string user, string realm, string password)
    {
        var text = new DigestText(stackalloc byte[DigestText.ScratchLength]);
        try
        {
            text.Append(user);
            text.Colon();
            text.Append(realm);
            text.Colon();
            text.Append(password);
            Span<byte> hash = stackalloc byte[HexLength];
            return Encoding.ASCII.GetString(hash[..text.TakeHash(algorithm, hash)]);
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>The value of Authorization (for a 401) or Proxy-Authorization (for a 407) that answers a challenge.</summary>
    /// <param name="nc">1 for the first use of the nonce, then one more each time.</param>
    /// <param name="cnonce">Opaque, derived from the actor's key; only sent if the challenge offers qop.</param>
    public static string Answer(in DigestChallenge challenge, string user, string password, string method, string uri, uint nc, string cnonce)
    {
        var count = nc.ToString("x8", CultureInfo.InvariantCulture);
        var qop = challenge.OffersAuth ? "auth" : null;
        var needsCnonce = challenge.OffersAuth || challenge.Algorithm.IsSession();
        var response = Compute(
            challenge.Algorithm, user, Unescape(challenge.Realm), password, method, uri, Unescape(challenge.Nonce), count, needsCnonce ? cnonce : null, qop, default);

        var value = new StringBuilder(256)
            .Append("Digest username=\"").Append(DigestChallenge.Escape(user))
            .Append("\", realm=\"").Append(Encoding.UTF8.GetString(challenge.Realm))
            .Append("\", nonce=\"").Append(Encoding.UTF8.GetString(challenge.Nonce))
            .Append("\", uri=\"").Append(DigestChallenge.Escape(uri))
            .Append("\", response=\"").Append(response)
            .Append("\", algorithm=").Append(challenge.Algorithm.Token());
        if (needsCnonce) value.Append(", cnonce=\"").Append(DigestChallenge.Escape(cnonce)).Append('"');
        if (qop is not null) value.Append(", qop=auth, nc=").Append(count);

        // RFC 7616 section 3.4: opaque is returned unchanged.
        if (!challenge.Opaque.IsEmpty) value.Append(", opaque=\"").Append(Encoding.UTF8.GetString(challenge.Opaque)).Append('"');
        return value.ToString();
    }

    private static bool IsResponse(
        ref DigestText text, scoped in DigestCredentials credentials, scoped ReadOnlySpan<byte> ha1, scoped ReadOnlySpan<byte> method, scoped ReadOnlySpan<byte> body)
    {
        Span<byte> buffer = stackalloc byte[HexLength], claimed = stackalloc byte[HexLength];
        var expected = buffer[..Request(ref text, credentials, ha1, method, body, buffer)];
        if (credentials.Response.Length != expected.Length) return false;

        // RFC 7616 section 3.4.1 wants lower case; some clients print capitals.
        for (var i = 0; i < expected.Length; i++)
        {
            var octet = credentials.Response[i];
            claimed[i] = octet is >= (byte)'A' and <= (byte)'F' ? (byte)(octet | 0x20) : octet;
        }

        return CryptographicOperations.FixedTimeEquals(expected, claimed[..expected.Length]);
    }

    private static int Request(
        ref DigestText text, scoped in DigestCredentials fields, scoped ReadOnlySpan<byte> ha1, scoped ReadOnlySpan<byte> method, scoped ReadOnlySpan<byte> body, scoped Span<byte> into)
    {
        Span<byte> a1 = stackalloc byte[HexLength], a2 = stackalloc byte[HexLength];

        // RFC 7616 section 3.4.2: "A1 = H( unq(username) ":" unq(realm) ":" passwd ) ":" unq(nonce-prime) ":" unq(cnonce-prime)" for "-sess".
        scoped var secret = ha1;
        if (fields.Algorithm.IsSession())
        {
            text.Append(ha1);
            text.Colon();
            text.AppendUnescaped(fields.Nonce);
            text.Colon();
            text.AppendUnescaped(fields.CNonce);
            secret = a1[..text.TakeHash(fields.Algorithm, a1)];
        }

        // RFC 7616 section 3.4.3: "A2 = Method ":" request-uri", and for auth-int "A2 = Method ":" request-uri ":" H(entity-body)".
        scoped ReadOnlySpan<byte> bodyHash = default;
        if (Ascii.EqualsIgnoreCase(fields.Qop, "auth-int"u8))
        {
            text.Append(body);
            bodyHash = a2[..text.TakeHash(fields.Algorithm, a2)];
        }

        text.Append(method);
        text.Colon();
        text.AppendUnescaped(fields.Uri);
        if (!bodyHash.IsEmpty)
        {
            text.Colon();
            text.Append(bodyHash);
        }

        var request = a2[..text.TakeHash(fields.Algorithm, a2)];

        // RFC 7616 section 3.4.1: "response = <"> < KD ( H(A1), unq(nonce) ":" nc ":" unq(cnonce) ":" unq(qop) ":" H(A2) ) <">".
        // RFC 2617 section 3.2.2.1: without qop it is KD ( H(A1), unq(nonce-value) ":" H(A2) ).
        text.Append(secret);
        text.Colon();
        text.AppendUnescaped(fields.Nonce);
        text.Colon();
        if (!fields.Qop.IsEmpty)
        {
            text.Append(fields.NcText);
            text.Colon();
            text.AppendUnescaped(fields.CNonce);
            text.Colon();
            text.Append(fields.Qop);
            text.Colon();
        }

        text.Append(request);
        return text.TakeHash(fields.Algorithm, into);
    }

    private static string Unescape(ReadOnlySpan<byte> quoted)
    {
        if (!quoted.Contains((byte)'\\')) return Encoding.UTF8.GetString(quoted);
        var plain = new byte[quoted.Length];
        var length = 0;
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length) i++;
            plain[length++] = quoted[i];
        }

        return Encoding.UTF8.GetString(plain, 0, length);
    }
}
