using Controller.Sip.Messages;

namespace Controller.Sip.Framing;

/// <summary>Messages one behind another on a stream, framed by Content-Length (RFC 3261 section 18.3).</summary>
public static class StreamFraming
{
    /// <summary>
    /// Takes one message from the front of <paramref name="received"/>. Leading CRLFs are skipped; a keep-alive alone is
    /// <see cref="ParseOutcome.NeedMore"/> with <paramref name="consumed"/> over 0. The message lies in <paramref name="received"/> until
    /// <see cref="SipMessage.Detach"/>. After <see cref="ParseOutcome.Rejected"/> the stream has lost its framing: close it.
    /// </summary>
    public static ParseOutcome Parse(Memory<byte> received, SipMessage into, in SipLimits limits, out int consumed, out RejectionReason reason) => throw new NotImplementedException();
}
