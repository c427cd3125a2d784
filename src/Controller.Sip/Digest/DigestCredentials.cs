namespace Controller.Sip.Digest;

/// <summary>The value of an Authorization or Proxy-Authorization header, sliced and unquoted on demand. Spans point into the value.</summary>
public readonly ref struct DigestCredentials
{
    /// <summary>Still with its backslash escapes; so are realm and the other quoted strings.</summary>
    public ReadOnlySpan<byte> Username { get; init; }
    public ReadOnlySpan<byte> Realm { get; init; }
    public ReadOnlySpan<byte> Nonce { get; init; }
    public ReadOnlySpan<byte> Uri { get; init; }
    public ReadOnlySpan<byte> Response { get; init; }
    public ReadOnlySpan<byte> CNonce { get; init; }
    public ReadOnlySpan<byte> Qop { get; init; }
    public ReadOnlySpan<byte> Opaque { get; init; }

    /// <summary>The eight digits as written: they are part of what is hashed.</summary>
    public ReadOnlySpan<byte> NcText { get; init; }
    public uint Nc { get; init; }
    public DigestAlgorithm Algorithm { get; init; }

    /// <returns>False if it is not the Digest scheme, is malformed, repeats a parameter, or lacks one that RFC 7616 section 3.4 requires.</returns>
    public static bool TryParse(ReadOnlySpan<byte> headerValue, out DigestCredentials credentials) => throw new NotImplementedException();
}
