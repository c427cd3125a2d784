using System.Globalization;
using Controller.Actors.Calls.State;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Rendering;

/// <summary>Requests of ours, byte for byte a function of the leg and what they relay.</summary>
internal static class Requests
{
    private const int DefaultMaxForwards = 70;

    /// <summary>The INVITE that tries a new leg.</summary>
    /// <param name="replaces">The dialog of the callee's that it is to replace, in the callee's names; empty for none.</param>
    /// <param name="leastSession">The shortest session interval that the callee has asked for in a 422, in seconds; 0 if it has not.</param>
    public static byte[] Invite(Crossing over, string branch, SipMessage received, string replaces, int leastSession = 0)
    {
        Leg leg = over.To;
        SipWriter writer = Begin(SipMethod.Invite, "INVITE"u8, leg.RemoteTarget, leg, branch, leg.LocalCSeq, MaxForwards(received));
        writer.OwnContact(leg).Header(HeaderId.Allow, Relay.Allow);
        SessionHeaders.Asked(writer, over.Calls, leastSession);
        Relay.OptionTags(writer, received, HeaderId.Supported);
        Relay.OptionTags(writer, received, HeaderId.Require);
        if (Concerns.Reliability.IsOffered(received, over.From))
        {
            writer.Header(HeaderId.Supported, "100rel"u8);
        }

        if (over.From.Capabilities.Has(LegCapabilities.EarlyDialogTerminated))
        {
            writer.Header(HeaderId.Supported, "199"u8);
        }

        if (replaces.Length > 0)
        {
            writer.HeaderStart(HeaderId.Replaces).AppendOctets(replaces).HeaderEnd();
        }

        ReferredNames.ReferredBy(writer, received, over);
        AssertedIdentities.Write(writer, received, over);
        return Relay.Finish(Relay.Headers(writer, received, over), received, over);
    }

    /// <summary>The acknowledgement of a reliable provisional response: RFC 3262 section 7.2, "RAck: response-num CSeq-num Method".</summary>
    /// <param name="received">The caller's PRACK that it relays; null if it is our own.</param>
    public static byte[] Prack(Crossing over, string branch, uint cseq, uint rseq, uint inviteCSeq, SipMessage? received)
    {
        Leg leg = over.To;
        SipWriter writer = Begin(SipMethod.Prack, "PRACK"u8, leg.RemoteTarget, leg, branch, cseq, received is null ? DefaultMaxForwards : MaxForwards(received));
        writer.HeaderStart(HeaderId.RAck).Append(rseq).Append(" "u8).Append(inviteCSeq).Append(" INVITE"u8).HeaderEnd();
        return received is null ? writer.Finish() : Relay.Finish(Relay.Headers(writer, received, over), received, over);
    }

    /// <summary>A request outside a dialog, other than INVITE, that relays one of the other side.</summary>
    public static byte[] Outside(Crossing over, string branch, SipMessage received)
    {
        Leg leg = over.To;
        SipWriter writer = Begin(received.Method, received.MethodText, leg.RemoteTarget, leg, branch, leg.LocalCSeq, MaxForwards(received));

        // RFC 3428 section 4: "MESSAGE requests do not initiate dialogs. User Agents MUST NOT insert Contact header fields into MESSAGE requests."
        if (received.Method != SipMethod.Message && received.Has(HeaderId.Contact))
        {
            writer.OwnContact(leg);
        }

        AssertedIdentities.Write(writer, received, over);
        return Relay.Finish(Relay.Headers(writer, received, over), received, over);
    }

    /// <summary>A request within the leg's dialog (RFC 3261 section 12.2.1.1) that relays one of the other leg.</summary>
    public static byte[] Relayed(Crossing over, string branch, uint cseq, SipMessage received) => Relayed(over, branch, cseq, received, received.Method);

