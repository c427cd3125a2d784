using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Text;
using Controller.Sip.Uris;

namespace Controller.Sip.Framing;

/// <summary>What RFC 3261 sections 8.1.1 and 16.3 and RFC 4475 want refused in a message that was framed.</summary>
public static class MessageScreening
{
    /// <summary>The cookie of RFC 3261 section 8.1.1.7.</summary>
    private static ReadOnlySpan<byte> MagicCookie => "z9hG4bK"u8;

    /// <summary>The first thing wrong; a request is then answered with <see cref="StatusFor"/>, a response discarded.</summary>
    public static RejectionReason Check(SipMessage message)
    {
        var reason = Presence(message);
        reason = reason != RejectionReason.None ? reason : Vias(message);
        reason = reason != RejectionReason.None ? reason : Identity(message);
        reason = reason != RejectionReason.None ? reason : Sequence(message);
        return reason != RejectionReason.None ? reason : Targets(message);
    }

    /// <summary>400, 413, 505 …; 0: no answer.</summary>
    public static int StatusFor(RejectionReason reason) => reason switch
    {
        RejectionReason.None or RejectionReason.Empty => 0,
        RejectionReason.Version => 505,
        RejectionReason.BodyTooLarge => 413,
        RejectionReason.HeadersTooLarge or RejectionReason.TooManyHeaders => 513,
        _ => 400,
    };

    /// <summary>For the status line of the refusal: "Bad Request (CSeq)".</summary>
    public static string Phrase(RejectionReason reason) => RejectionPhrases.For(reason);

    /// <summary>True if a refusal of this can be written and sent: a request, not an ACK, with a Via. One that does not parse is copied as it is.</summary>
    public static bool MayAnswer(SipMessage message) =>

        // 17.1.1.3 and 8.2.7: an ACK is never answered.
        message.IsRequest && message.Method != SipMethod.Ack && !message.Value(HeaderId.Via).IsEmpty;

    private static RejectionReason Presence(SipMessage message)
    {
        // 8.1.1: "A valid SIP request formulated by a UAC MUST, at a minimum, contain the following header fields: To, From, CSeq,
        // Call-ID, Max-Forwards, and Via". Max-Forwards may be missing: 16.3, for elements of RFC 2543.
        if (!message.Has(HeaderId.Via))
        {
            return RejectionReason.MissingVia;
        }

        if (!message.Has(HeaderId.From))
        {
            return RejectionReason.MissingFrom;
        }

        if (!message.Has(HeaderId.To))
        {
            return RejectionReason.MissingTo;
        }

        if (!message.Has(HeaderId.CallId))
        {
            return RejectionReason.MissingCallId;
        }

        if (!message.Has(HeaderId.CSeq))
        {
            return RejectionReason.MissingCSeq;
        }

        // RFC 4475 section 3.3.8: several values of a header field that may have one: no choice among them is safe.
        for (var i = 0; i < message.HeaderCount; i++)
        {
            var id = message.Header(i).Id;
            if (message.First(id) != i && HeaderCatalogue.Row(id).Once)
            {
                return RejectionReason.DuplicateHeader;
            }
        }

        return RejectionReason.None;
    }

    private static RejectionReason Vias(SipMessage message)
    {
        var count = 0;
        foreach (var value in message.Values(HeaderId.Via))
        {
            if (!Via.TryParse(value, out var via))
            {
                return RejectionReason.Via;
            }

            // RFC 4475 section 3.2.1: the cookie promises a transaction identifier; there is none.
            if (count++ == 0 && via.Branch.SequenceEqual(MagicCookie))
            {
                return RejectionReason.Branch;
            }
        }

        if (count == 0)
        {
            return RejectionReason.Via;
        }

        // 8.1.3.3: "If more than one Via header field value is present in a response, the UAC SHOULD discard the message." What we send has one.
        return count > 1 && !message.IsRequest ? RejectionReason.SeveralVias : RejectionReason.None;
    }

    private static RejectionReason Identity(SipMessage message)
    {
        if (!IsAddress(message.Value(HeaderId.From)))
        {
            return RejectionReason.From;
        }

        if (!IsAddress(message.Value(HeaderId.To)))
        {
            return RejectionReason.To;
        }

        // callid = word [ "@" word ]. Devices that take more liberties are many; a blank or a control would break whoever copies it.
        var callId = message.Value(HeaderId.CallId);
        return callId.IsEmpty || callId.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? RejectionReason.CallId : RejectionReason.None;
    }

    private static RejectionReason Sequence(SipMessage message)
    {
        if (!CSeq.TryParse(message.Value(HeaderId.CSeq), out _, out var method))
        {
            return RejectionReason.CSeq;
        }

        // 8.1.1.5: "The method MUST match that of the request."
        if (message.IsRequest && !method.SequenceEqual(message.MethodText))
        {
            return RejectionReason.CSeqMethod;
        }

        return message.Has(HeaderId.MaxForwards) && !Octets.IsDigits(message.Value(HeaderId.MaxForwards)) ? RejectionReason.MaxForwards : RejectionReason.None;
    }

    private static RejectionReason Targets(SipMessage message)
    {
        // 19.1.1, table 1: header fields may not stand in a Request-URI; RFC 4475 section 3.1.2.11: they must not become real ones either.
        if (message.IsRequest && (!SipUri.TryParse(message.RequestUri, out var uri) || !uri.Headers.IsEmpty))
        {
            return RejectionReason.RequestUri;
        }

        foreach (var value in message.Values(HeaderId.Contact))
        {
            if (!value.SequenceEqual("*"u8) && !IsAddress(value))
            {
                return RejectionReason.Contact;
            }
        }

        foreach (var value in message.Values(HeaderId.Route))
        {
            if (!IsAddress(value))
            {
                return RejectionReason.Route;
            }
        }

        foreach (var value in message.Values(HeaderId.RecordRoute))
        {
            if (!IsAddress(value))
            {
                return RejectionReason.RecordRoute;
            }
        }

        return RejectionReason.None;
    }

    private static bool IsAddress(ReadOnlySpan<byte> value) => NameAddr.TryParse(value, out var address) && SipUri.TryParse(address.Uri, out _);
}
