using Controller.Sip.Messages;

namespace Controller.Sip.Framing;

/// <summary>One datagram (or WebSocket message, RFC 7118 section 5) holds one message.</summary>
public static class DatagramFraming
{
    /// <summary>Never <see cref="ParseOutcome.NeedMore"/>. Folded lines are unfolded in place: <paramref name="datagram"/> is written to.</summary>
    /// <param name="datagram">Memory of an array; the index points into it.</param>
    public static ParseOutcome Parse(Memory<byte> datagram, SipMessage into, in SipLimits limits, out RejectionReason reason)
    {
        var segment = Received.Segment(datagram);
        var bytes = segment.Array!;
        int start = segment.Offset, end = segment.Offset + segment.Count;
        start += Received.LeadingLineEnds(bytes.AsSpan(start, segment.Count));
        if (start == end)
        {
            into.Begin(bytes, start);
            reason = RejectionReason.Empty;
            return ParseOutcome.Rejected;
        }

        reason = MessageIndex.Index(into, bytes, start, end, limits, out var bodyStart);
        var available = end - start - bodyStart;
        var bodyReason = MessageIndex.BodyLength(into, out var length);
        if (bodyReason == RejectionReason.None)
        {
            // 18.3: "If the transport packet ends before the end of the message body, this is considered an error."
            bodyReason = length > available ? RejectionReason.Truncated
                : length > limits.MaxBodyBytes || (length < 0 && available > limits.MaxBodyBytes) ? RejectionReason.BodyTooLarge
                : RejectionReason.None;
        }

        reason = MessageIndex.First(reason, bodyReason);

        // 18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST be discarded." and
        // "If the Content-Length header field is not present, the body is assumed to extend to the end of the transport packet."
        into.End(bodyStart, reason != RejectionReason.None ? bodyStart : bodyStart + (length < 0 ? available : (int)length));
        return reason == RejectionReason.None ? ParseOutcome.Done : ParseOutcome.Rejected;
    }
}
