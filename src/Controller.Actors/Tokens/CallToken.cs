using System.Buffers.Binary;
using System.Security.Cryptography;
using Controller.Sharding.Model;

namespace Controller.Actors.Tokens;

/// <summary>
/// A Call-ID that we make for a leg: the call's key (whose top bits are its shard) and the leg's number, authenticated. Any edge routes a later
/// message of the leg by it with no look-up, and nobody else can make one that leads to a call.
/// </summary>
/// <remarks>
/// 16 bytes key, 2 bytes leg, 4 bytes salt, 6 bytes of a keyed hash over them: 45 characters without "@host" (RFC 3261 section 25.1:
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
    public static string Encode(ReadOnlySpan<byte> secret, UInt128 key, int leg, uint salt) => Encode(secret, new ActorId(ActorKinds.Call, key), leg, salt);

    /// <summary>A token that leads to an actor of another kind has one more character: its mark.</summary>
    /// <param name="leg">0 to 65535.</param>
    /// <param name="salt">Tells apart several Call-IDs of one leg; 0 for the first.</param>
    public static string Encode(ReadOnlySpan<byte> secret, ActorId actor, int leg, uint salt)
    {
        Span<byte> token = stackalloc byte[Signed + Mac];
        BinaryPrimitives.WriteUInt128BigEndian(token, actor.Key);
        BinaryPrimitives.WriteUInt16BigEndian(token[16..], checked((ushort)leg));
        BinaryPrimitives.WriteUInt32BigEndian(token[18..], salt);
        Sign(secret, actor.Kind, token[..Signed], token[Signed..]);
        Span<char> text = stackalloc char[Length];
        Base32.Encode(token, text);
        return string.Concat(text, KindMarks.Of(actor.Kind));
    }

    /// <summary>False if the text is not a call's token, or not one made under this secret.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> callId, out UInt128 key, out int leg)
    {
        bool decoded = TryDecodeActor(secret, callId, out ActorId actor, out leg) && actor.Kind == ActorKinds.Call;
        key = decoded ? actor.Key : default;
        leg = decoded ? leg : 0;
        return decoded;
    }

    /// <summary>False if the text is not a token, or not one made under this secret for an actor of the kind that its mark says.</summary>
    public static bool TryDecodeActor(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> callId, out ActorId actor, out int leg)
    {
        actor = default;
        leg = 0;
        ActorKind kind = KindMarks.KindOf(callId, Length);
        Span<byte> token = stackalloc byte[Signed + Mac];
        if (!Base32.TryDecode(kind == ActorKinds.Call ? callId : callId[..Length], token))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Mac];
        Sign(secret, kind, token[..Signed], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, token[Signed..]))
        {
            return false;
        }

        actor = new ActorId(kind, BinaryPrimitives.ReadUInt128BigEndian(token));
        leg = BinaryPrimitives.ReadUInt16BigEndian(token[16..]);
        return true;
    }

    private static void Sign(ReadOnlySpan<byte> secret, ActorKind kind, ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        ReadOnlySpan<byte> domain = kind == ActorKinds.Exchange ? "exchange-token:"u8 : kind == ActorKinds.Subscription ? "subscription-token:"u8
            : kind == ActorKinds.Trunk ? "trunk-token:"u8 : kind == ActorKinds.Account ? "account-token:"u8 : "token:"u8;
        KeyedHash.Compute(secret, domain, signed, hash);
        hash[..Mac].CopyTo(mac);
    }
}
