using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Framing;

/// <summary>Messages one behind another on a stream, framed by Content-Length (RFC 3261 section 18.3).</summary>
public static class StreamFraming
{
    /// <summary>
    /// Takes one message from the front of <paramref name="received"/>. Leading CRLFs are skipped; a keep-alive alone is
    /// <see cref="ParseOutcome.NeedMore"/> with <paramref name="consumed"/> over 0 (RFC 5626 section 3.5.1: 4 octets are a ping, to be
    /// answered with CRLF; 2 are a pong). The message lies in <paramref name="received"/> until <see cref="SipMessage.Detach"/>.
    /// After <see cref="ParseOutcome.Rejected"/> the stream has lost its framing: answer if that can be done, and close it.
    /// </summary>
    /// <remarks>What is buffered never needs to be more than MaxHeaderBytes + MaxBodyBytes and a few CRLFs: more is refused before it is waited for.</remarks>
    public static ParseOutcome Parse(Memory<byte> received, SipMessage into, in SipLimits limits, out int consumed, out RejectionReason reason)
    {
        var segment = Received.Segment(received);
        var bytes = segment.Array!;
        reason = RejectionReason.None;
        consumed = Received.LeadingLineEnds(segment);
        var start = segment.Offset + consumed;
        var text = bytes.AsSpan(start, segment.Count - consumed);
        if (text.IsEmpty || (text.Length == 1 && text[0] == '\r'))
        {
            return ParseOutcome.NeedMore;
        }

        // A TLS hello or other noise on a SIP port is not worth the wait for an empty line.
        if (!Octets.Token.Contains(text[0]))
        {
            return Reject(into, bytes, start, RejectionReason.StartLine, out reason);
        }

        var headers = text.Length > limits.MaxHeaderBytes ? text[..limits.MaxHeaderBytes] : text;
        var empty = headers.IndexOf("\r\n\r\n"u8);
        if (empty < 0)
        {
            return headers.Length == limits.MaxHeaderBytes ? Reject(into, bytes, start, RejectionReason.HeadersTooLarge, out reason) : ParseOutcome.NeedMore;
        }

        reason = MessageIndex.Index(into, bytes, start, start + empty + 4, limits, out var bodyStart);
        var bodyReason = MessageIndex.BodyLength(into, out var length);
        if (bodyReason == RejectionReason.None)
        {
            // 20.14: "If a stream-based protocol (such as TCP) is used as transport, then the header field MUST be used."
            bodyReason = length < 0 ? RejectionReason.ContentLength : length > limits.MaxBodyBytes ? RejectionReason.BodyTooLarge : RejectionReason.None;
        }

        reason = MessageIndex.First(reason, bodyReason);
        if (reason != RejectionReason.None)
        {
            into.End(bodyStart, bodyStart);
            consumed += bodyStart;
            return ParseOutcome.Rejected;
        }

        if (length > text.Length - bodyStart)
        {
            into.Begin([], 0);
            return ParseOutcome.NeedMore;
        }

        into.End(bodyStart, bodyStart + (int)length);
        consumed += bodyStart + (int)length;
        return ParseOutcome.Done;
    }

    private static ParseOutcome Reject(SipMessage into, byte[] bytes, int start, RejectionReason why, out RejectionReason reason)
    {
        into.Begin(bytes, start);
        reason = why;
        return ParseOutcome.Rejected;
    }
}
