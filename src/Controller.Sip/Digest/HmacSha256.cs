using System.Security.Cryptography;

namespace Controller.Sip.Digest;

/// <summary>HMAC-SHA256 (RFC 2104) as two hashes of the library's: setting up its own HMAC costs a short text several times as much.</summary>
public static class HmacSha256
{
    /// <summary>Octets of a result.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>"B" of RFC 2104 section 2.</summary>
    private const int Block = 64;

    private const int OnStack = 512;

    /// <param name="hash">At least <see cref="Length"/> octets.</param>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, Span<byte> hash)
    {
        // "Applications that use keys longer than B bytes will first hash the key": ours are not.
        if (key.Length > Block)
        {
            HMACSHA256.HashData(key, text, hash);
            return;
        }

        int length = Block + text.Length;
        Span<byte> inner = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        Span<byte> outer = stackalloc byte[Block + Length];
        inner[..Block].Fill(0x36);
        outer[..Block].Fill(0x5c);
        for (int i = 0; i < key.Length; i++)
        {
            inner[i] ^= key[i];
            outer[i] ^= key[i];
        }

        text.CopyTo(inner[Block..]);
        SHA256.HashData(inner[..length], outer[Block..]);
        SHA256.HashData(outer, hash);
    }
}
