using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Refusals;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>Responses of ours to a leg's request, byte for byte a function of the request and what they relay.</summary>
internal static class Answers
{
    /// <summary>A response of the other side, in our words: its status, its end-to-end headers and its body; our tag and Contact.</summary>
    /// <param name="rseq">For a reliable provisional response (RFC 3262); 0: it is not one.</param>
    /// <param name="description">The session description to give, as we sent it before, if the response has none; empty: none.</param>
    /// <param name="timer">What is agreed on with the peer that asks, in a 2xx that refreshes a session; null: nothing is said.</param>
    public static byte[] Relayed(
        SipMessage request, Crossing over, string tag, SipMessage response, uint rseq = 0, ReadOnlyMemory<byte> description = default, SessionTimer? timer = null)
    {
        SipWriter writer = Responses.Begin(request, response.StatusCode, Relay.Phrase(response, over), over.To.Flow.Remote, tag);
        bool targetRefresh = request.Method is SipMethod.Invite or SipMethod.Update or SipMethod.Refer or SipMethod.Subscribe;
        if (targetRefresh && response.StatusCode < 300)
        {
            writer.OwnContact(over.To).Header(HeaderId.Allow, Relay.Allow);
            SessionHeaders.Agreed(writer, timer, SessionHeaders.IsSupported(request));
            Relay.OptionTags(writer, response, HeaderId.Supported);
            Relay.OptionTags(writer, response, HeaderId.Require);
        }

        if (rseq != 0)
        {
            // RFC 3262 section 3: "The response MUST contain a Require header field containing the option tag 100rel, and MUST include an RSeq header field."
            writer.Header(HeaderId.Require, "100rel"u8);
            writer.HeaderStart(HeaderId.RSeq).Append(rseq).HeaderEnd();
        }

        Relay.Headers(writer, response, over);
        return description.IsEmpty ? Relay.Finish(writer, response, over) : over.SentOut(writer.Finish(description.Span, "application/sdp"u8));
    }

    /// <summary>The response to a request other than INVITE that makes no call: <see cref="Relayed"/>, and what belongs to its method.</summary>
    public static byte[] Passed(SipMessage request, Crossing over, string tag, SipMessage response)
    {
        // A redirection or a challenge means nothing to the caller: its Contact or challenge belongs to the other side (8.1.3.4, 22.3).
        if (response.StatusCode is (>= 300 and < 400) or 401 or 407)
        {
            return Own(request, over.To, tag, response.StatusCode < 400 ? 480 : 403);
        }

        SipWriter writer = Responses.Begin(request, response.StatusCode, Relay.Phrase(response, over), over.To.Flow.Remote, tag);
        switch (response.StatusCode)
        {
            // RFC 6665 section 4.2.1.1: the Contact of the 2xx is the notifier's; 12.1.1 wants it in every response that makes a dialog.
            case < 300 when request.Method is SipMethod.Subscribe:
                writer.OwnContact(over.To);
                break;

            // 11.2, 21.4.6: what the other side can, as far as it works through us.
            case 405 or < 300 when request.Method is SipMethod.Options || response.StatusCode == 405:
                writer.Header(HeaderId.Allow, Allowed(response));
                break;

            // RFC 3903 section 6, RFC 6665 section 4.2.1.1: "a 423 (Interval Too Brief) … MUST contain a Min-Expires header field".
            case 423:
                writer.CopyAll(response, HeaderId.MinExpires);
                break;
        }

        return Relay.Finish(Relay.Headers(writer, response, over), response, over);
    }

    private static string Allowed(SipMessage response)
    {
        var methods = new List<string>();
        foreach (ReadOnlySpan<byte> method in response.Values(HeaderId.Allow))
        {
            if (SipMethods.Parse(method) is var known and not SipMethod.Unknown && Capabilities.Rules.Methods.Contains(known))
            {
                methods.Add(known.Name());
            }
        }

        return string.Join(", ", methods);
    }

    /// <summary>A refusal of the other side, as this one is told it: with its status and cause if the tables of both sides leave them, else with those.</summary>
    public static byte[] Refused(SipMessage request, Crossing over, string tag, SipMessage response, Refusal told)
    {
        Refusal said = Refusal.Of(response);
        if (said == told)
        {
            return Relayed(request, over, tag, response);
        }

        // RFC 3261 section 7.2: the words belong to the status code that they explain.
        SipWriter writer = Responses.Begin(request, told.Status, said.Status == told.Status ? Relay.Phrase(response, over) : default, over.To.Flow.Remote, tag);
        if (said.Cause == told.Cause)
        {
            return Relay.Finish(Relay.Headers(writer, response, over), response, over);
        }

        writer.HeaderStart(HeaderId.Reason).AppendOctets(Reasons.With(over, response, told.Cause)).HeaderEnd();
        return Relay.Finish(Relay.Headers(writer, response, over, except: HeaderId.Reason), response, over);
    }

