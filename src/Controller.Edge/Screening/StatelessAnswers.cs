using System.Text;
using Controller.Actors.Policies;
using Controller.Edge.Flows;
using Controller.Edge.Telemetry;
using Controller.Sharding.Runtime;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Screening;

/// <summary>Answers that need no actor and leave nothing behind: RFC 3261 section 8.2.7. Thread-safe.</summary>
internal sealed class StatelessAnswers(EdgeOptions options, SettingsSource<ControllerSettings> settings, ISipSender sender, EdgeInstruments instruments)
{
    [ThreadStatic]
    private static SipWriter? t_writer;

    private readonly byte[] _allow = Encoding.ASCII.GetBytes(options.Rules.Allow);
    private readonly byte[] _accept = Encoding.ASCII.GetBytes(options.Rules.Accept);
    private readonly byte[] _supported = Encoding.ASCII.GetBytes(string.Join(", ", options.Rules.OptionTags));

    /// <param name="phrase">Empty: the standard one.</param>
    /// <param name="unsupported">The option tags of a 420.</param>
    public void Answer(SipMessage request, Flow flow, int status, ReadOnlySpan<byte> phrase = default, string unsupported = "")
    {
        // RFC 3261 section 17.1.1.3: an ACK is never answered.
        if (request.Method == SipMethod.Ack)
        {
            instruments.Dropped(DropReason.Unanswerable);
            return;
        }

        SipWriter writer = t_writer ??= new SipWriter();
        string tag = StatelessTag.Make(settings.Current.Secret.Span, request);
        Responses.Begin(writer, request, status, phrase, flow.Remote, tag);
        switch (status)
        {
            case 200:
                // RFC 3261 section 11.2: "Allow, Accept, Accept-Encoding, Accept-Language, and Supported header fields SHOULD be present
                // in a 200 (OK) response to an OPTIONS request."
                writer.Header(HeaderId.Allow, _allow)
                    .Header(HeaderId.Accept, "application/sdp"u8)
                    .Header(HeaderId.AcceptEncoding, "identity"u8)
                    .Header(HeaderId.AcceptLanguage, "en"u8)
                    .Header(HeaderId.Supported, _supported);
                break;

            // RFC 3261 section 8.2.1: "The UAS MUST also add an Allow header field to the 405 (Method Not Allowed) response."
            // Section 21.5.2 leaves it open for 501; RFC 4475 section 3.1.1.2 adds it.
            case 405 or 501:
                writer.Header(HeaderId.Allow, _allow);
                break;

            // RFC 3261 section 8.2.3: "The response MUST contain an Accept header field listing the types of all bodies it understands".
            case 406 or 415:
                writer.Header(HeaderId.Accept, _accept);
                break;

            // RFC 3261 section 8.2.2.3: "The UAS MUST add an Unsupported header field, and list in it those options it does not understand".
            case 420:
                writer.Header(HeaderId.Unsupported, unsupported);
                break;

            // RFC 3261 section 20.43: "399 Miscellaneous warning: The warning text can include arbitrary information to be presented to a human user or logged."
            case 488:
                writer.HeaderStart(HeaderId.Warning).Append("399 "u8).Append(settings.Current.Listeners[flow.Listener].SentBy)
                    .Append(" \"The session description cannot be read\""u8).HeaderEnd();
                break;

            // RFC 3261 section 21.5.4: "The server MAY indicate when the client should retry the request in a Retry-After header field."
            case 503:
                writer.HeaderStart(HeaderId.RetryAfter).Append(options.RetryAfterSeconds).HeaderEnd();
                break;
        }

        sender.Send(Responses.Destination(request, flow), writer.Finish(), "", default);
        instruments.Answered(status);
    }
}