    /// <summary>The same, by another method.</summary>
    /// <param name="method">Its method here: a re-INVITE may stand for an UPDATE.</param>
    public static byte[] Relayed(Crossing over, string branch, uint cseq, SipMessage received, SipMethod method)
    {
        Leg leg = over.To;
        SipWriter writer = Begin(method, method == received.Method ? received.MethodText : method.Utf8Name(), leg.RemoteTarget, leg, branch, cseq, MaxForwards(received));
        if (method is SipMethod.Invite or SipMethod.Update)
        {
            writer.OwnContact(leg).Header(HeaderId.Allow, Relay.Allow);
            SessionHeaders.Refreshed(writer, leg.Timer);
            Relay.OptionTags(writer, received, HeaderId.Supported);
            Relay.OptionTags(writer, received, HeaderId.Require);
        }
        else if (received.Method is SipMethod.Subscribe or SipMethod.Notify)
        {
            // RFC 6665 section 4.4.1: both are target refresh requests, and Contact is mandatory in both (table 2 of section 8.1).
            writer.OwnContact(leg);
        }

        return Relay.Finish(Relay.Headers(writer, received, over), received, over);
    }

    /// <summary>A session refresh request of our own (RFC 4028 section 7.4).</summary>
    /// <param name="description">The description that holds on this leg, with the version it has; empty for an UPDATE without a body.</param>
    public static byte[] Refresh(Leg leg, string branch, uint cseq, SipMethod method, ReadOnlyMemory<byte> description, SessionTimer timer)
    {
        SipWriter writer = Begin(method, method.Utf8Name(), leg.RemoteTarget, leg, branch, cseq, DefaultMaxForwards);
        writer.OwnContact(leg).Header(HeaderId.Allow, Relay.Allow);
        SessionHeaders.Refreshed(writer, timer);
        return description.IsEmpty ? writer.Finish() : writer.Finish(description.Span, "application/sdp"u8);
    }

    /// <param name="reason">Value of Reason (RFC 3326); empty for none.</param>
    public static byte[] Bye(Leg leg, string branch, uint cseq, string reason) =>
        WithReason(Begin(SipMethod.Bye, "BYE"u8, leg.RemoteTarget, leg, branch, cseq, DefaultMaxForwards), reason).Finish();

    private static SipWriter WithReason(SipWriter into, string reason)
    {
        if (reason.Length > 0)
        {
            into.HeaderStart(HeaderId.Reason).AppendOctets(reason).HeaderEnd();
        }

        return into;
    }

    /// <summary>The ACK to a 2xx: a request of its own within the dialog, with the number of its INVITE (RFC 3261 section 13.2.2.4).</summary>
    public static byte[] Ack(Leg leg, string branch, uint cseq) =>
        Begin(SipMethod.Ack, "ACK"u8, leg.RemoteTarget, leg, branch, cseq, DefaultMaxForwards).Finish();

    /// <summary>The ACK that carries the session description of the other leg's (late offer).</summary>
    public static byte[] Ack(Crossing over, string branch, uint cseq, SipMessage description) =>
        Relay.Finish(Begin(SipMethod.Ack, "ACK"u8, over.To.RemoteTarget, over.To, branch, cseq, DefaultMaxForwards), description, over);

    /// <summary>
    /// The ACK to a final response other than 2xx, RFC 3261 section 17.1.1.3: Request-URI, Call-ID, From, CSeq number, Route and the one Via of the
    /// INVITE; To of the response.
    /// </summary>
    public static byte[] AckRefusal(ReadOnlySpan<byte> sentInvite, SipMessage response)
    {
        SipMessage invite = SipMessage.Copy(sentInvite);

        // 22.1: an ACK has the credentials of its INVITE.
        return OfInvite(invite, SipMethod.Ack).CopyAll(response, HeaderId.To).CopyAll(invite, HeaderId.Authorization).CopyAll(invite, HeaderId.ProxyAuthorization).Finish();
    }

