using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.Rendering;

/// <summary>What of one leg's message appears in the other's: headers by the relay column of the header catalogue, and the body.</summary>
internal static class Relay
{
    /// <summary>What we can do on a leg, whatever the other side can.</summary>
    public const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE";

    /// <summary>Copies what passes end to end; what belongs to a leg is written by the caller, what would name a side's network is left out.</summary>
    public static SipWriter Headers(SipWriter into, SipMessage from, in Crossing over)
    {
        for (int i = 0; i < from.HeaderCount; i++)
        {
            HeaderLine line = from.Header(i);
            if (HeaderCatalogue.Row(line.Id).Relay == HeaderRelay.Pass && line.Id is not (HeaderId.ContentType or HeaderId.ContentLength))
            {
                into.Header(from.Name(line), from.Value(line));
            }
        }

        return into;
    }

    /// <summary>Of the extensions that one side supports or requires, those that work through us: session timers pass end to end.</summary>
    public static SipWriter OptionTags(SipWriter into, SipMessage from, HeaderId id)
    {
        foreach (ReadOnlySpan<byte> tag in from.Values(id))
        {
            if (System.Text.Ascii.EqualsIgnoreCase(tag, "timer"u8))
            {
                return into.Header(id, "timer"u8);
            }
        }

        return into;
    }

    /// <summary>The body as the other leg gets it: a session description with our own origin line, anything else untouched.</summary>
    public static byte[] Finish(SipWriter into, SipMessage from, in Crossing over)
    {
        ReadOnlySpan<byte> type = from.Value(HeaderId.ContentType);
        return Dialogs.HasSession(from)
            ? into.Finish(SdpRewrite.Origin(from.Body, HostOf(over.To.SentBy)), type)
            : into.Finish(from.Body, type);
    }

    /// <summary>A host as it stands in a URI: IPv6 in brackets.</summary>
    public static string HostInUri(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <summary>host of "host:port" or "[v6]:port", without brackets.</summary>
    public static string HostOf(string sentBy) => sentBy[..sentBy.LastIndexOf(':')].Trim('[', ']');
}
