using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>Responses of ours to a leg's request, byte for byte a function of the request and what they relay.</summary>
internal static class Answers
{
    /// <summary>A response of the other side, in our words: its status, its end-to-end headers and its body; our tag and Contact.</summary>
    public static byte[] Relayed(SipMessage request, Crossing over, string tag, SipMessage response)
    {
        SipWriter writer = Responses.Begin(request, response.StatusCode, Relay.Phrase(response, over), over.To.Flow.Remote, tag);
        bool targetRefresh = request.Method is SipMethod.Invite or SipMethod.Update or SipMethod.Refer or SipMethod.Subscribe;
        if (targetRefresh && response.StatusCode < 300)
        {
            writer.Header(HeaderId.Contact, $"<{over.To.Contact}>").Header(HeaderId.Allow, Relay.Allow);
            Relay.OptionTags(writer, response, HeaderId.Supported);
            Relay.OptionTags(writer, response, HeaderId.Require);
        }

        return Relay.Finish(Relay.Headers(writer, response, over), response, over);
    }

    /// <summary>A response of our own making.</summary>
    /// <param name="reason">Value of a Reason header (RFC 3326); empty for none.</param>
    public static byte[] Own(SipMessage request, Leg to, string tag, int status, string reason = "", int retryAfterSeconds = 0)
    {
        SipWriter writer = Responses.Begin(request, status, default, to.Flow.Remote, tag);
        if (reason.Length > 0)
        {
            writer.Header(HeaderId.Reason, reason);
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

    /// <summary>Within a dialog, we answer for ourselves: RFC 3261 section 11.2.</summary>
    public static byte[] Options(SipMessage request, Leg to) => Responses.Begin(request, 200, default, to.Flow.Remote, to.LocalTag)
        .Header(HeaderId.Contact, $"<{to.Contact}>")
        .Header(HeaderId.Allow, Relay.Allow)
        .Header(HeaderId.Accept, "application/sdp"u8)
        .Header(HeaderId.Supported, "timer"u8)
        .Finish();
}
