using System.Buffers.Binary;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Tokens;

/// <summary>
/// Via branches of our requests, derived from the actor's key: a recovered actor sends again what was sent before, byte for byte,
/// and the other side takes it for the retransmission that it is.
/// </summary>
public static class Branches
{
    // RFC 3261 section 8.1.1.7: "The branch ID inserted by an element compliant with this specification MUST always begin with the
    // characters "z9hG4bK"."
    private const string MagicCookie = "z9hG4bK";
    private const int Bytes = 10;

    /// <param name="leg">0 to 65535.</param>
    /// <param name="cseq">CSeq number of the request.</param>
    /// <param name="method">
    /// CANCEL and the ACK to a non-2xx carry the branch of the INVITE (RFC 3261 sections 9.1, 17.1.1.3): ask with the INVITE's method for them.
    /// </param>
    /// <param name="attempt">0 for the first; another for each new client transaction of the same request (another target, another flow).</param>
    public static string Make(ReadOnlySpan<byte> secret, UInt128 key, int leg, uint cseq, SipMethod method, int attempt) =>
        Make(secret, new ActorId(ActorKinds.Call, key), leg, cseq, method, attempt);

    /// <summary>A branch of an actor of another kind than a call has one more character, by which the response finds it.</summary>
    public static string Make(ReadOnlySpan<byte> secret, ActorId actor, int leg, uint cseq, SipMethod method, int attempt)
    {
        Span<byte> value = stackalloc byte[16 + 2 + 4 + 1 + 4];
        BinaryPrimitives.WriteUInt128BigEndian(value, actor.Key);
        BinaryPrimitives.WriteUInt16BigEndian(value[16..], checked((ushort)leg));
        BinaryPrimitives.WriteUInt32BigEndian(value[18..], cseq);
        value[22] = (byte)method;
        BinaryPrimitives.WriteInt32BigEndian(value[23..], attempt);
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(secret, "branch:"u8, value, hash);
        Span<char> text = stackalloc char[MagicCookie.Length + (Bytes * 8 / 5)];
        MagicCookie.CopyTo(text);
        Base32.Encode(hash[..Bytes], text[MagicCookie.Length..]);
        return string.Concat(text, KindMarks.Of(actor.Kind));
    }

    /// <summary>Whose request a branch belongs to, if it is one of ours.</summary>
    public static ActorKind KindOf(ReadOnlySpan<byte> branch) => KindMarks.KindOf(branch, MagicCookie.Length + (Bytes * 8 / 5));
}
