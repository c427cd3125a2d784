using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Controller.Actors.Tokens;

/// <summary>
/// A Call-ID that we make for a leg: the call's key (whose top bits are its shard) and the leg's number, authenticated. Any edge routes a later
/// message of the leg by it with no look-up, and nobody else can make one that leads to a call.
/// </summary>
/// <remarks>
/// 16 bytes key, 2 bytes leg, 4 bytes salt, 6 bytes of HMAC over them: 45 characters without "@host" (RFC 3261 section 25.1:
/// callid = word [ "@" word ]), which hides our addresses.
/// </remarks>
public static class CallToken
{
    private const int Signed = 16 + 2 + 4;
    private const int Mac = 6;

    /// <summary>Characters of a token.</summary>
    public const int Length = (((Signed + Mac) * 8) + 4) / 5;

    /// <param name="leg">0 to 65535.</param>
    /// <param name="salt">Tells apart several Call-IDs of one leg; 0 for the first.</param>
    public static string Encode(ReadOnlySpan<byte> secret, UInt128 key, int leg, uint salt)
    {
        Span<byte> token = stackalloc byte[Signed + Mac];
        BinaryPrimitives.WriteUInt128BigEndian(token, key);
        BinaryPrimitives.WriteUInt16BigEndian(token[16..], checked((ushort)leg));
        BinaryPrimitives.WriteUInt32BigEndian(token[18..], salt);
        Sign(secret, token[..Signed], token[Signed..]);
        Span<char> text = stackalloc char[Length];
        Base32.Encode(token, text);
        return new string(text);
    }

    /// <summary>False if the text is not a token, or not one made under this secret.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> callId, out UInt128 key, out int leg)
    {
        key = default;
        leg = 0;
        Span<byte> token = stackalloc byte[Signed + Mac];
        if (callId.Length != Length || !Base32.TryDecode(callId, token))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Mac];
        Sign(secret, token[..Signed], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, token[Signed..]))
        {
            return false;
        }

        key = BinaryPrimitives.ReadUInt128BigEndian(token);
        leg = BinaryPrimitives.ReadUInt16BigEndian(token[16..]);
        return true;
    }

    private static void Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(secret, "token:"u8, signed, hash);
        hash[..Mac].CopyTo(mac);
    }
}
