using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Edge.Screening;

/// <summary>
/// The To tag of an answer that is given without state, derived from what identifies the transaction: a retransmission gets the identical
/// answer (RFC 3261 section 8.2.7: "a stateless UAS MUST … generate the same tag"), and its ACK is known again on any node.
/// </summary>
internal static class StatelessTag
{
    // A '.' never stands in a tag of an actor (base 32): told apart without a hash.
    private const string Mark = "s.";
    private const int HashBytes = 9;
    private const int OnStack = 512;

    /// <summary>Characters of a tag.</summary>
    public const int Length = 2 + (HashBytes / 3 * 4);

    public static string Make(ReadOnlySpan<byte> secret, SipMessage request)
    {
        Span<byte> tag = stackalloc byte[Length];
        Write(secret, request, tag);
        return Encoding.ASCII.GetString(tag);
    }

    /// <summary>True if this ACK belongs to an answer that was given without state: nobody waits for it.</summary>
    public static bool IsIn(ReadOnlySpan<byte> toTag, ReadOnlySpan<byte> secret, SipMessage ack)
    {
        if (toTag.Length != Length || toTag[0] != Mark[0] || toTag[1] != Mark[1])
        {
            return false;
        }

        // RFC 3261 section 17.1.1.3: the ACK carries the Call-ID, the top Via and the CSeq number of the INVITE.
        Span<byte> expected = stackalloc byte[Length];
        Write(secret, ack, expected);
        return CryptographicOperations.FixedTimeEquals(expected, toTag);
    }

    private static void Write(ReadOnlySpan<byte> secret, SipMessage message, Span<byte> tag)
    {
        ReadOnlySpan<byte> callId = message.Value(HeaderId.CallId);
        ReadOnlySpan<byte> branch = Via.TryParse(message.Value(HeaderId.Via), out Via via) ? via.Branch : default;
        uint number = CSeq.TryParse(message.Value(HeaderId.CSeq), out CSeq cseq, out _) ? cseq.Number : 0;

        // "stateless:" is a domain of its own under the secret: no other use of the key has it.
        ReadOnlySpan<byte> domain = "stateless:"u8;
        int length = domain.Length + 4 + 4 + branch.Length + callId.Length;
        Span<byte> text = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        domain.CopyTo(text);
        BitConverter.TryWriteBytes(text[domain.Length..], number);
        BitConverter.TryWriteBytes(text[(domain.Length + 4)..], branch.Length);
        branch.CopyTo(text[(domain.Length + 8)..]);
        callId.CopyTo(text[(domain.Length + 8 + branch.Length)..]);

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, text[..length], hash);
        tag[0] = (byte)Mark[0];
        tag[1] = (byte)Mark[1];
        Base64.EncodeToUtf8(hash[..HashBytes], tag[2..], out _, out _);

        // RFC 3261 section 25.1: '/' and '=' may not stand in a token; '+' may. Nine octets need no '='.
        tag[2..].Replace((byte)'/', (byte)'-');
    }
}
