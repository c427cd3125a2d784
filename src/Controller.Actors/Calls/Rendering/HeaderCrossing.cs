using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Rendering;

/// <summary>One header line on its way to the other leg: one branch for each value of the catalogue's relay column.</summary>
internal static class HeaderCrossing
{
    public static void Write(SipWriter into, SipMessage from, HeaderLine line, TopologyHiding hiding, Crossing over)
    {
        switch (HeaderCatalogue.Row(line.Id).Relay)
        {
            case HeaderRelay.Pass when line.Id != HeaderId.Unknown || over.UnknownHeaders:
                HeaderHiding.Write(into, from, line, hiding);
                break;
            case HeaderRelay.Verbatim:
                into.Header(from.Name(line), from.Value(line));
                break;

            // RFC 3325 section 2.3: a trust domain is a set of nodes; what is said within it is neither told to others nor believed from them.
            case HeaderRelay.Trusted when over.FromTrusted && over.ToTrusted:
                HeaderHiding.Write(into, from, line, hiding);
                break;
            case HeaderRelay.AssertedParty when over.FromTrusted && (over.ToTrusted || Privacy.IsWaived(from)):
                WriteParty(into, from, line, hiding, asks: false);
                break;
            case HeaderRelay.Party when over.ToTrusted || !Privacy.IsAsked(from):
                WriteParty(into, from, line, hiding, asks: !over.ToTrusted);
                break;
            case HeaderRelay.Link:
                WriteLink(into, from, line, hiding);
                break;
        }
    }

    /// <param name="asks">A value that asks for privacy gets it.</param>
    private static void WriteParty(SipWriter into, SipMessage from, HeaderLine line, TopologyHiding hiding, bool asks) =>
        HeaderHiding.Rewrite(into, from, line, value => asks && Privacy.IsAskedFor(value) ? null : PartyHiding.Rewrite(value, hiding));

    private static void WriteLink(SipWriter into, SipMessage from, HeaderLine line, TopologyHiding hiding) =>
        HeaderHiding.Rewrite(into, from, line, value => LeadsIntoNetwork(value) ? null : HeaderHiding.Told(value, hiding));

    /// <summary>The URI's host is an address ("&lt;http://10.1.2.3/ring.wav&gt;"), or it is no URI of a kind that leads anywhere else.</summary>
    private static bool LeadsIntoNetwork(ReadOnlySpan<byte> value)
    {
        int open = value.IndexOf((byte)'<');
        int close = value.IndexOf((byte)'>');
        if (open < 0 || close < open || !Uri.TryCreate(Latin1.Text(value[(open + 1)..close]), UriKind.Absolute, out Uri? uri))
        {
            return true;
        }

        return uri.Scheme switch
        {
            "urn" or "cid" or "data" => false,
            "http" or "https" => IPAddress.TryParse(uri.Host.Trim('[', ']'), out _),
            "sip" or "sips" => !SipUri.TryParse(value[(open + 1)..close], out SipUri sip) || IPAddress.TryParse(Latin1.Text(sip.Host), out _),
            _ => true,
        };
    }
}
