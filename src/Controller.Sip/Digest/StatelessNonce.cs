using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Controller.Sip.Digest;

public enum NonceVerdict : byte
{
    /// <summary>Not made with this secret for this realm, or not a nonce at all: challenge anew, without stale.</summary>
    Foreign = 0,
    Valid = 1,

    /// <summary>Ours, but too old: challenge with stale=true, so the client need not ask its user again.</summary>
    Stale = 2,
}

/// <summary>
/// A nonce that needs no table: its time (8 bytes, milliseconds, big endian) and half of an HMAC-SHA256 over time and realm, in base64.
/// Any node that has the secret can check it. RFC 7616 section 3.3 suggests this form.
/// </summary>
public static class StatelessNonce
{
    private const int TimeLength = 8;
    private const int Length = TimeLength + 16;
    private const int TextLength = Length / 3 * 4;

    /// <summary>How far the clock of the node that made a nonce may be ahead of ours.</summary>
    private const long MaxClockLeadMilliseconds = 60_000;

    /// <param name="secret">The cluster's secret; at least 16 random bytes.</param>
    public static string Make(ReadOnlySpan<byte> secret, string realm, long nowMilliseconds)
    {
        Span<byte> nonce = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(nonce, nowMilliseconds);
        Sign(secret, realm, nonce[..TimeLength], nonce[TimeLength..]);
        return Convert.ToBase64String(nonce);
    }

    public static NonceVerdict Check(ReadOnlySpan<byte> secret, string realm, ReadOnlySpan<byte> nonce, long nowMilliseconds, TimeSpan lifetime)
    {
        Span<byte> claimed = stackalloc byte[Length], expected = stackalloc byte[Length - TimeLength];
        if (nonce.Length != TextLength) return NonceVerdict.Foreign;
        if (Base64.DecodeFromUtf8(nonce, claimed, out _, out var written) != System.Buffers.OperationStatus.Done || written != Length) return NonceVerdict.Foreign;
        Sign(secret, realm, claimed[..TimeLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, claimed[TimeLength..])) return NonceVerdict.Foreign;

        var age = nowMilliseconds - BinaryPrimitives.ReadInt64BigEndian(claimed);
        return age > lifetime.TotalMilliseconds || age < -MaxClockLeadMilliseconds ? NonceVerdict.Stale : NonceVerdict.Valid;
    }

    private static void Sign(ReadOnlySpan<byte> secret, string realm, ReadOnlySpan<byte> time, Span<byte> tag)
    {
        var size = TimeLength + Encoding.UTF8.GetMaxByteCount(realm.Length);
        var text = size <= 512 ? stackalloc byte[size] : new byte[size];
        time.CopyTo(text);
        var length = TimeLength + Encoding.UTF8.GetBytes(realm, text[TimeLength..]);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, text[..length], hash);
        hash[..tag.Length].CopyTo(tag);
    }
}
