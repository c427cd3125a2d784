using System.Buffers.Binary;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Actors.Tokens;

/// <summary>Which actor a message belongs to, without a look-up: the same answer on every node and after every restart.</summary>
public static class ActorKeys
{
    /// <summary>
    /// The call that a Call-ID leads to. One that we made (a <see cref="CallToken"/>) leads to the call inside it; any other
    /// is hashed under the secret, so that nobody outside can aim at a shard.
    /// </summary>
    public static ActorId ForCallId(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> callId) =>
        CallToken.TryDecodeActor(secret, callId, out ActorId actor, out _)
            ? actor
            : new ActorId(ActorKinds.Call, Hash(secret, "call:"u8, callId));

    /// <summary>The exchange or subscription that a Call-ID and its maker's tag lead to; one that we made leads to the actor inside it.</summary>
    /// <param name="tag">Of the party that began it: several of its subscriptions may have one Call-ID, as all its registrations have.</param>
    public static ActorId ForCallId(ReadOnlySpan<byte> secret, ActorKind kind, ReadOnlySpan<byte> callId, ReadOnlySpan<byte> tag)
    {
        if (CallToken.TryDecodeActor(secret, callId, out ActorId actor, out _))
        {
            return actor;
        }

        // No Call-ID and no tag contains a line break, so no two pairs are one text.
        byte[] text = [.. callId, (byte)'\n', .. tag];
        return new ActorId(kind, Hash(secret, kind == ActorKinds.Exchange ? "exchange:"u8 : "subscription:"u8, text));
    }

    /// <param name="aor">Canonical, as <c>SipUris.AddressOfRecord</c> gives it (RFC 3261 section 10.3 step 5).</param>
    public static ActorId ForAddressOfRecord(ReadOnlySpan<byte> secret, string aor)
    {
        int most = Encoding.UTF8.GetMaxByteCount(aor.Length);
        Span<byte> text = most <= 512 ? stackalloc byte[512] : new byte[most];
        int length = Encoding.UTF8.GetBytes(aor, text);
        return new ActorId(ActorKinds.Registration, Hash(secret, "aor:"u8, text[..length]));
    }

    /// <param name="name">As configured.</param>
    public static ActorId ForTrunk(ReadOnlySpan<byte> secret, string name) =>
        new(ActorKinds.Trunk, Hash(secret, "trunk:"u8, Encoding.UTF8.GetBytes(name)));

    /// <param name="trunk">As configured.</param>
    /// <param name="addressOfRecord">As configured: no line break is in it, so no two pairs are one text.</param>
    public static ActorId ForAccount(ReadOnlySpan<byte> secret, string trunk, string addressOfRecord) =>
        new(ActorKinds.Account, Hash(secret, "account:"u8, Encoding.UTF8.GetBytes($"{addressOfRecord}\n{trunk}")));

    private static UInt128 Hash(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(secret, domain, value, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
