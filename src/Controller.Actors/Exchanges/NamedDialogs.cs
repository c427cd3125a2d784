using Controller.Actors.Calls.Rendering;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Exchanges;

/// <summary>
/// Event packages whose bodies are about dialogs and contacts name Call-IDs, tags and addresses of one side, all through (RFC 4235 section 4.1, RFC 3680
/// section 5). They cross only between realms that both say <c>topology = pass</c>; otherwise whoever asks is told so, instead of a body that says nothing.
/// </summary>
internal static class NamedDialogs
{
    /// <returns>0, or the status to refuse the request with.</returns>
    public static int Refusal(Crossing over, SipMessage request)
    {
        if (over.PassesTopology)
        {
            return 0;
        }

        // RFC 6665 section 8.3.2: 489 "is used to indicate that the server did not understand the event package specified in a "Event" header field".
        ReadOnlySpan<byte> package = EventType.Package(request.Value(HeaderId.Event));
        if (package.SequenceEqual("dialog"u8) || package.SequenceEqual("reg"u8))
        {
            return 489;
        }

        ReadOnlySpan<byte> type = request.Value(HeaderId.ContentType);
        return !request.Body.IsEmpty && (Is(type, "application/dialog-info+xml"u8) || Is(type, "application/reginfo+xml"u8)) ? 415 : 0;
    }

    private static bool Is(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> type)
    {
        int end = contentType.IndexOf((byte)';');
        return System.Text.Ascii.EqualsIgnoreCase((end < 0 ? contentType : contentType[..end]).Trim((byte)' '), type);
    }
}
