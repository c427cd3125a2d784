using System.Buffers.Binary;
using Controller.Sharding.Model;

namespace Controller.Actors.Tokens;

/// <summary>
/// Tags that we put into From or To: RFC 3261 section 19.3 wants them "globally unique and cryptographically random with at least
/// 32 bits of randomness"; ours are 72 bits of a keyed hash after one byte that names the shard, and need not be stored.
/// </summary>
public static class Tags
{
    private const int Bytes = 10;

    /// <summary>Characters of a tag.</summary>
    public const int Length = Bytes * 8 / 5;

    /// <param name="leg">0 to 65535.</param>
    /// <param name="other">What tells several of our tags of one leg apart: the other side's tag for early dialogs; empty if there is only one.</param>
    public static string Make(ReadOnlySpan<byte> secret, UInt128 key, int leg, ReadOnlySpan<byte> other) =>
        Make(secret, new ActorId(ActorKinds.Call, key), leg, other);

    /// <summary>A tag of an actor of another kind than a call has one more character, by which a request of that dialog finds it.</summary>
    public static string Make(ReadOnlySpan<byte> secret, ActorId actor, int leg, ReadOnlySpan<byte> other)
    {
        int length = 16 + 2 + other.Length;
        Span<byte> value = length <= 256 ? stackalloc byte[256] : new byte[length];
        BinaryPrimitives.WriteUInt128BigEndian(value, actor.Key);
        BinaryPrimitives.WriteUInt16BigEndian(value[16..], checked((ushort)leg));
        other.CopyTo(value[18..]);
        Span<byte> tag = stackalloc byte[1 + KeyedHash.Length];
        tag[0] = (byte)(actor.Key >> 112);
        KeyedHash.Compute(secret, "tag:"u8, value[..length], tag[1..]);
        Span<char> text = stackalloc char[Length];
        Base32.Encode(tag[..Bytes], text);
        return string.Concat(text, KindMarks.Of(actor.Kind));
    }

    /// <summary>Whose a tag is, if it is one of ours.</summary>
    public static ActorKind KindOf(ReadOnlySpan<byte> tag) => KindMarks.KindOf(tag, Length);
}
