namespace Controller.Actors.Tokens;

/// <summary>
/// <see cref="SipHash"/> under the first half of the cluster's secret, each use in a domain of its own (a prefix that ends in ':' and is no prefix of another),
/// so that a value made for one purpose never serves another.
/// </summary>
/// <remarks>Several for each message: what a library asks for setting up one HMAC is a hundred times what this costs.</remarks>
internal static class KeyedHash
{
    public const int Length = SipHash.Length;

    private const int OnStack = 512;

    /// <param name="hash">16 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> value, Span<byte> hash)
    {
        int length = domain.Length + value.Length;
        Span<byte> text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        domain.CopyTo(text);
        value.CopyTo(text[domain.Length..]);
        SipHash.Compute(secret, text[..length], hash);
    }
}