    /// <summary>RFC 3261 section 9.1: Request-URI, Call-ID, To, the numeric part of CSeq, From, the one Via and Route are those of the INVITE.</summary>
    /// <param name="reason">Value of Reason (RFC 3326); empty for none.</param>
    public static byte[] Cancel(ReadOnlySpan<byte> sentInvite, string reason)
    {
        SipMessage invite = SipMessage.Copy(sentInvite);
        return WithReason(OfInvite(invite, SipMethod.Cancel).CopyAll(invite, HeaderId.To), reason).Finish();
    }

    private static SipWriter OfInvite(SipMessage invite, SipMethod method) => new SipWriter(512)
        .RequestLine(method.Utf8Name(), invite.RequestUri)
        .CopyAll(invite, HeaderId.Via)
        .Header(HeaderId.MaxForwards, "70"u8)
        .CopyAll(invite, HeaderId.Route)
        .CopyAll(invite, HeaderId.From)
        .CopyAll(invite, HeaderId.CallId)
        .Header(HeaderId.CSeq, string.Create(CultureInfo.InvariantCulture, $"{Dialogs.Number(invite)} {method.Name()}"));

    /// <summary>The beginning of a request within the leg's dialog that relays one of the other leg: to the end of its CSeq.</summary>
    public static SipWriter Begin(SipMessage received, Leg leg, string branch, uint cseq) =>
        Begin(received.Method, received.MethodText, leg.RemoteTarget, leg, branch, cseq, MaxForwards(received));

    /// <summary>The beginning of a request of our own on the leg: to the end of its CSeq.</summary>
    public static SipWriter Begin(SipMethod method, Leg leg, string branch, uint cseq) =>
        Begin(method, method.Utf8Name(), leg.RemoteTarget, leg, branch, cseq, DefaultMaxForwards);

    private static SipWriter Begin(
        SipMethod method, ReadOnlySpan<byte> methodText, string target, Leg leg, string branch, uint cseq, int maxForwards)
    {
        var writer = new SipWriter(1024);

        var to = RequestTarget.Of(leg.RouteSet, target);
        writer.RequestLine(methodText, to.RequestUri);
        writer.HeaderStart(HeaderId.Via).Append("SIP/2.0/"u8).Append(leg.Flow.Transport.ViaToken()).Append(" "u8).Append(leg.SentBy)
            .Append(";branch="u8).Append(branch).Append(";rport"u8).HeaderEnd();
        writer.HeaderStart(HeaderId.MaxForwards).Append(maxForwards).HeaderEnd();
        foreach (string route in to.Routes)
        {
            writer.HeaderStart(HeaderId.Route).AppendOctets(route).HeaderEnd();
        }

        writer.HeaderStart(HeaderId.From).AppendOctets(leg.LocalParty).Append(";tag="u8).Append(leg.LocalTag).HeaderEnd();
        writer.HeaderStart(HeaderId.To).AppendOctets(leg.RemoteParty);
        if (leg.RemoteTag.Length > 0)
        {
            writer.Append(";tag="u8).AppendOctets(leg.RemoteTag);
        }

        writer.HeaderEnd();
        writer.HeaderStart(HeaderId.CallId).AppendOctets(leg.CallIdValue).HeaderEnd();
        return writer.HeaderStart(HeaderId.CSeq).Append(cseq).Append(" "u8).Append(method == SipMethod.Unknown ? methodText : method.Utf8Name()).HeaderEnd();
    }

    /// <summary>RFC 3261 section 16.6 step 3; 70 if there was none. Never below 0: the edge refuses what arrives with 0.</summary>
    private static int MaxForwards(SipMessage received) =>
        int.TryParse(received.Value(HeaderId.MaxForwards), NumberStyles.None, CultureInfo.InvariantCulture, out int hops)
            ? Math.Clamp(hops - 1, 0, 255)
            : DefaultMaxForwards;
}
