namespace Controller.Sip.Digest;

/// <summary>The value of WWW-Authenticate or Proxy-Authenticate.</summary>
public readonly ref struct DigestChallenge
{
    public ReadOnlySpan<byte> Realm { get; init; }
    public ReadOnlySpan<byte> Nonce { get; init; }
    public ReadOnlySpan<byte> Opaque { get; init; }
    public bool Stale { get; init; }
    public DigestAlgorithm Algorithm { get; init; }

    /// <summary>True if the server offers qop "auth"; false: RFC 2069 compatible, no qop at all.</summary>
    public bool OffersAuth { get; init; }

    public static string Write(string realm, string nonce, DigestAlgorithm algorithm, bool stale, string? opaque) => throw new NotImplementedException();

    public static bool TryParse(ReadOnlySpan<byte> headerValue, out DigestChallenge challenge) => throw new NotImplementedException();
}
