using System.Security.Cryptography;
using System.Text;

namespace Controller.Sip.Digest;

/// <summary>What the algorithms are called and which hash function each one means.</summary>
public static class DigestAlgorithms
{
    /// <summary>Longest hash in bytes; its hexadecimal form has twice as many.</summary>
    public const int MaxHashLength = 32;

    /// <summary>The token of the algorithm parameter: RFC 7616 section 3.3.</summary>
    public static string Token(this DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => "MD5",
        DigestAlgorithm.Md5Sess => "MD5-sess",
        DigestAlgorithm.Sha256 => "SHA-256",
        DigestAlgorithm.Sha256Sess => "SHA-256-sess",
        DigestAlgorithm.Sha512256 => "SHA-512-256",
        DigestAlgorithm.Sha512256Sess => "SHA-512-256-sess",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>RFC 7616 section 3.3: "If this is not present, it is assumed to be "MD5"."</summary>
    public static DigestAlgorithm Parse(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty) return DigestAlgorithm.Md5;
        for (var algorithm = DigestAlgorithm.Md5; algorithm <= DigestAlgorithm.Sha512256Sess; algorithm++)
        {
            if (Ascii.EqualsIgnoreCase(token, algorithm.Token())) return algorithm;
        }

        return DigestAlgorithm.Unknown;
    }

    /// <summary>RFC 7616 section 3.4.2: A1 of a "-sess" variant covers nonce and cnonce.</summary>
    public static bool IsSession(this DigestAlgorithm algorithm) => algorithm >= DigestAlgorithm.Md5Sess;

    /// <returns>Number of bytes of the hash.</returns>
    internal static int Hash(this DigestAlgorithm algorithm, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        switch (algorithm)
        {
            case DigestAlgorithm.Md5 or DigestAlgorithm.Md5Sess:
#pragma warning disable CA5351 // RFC 8760 section 2: MD5 is kept because every phone still speaks it; a policy may leave it out of the challenges.
                return MD5.HashData(source, destination);
#pragma warning restore CA5351
            case DigestAlgorithm.Sha256 or DigestAlgorithm.Sha256Sess:
                return SHA256.HashData(source, destination);
            case DigestAlgorithm.Sha512256 or DigestAlgorithm.Sha512256Sess:
                Sha512256.Hash(source, destination);
                return Sha512256.Length;
            default:
                throw new ArgumentOutOfRangeException(nameof(algorithm));
        }
    }
}
