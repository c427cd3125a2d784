using Controller.Actors.Calls.State;
using Controller.Actors.Routing.Codecs;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Rendering;

/// <summary>
/// The parts of a body that we read: session descriptions get our origin line and lose what names their side and the codecs that may not be said, fragments of SIP messages keep what crosses
/// with any message. Everything else (INFO of applications, ISUP, PIDF, text) is between the two ends.
/// </summary>
/// <param name="to">The side of the dialog that gets it: whose o= line it has.</param>
/// <param name="cids">Body parts are referred to by their Content-ID from a header that crosses verbatim (RFC 6442): ids stay.</param>
/// <param name="isOffer">Of session descriptions: a request offers, and could have been refused.</param>
internal sealed class BodyCrossing(TopologyHiding hiding, CodecFilter codecs, Leg to, bool cids, bool isOffer) : IPartRewriter
{
    public bool Reads(ReadOnlySpan<byte> contentType) =>
        BodyParts.IsSession(contentType) || SipFragment.IsFragment(contentType) || IsMessage(contentType) || MessageSummary.Is(contentType);

    public byte[]? Part(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (BodyParts.IsSession(contentType))
        {
            // What names its side in a line that cannot be told from others cannot be hidden: the body stays behind. Requests with one have been refused
            // at the edge (488); this is the answer of a peer, in a response or an ACK.
            if (!SdpSyntax.IsReadable(body))
            {
                return null;
            }

            return Descriptions.Own(SdpHiding.Rewrite(codecs.Apply(body, isOffer), hiding), to);
        }

        if (MessageSummary.Is(contentType))
        {
            return MessageSummary.Crossing(body, hiding);
        }

        // RFC 3261 section 23: message/sip is a whole message of one leg, signed or enciphered end to end: there is nothing in it that could cross.
        return IsMessage(contentType) ? null : SipFragment.IsFragment(contentType) ? SipFragment.Crossing(body, hiding) : body.ToArray();
    }

    public bool KeepsHeader(ReadOnlySpan<byte> line) =>
        !hiding.Names(line)
        || System.Text.Ascii.EqualsIgnoreCase(line[..Math.Min(line.Length, 13)], "Content-Type:"u8)
        || (cids && System.Text.Ascii.EqualsIgnoreCase(line[..Math.Min(line.Length, 11)], "Content-ID:"u8));

    private static bool IsMessage(ReadOnlySpan<byte> contentType) => System.Text.Ascii.EqualsIgnoreCase(BodyParts.MediaType(contentType), "message/sip"u8);
}
