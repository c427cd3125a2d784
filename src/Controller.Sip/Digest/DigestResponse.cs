namespace Controller.Sip.Digest;

/// <summary>RFC 7616 section 3.4.1, RFC 8760, RFC 2617 compatible.</summary>
public static class DigestResponse
{
    public static string Compute(
        DigestAlgorithm algorithm, string user, string realm, string password, string method, string uri, string nonce,
        string? nc, string? cnonce, string? qop, ReadOnlySpan<byte> entityBody) => throw new NotImplementedException();

    /// <summary>Compares in a time that does not depend on where the difference is.</summary>
    public static bool Verify(in DigestCredentials credentials, string password, ReadOnlySpan<byte> method, ReadOnlySpan<byte> body) => throw new NotImplementedException();

    /// <summary>The value of Authorization (or Proxy-Authorization) as a client.</summary>
    public static string Answer(in DigestChallenge challenge, string user, string password, string method, string uri, uint nc, string cnonce) => throw new NotImplementedException();
}
