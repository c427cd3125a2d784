using System.Buffers.Binary;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Screening;

/// <summary>What can be told from a datagram's first octets: noise is dropped before a buffer is spent on it.</summary>
internal static class DatagramSieve
{
    // "A b SIP/2.0" and a header line cannot be shorter.
    private const int ShortestMessage = 16;
    private const int StunHeader = 20;
    private const uint StunCookie = 0x2112A442;

    public static bool Drops(ReadOnlySpan<byte> datagram, out DropReason reason)
    {
        int start = 0;

        // RFC 3261 section 7.5: "Implementations processing SIP messages over stream-oriented transports MUST ignore any CRLF appearing
        // before the start-line": harmless on datagrams too, where CRLFs alone keep a NAT binding alive.
        while (start < datagram.Length && datagram[start] is (byte)'\r' or (byte)'\n' or 0)
        {
            start++;
        }

        // RFC 5389 section 6: "The most significant 2 bits of every STUN message MUST be zeroes."
        if (datagram.Length >= StunHeader && datagram[0] < 0x40 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == StunCookie)
        {
            reason = DropReason.Stun;
            return true;
        }

        if (start == datagram.Length)
        {
            reason = DropReason.KeepAlive;
            return true;
        }

        if (datagram.Length - start < ShortestMessage)
        {
            reason = DropReason.TooShort;
            return true;
        }

        // RFC 3261 section 25.1: a Method is a token, and so is the SIP of a Status-Line.
        reason = DropReason.NotSip;
        return !IsToken(datagram[start]);
    }

    private static bool IsToken(byte octet) =>
        char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'!' or (byte)'%' or (byte)'*' or (byte)'_'
            or (byte)'+' or (byte)'`' or (byte)'\'' or (byte)'~';
}
