using System.Security.Cryptography;

namespace Controller.Actors.Tokens;

/// <summary>
/// HMAC-SHA256 under the cluster's secret, each use in a domain of its own (a prefix that ends in ':' and is no prefix of another),
/// so that a value made for one purpose never serves another.
/// </summary>
internal static class KeyedHash
{
    public const int Length = HMACSHA256.HashSizeInBytes;

    private const int OnStack = 512;

    /// <param name="hash">32 bytes.</param>
    public static void Compute(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> value, Span<byte> hash)
    {
        int length = domain.Length + value.Length;
        Span<byte> text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        domain.CopyTo(text);
        value.CopyTo(text[domain.Length..]);
        HMACSHA256.HashData(secret, text[..length], hash);
    }
}
