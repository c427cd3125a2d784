using System.Globalization;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>REFER, and the NOTIFY and SUBSCRIBE of the subscription that it makes, as they go on to the other side.</summary>
internal static class ReferralRequests
{
    /// <param name="referTo">As the other side may see it.</param>
    public static byte[] Refer(Crossing over, string branch, uint cseq, SipMessage received, string referTo)
    {
        SipWriter writer = Requests.Begin(received, over.To, branch, cseq).OwnContact(over.To);
        writer.HeaderStart(HeaderId.ReferTo).AppendOctets(referTo).HeaderEnd();
        ReferredNames.ReferredBy(writer, received, over);
        Relay.OptionTags(writer, received, HeaderId.Supported);
        Relay.OptionTags(writer, received, HeaderId.Require);
        return Relay.Finish(Relay.Headers(writer, received, over), received, over);
    }

    /// <summary>RFC 3515 section 2.4.6: an id in Event is the CSeq number of the REFER, which is another one on each leg.</summary>
    /// <param name="id">Of the REFER on the leg that this goes to; null if the one received has none.</param>
    public static byte[] OfReferral(Crossing over, string branch, uint cseq, SipMessage received, uint? id)
    {
        SipWriter writer = Requests.Begin(received, over.To, branch, cseq)
            .OwnContact(over.To)
            .Header(HeaderId.Event, id is null ? "refer" : string.Create(CultureInfo.InvariantCulture, $"refer;id={id}"));
        Relay.Headers(writer, received, over, except: HeaderId.Event);
        return Relay.Finish(writer, received, over);
    }
}
