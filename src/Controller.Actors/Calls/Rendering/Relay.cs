using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Rendering;

/// <summary>What of one leg's message appears in the other's: headers by the relay column of the header catalogue, and the body.</summary>
internal static class Relay
{
    /// <summary>What we can do on a leg, whatever the other side can.</summary>
    public const string Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, REFER, NOTIFY, PRACK";

    /// <summary>Copies what passes end to end; what belongs to a leg is written by the caller, what would name a side's network is left out.</summary>
    /// <param name="except">A header that the caller writes itself.</param>
    public static SipWriter Headers(SipWriter into, SipMessage from, Crossing over, HeaderId except = HeaderId.Unknown)
    {
        from = over.TakenIn(from);
        TopologyHiding hiding = over.Hiding(from);
        for (int i = 0; i < from.HeaderCount; i++)
        {
            HeaderLine line = from.Header(i);
            if (line.Id is not (HeaderId.ContentType or HeaderId.ContentLength) && (line.Id != except || except == HeaderId.Unknown))
            {
                HeaderCrossing.Write(into, from, line, hiding, over);
            }
        }

        return into;
    }

    /// <summary>Our Contact on a leg.</summary>
    public static SipWriter OwnContact(this SipWriter into, Leg leg) => into.HeaderStart(HeaderId.Contact).Append("<"u8).Append(leg.Contact).Append(">"u8).HeaderEnd();

    /// <summary>The words of a status line; the standard ones (empty) if they name the side that they come from.</summary>
    public static ReadOnlySpan<byte> Phrase(SipMessage response, Crossing over) =>
        !response.ReasonPhrase.SequenceEqual(StatusCodes.Phrase(response.StatusCode)) && over.Hiding(response).Names(response.ReasonPhrase) ? default : response.ReasonPhrase;

    /// <summary>Extensions between the two ends that work through us. (Session timers are each leg's own.)</summary>
    private static readonly string[] EndToEnd = ["replaces", "norefersub"];

    /// <summary>Of the extensions that one side supports or requires, those that work through us.</summary>
    public static SipWriter OptionTags(SipWriter into, SipMessage from, HeaderId id)
    {
        string tags = "";
        foreach (string known in EndToEnd)
        {
            foreach (ReadOnlySpan<byte> tag in from.Values(id))
            {
                if (System.Text.Ascii.EqualsIgnoreCase(tag, known))
                {
                    tags += tags.Length == 0 ? known : ", " + known;
                    break;
                }
            }
        }

        return tags.Length == 0 ? into : into.Header(id, tags);
    }

    /// <summary>
    /// The body as the other leg gets it: session descriptions with our own origin line, nothing that names the other side (<see cref="BodyCrossing"/>). A
    /// body of which nothing can be told is left out.
    /// </summary>
    public static byte[] Finish(SipWriter into, SipMessage from, Crossing over)
    {
        if (from.Body.IsEmpty)
        {
            return over.SentOut(into.Finish());
        }

        ReadOnlySpan<byte> type = from.Value(HeaderId.ContentType);
        var parts = new BodyCrossing(
            over.Hiding(from), over.Codecs, over.To, cids: from.Has(HeaderId.Geolocation), isOffer: IsOffer(from));
        if (parts.Reads(type) && BodyParts.IsEncoded(from))
        {
            return over.SentOut(into.Finish());
        }

        return over.SentOut(into.Finish(BodyParts.Rewrite(type, from.Body, parts), type));
    }

    /// <summary>
    /// RFC 3264 section 5, by the places of RFC 6337 table 1: what an INVITE or an UPDATE describes is an offer, which we may still refuse. (One in a response can be
    /// refused to nobody, and one in a PRACK is rare.)
    /// </summary>
    public static bool IsOffer(SipMessage message) => message.IsRequest && (message.Method is SipMethod.Invite or SipMethod.Update);

    /// <summary>The session description of a message as the other leg may see it, but for its o= line.</summary>
    public static byte[] Description(SipMessage from, Crossing over) =>
        SdpHiding.Rewrite(over.Codecs.Apply(BodyParts.Session(from), isOffer: false), over.Hiding(from)).ToArray();

    /// <summary>A host as it stands in a URI: IPv6 in brackets.</summary>
    public static string HostInUri(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <summary>host of "host:port" or "[v6]:port", without brackets.</summary>
    public static string HostOf(string sentBy) => HostIn(sentBy).ToString();

    /// <summary>The same, where it stands.</summary>
    public static ReadOnlySpan<char> HostIn(string sentBy) => sentBy.AsSpan(0, sentBy.LastIndexOf(':')).Trim("[]");
}