    /// <summary>A redirection of the other side, to Contacts of ours.</summary>
    public static byte[] Redirected(SipMessage request, Crossing over, string tag, SipMessage response, List<string> contacts)
    {
        SipWriter writer = Responses.Begin(request, response.StatusCode, Relay.Phrase(response, over), over.To.Flow.Remote, tag);
        foreach (string contact in contacts)
        {
            writer.HeaderStart(HeaderId.Contact).AppendOctets(contact).HeaderEnd();
        }

        return Relay.Finish(Relay.Headers(writer, response, over), response, over);
    }

    /// <summary>A response of our own making.</summary>
    /// <param name="reason">Value of a Reason header (RFC 3326); empty for none.</param>
    /// <param name="warning">Value of a Warning header (RFC 3261 section 20.43); empty for none.</param>
    public static byte[] Own(SipMessage request, Leg to, string tag, int status, string reason = "", int retryAfterSeconds = 0, string warning = "")
    {
        SipWriter writer = Responses.Begin(request, status, default, to.Flow.Remote, tag);
        if (reason.Length > 0)
        {
            writer.Header(HeaderId.Reason, reason);
        }

        if (warning.Length > 0)
        {
            writer.Header(HeaderId.Warning, warning);
        }

        if (retryAfterSeconds > 0)
        {
            writer.HeaderStart(HeaderId.RetryAfter).Append(retryAfterSeconds).HeaderEnd();
        }

        if (status == 405)
        {
            writer.Header(HeaderId.Allow, Relay.Allow);
        }

        return writer.Finish();
    }

    /// <summary>RFC 3261 section 20.43: "305 Incompatible media format: One or more media formats contained in the session description are not available."</summary>
    public static string IncompatibleFormat(Leg to) => $"305 {to.SentBy} \"Incompatible media format\"";

    /// <summary>An early dialog has ended without an answer: RFC 6228.</summary>
    public static byte[] EarlyDialogTerminated(SipMessage invite, Leg to, string tag) =>
        Responses.Begin(invite, 199, "Early Dialog Terminated"u8, to.Flow.Remote, tag).OwnContact(to).Finish();

    /// <summary>An UPDATE without an offer that goes no further: the target is refreshed on this side (RFC 3311 section 5.2).</summary>
    /// <param name="timer">The session timer that begins again with it; null: none.</param>
    public static byte[] Refreshed(SipMessage update, Leg to, SessionTimer? timer)
    {
        SipWriter writer = Responses.Begin(update, 200, default, to.Flow.Remote, "").OwnContact(to).Header(HeaderId.Allow, Relay.Allow);
        return SessionHeaders.Agreed(writer, timer, SessionHeaders.IsSupported(update)).Finish();
    }

    /// <summary>RFC 4028 section 6: a session interval below our own minimum, which Min-SE says.</summary>
    public static byte[] IntervalTooSmall(SipMessage request, System.Net.IPEndPoint from, string tag, CallSettings settings) =>
        Responses.Begin(request, 422, default, from, tag).HeaderStart(HeaderId.MinSe).Append((int)settings.MinSe.TotalSeconds).HeaderEnd().Finish();

    /// <summary>A REFER that is carried out here: RFC 3515 section 2.4.2.</summary>
    public static byte[] Accepted(SipMessage refer, Leg to, bool notified)
    {
        SipWriter writer = Responses.Begin(refer, 202, default, to.Flow.Remote, to.LocalTag).OwnContact(to).Header(HeaderId.Allow, Relay.Allow);
        return (notified ? writer : writer.Header(HeaderId.ReferSub, "false"u8).Header(HeaderId.Supported, "norefersub"u8)).Finish();
    }

    /// <summary>Within a dialog, we answer for ourselves: RFC 3261 section 11.2.</summary>
    public static byte[] Options(SipMessage request, Leg to) => Responses.Begin(request, 200, default, to.Flow.Remote, to.LocalTag)
        .OwnContact(to)
        .Header(HeaderId.Allow, Relay.Allow)
        .Header(HeaderId.Accept, "application/sdp"u8)
        .Header(HeaderId.Supported, "timer, 100rel, 199"u8)
        .Finish();
}
