using Controller.Sip.Messages;

namespace Controller.Sip.Framing;

/// <summary>One datagram (or WebSocket message, RFC 7118 section 5) holds one message.</summary>
public static class DatagramFraming
{
    /// <summary>Never <see cref="ParseOutcome.NeedMore"/>. Folded lines are unfolded in place: <paramref name="datagram"/> is written to.</summary>
    public static ParseOutcome Parse(Memory<byte> datagram, SipMessage into, in SipLimits limits, out RejectionReason reason) => throw new NotImplementedException();
}
