using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Rendering;

/// <summary>What of one leg's message appears in the other's: headers by the relay column of the header catalogue, and the body.</summary>
internal static class Relay
{
    /// <summary>What we can do on a leg, whatever the other side can.</summary>
    public const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE";

    /// <summary>Copies what passes end to end; what belongs to a leg is written by the caller, what would name a side's network is left out.</summary>
    public static SipWriter Headers(SipWriter into, SipMessage from, Crossing over)
    {
        TopologyHiding hiding = over.Hiding(from);
        for (int i = 0; i < from.HeaderCount; i++)
        {
            HeaderLine line = from.Header(i);
            if (line.Id is not (HeaderId.ContentType or HeaderId.ContentLength))
            {
                HeaderCrossing.Write(into, from, line, hiding, over);
            }
        }

        return into;
    }

    /// <summary>The words of a status line; the standard ones (empty) if they name the side that they come from.</summary>
    public static ReadOnlySpan<byte> Phrase(SipMessage response, Crossing over) =>
        over.Hiding(response).Names(response.ReasonPhrase) ? default : response.ReasonPhrase;

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

    /// <summary>
    /// The body as the other leg gets it: session descriptions with our own origin line, nothing that names the other side (<see cref="BodyCrossing"/>). A
    /// body of which nothing can be told is left out.
    /// </summary>
    public static byte[] Finish(SipWriter into, SipMessage from, Crossing over)
    {
        if (from.Body.IsEmpty)
        {
            return into.Finish();
        }

        ReadOnlySpan<byte> type = from.Value(HeaderId.ContentType);
        var parts = new BodyCrossing(over.Hiding(from), HostOf(over.To.SentBy), cids: from.Has(HeaderId.Geolocation));
        if (parts.Reads(type) && BodyParts.IsEncoded(from))
        {
            return into.Finish();
        }

        return into.Finish(BodyParts.Rewrite(type, from.Body, parts), type);
    }

    /// <summary>A host as it stands in a URI: IPv6 in brackets.</summary>
    public static string HostInUri(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <summary>host of "host:port" or "[v6]:port", without brackets.</summary>
    public static string HostOf(string sentBy) => sentBy[..sentBy.LastIndexOf(':')].Trim('[', ']');
}
