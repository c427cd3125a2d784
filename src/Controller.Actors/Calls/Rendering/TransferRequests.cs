using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;
using Controller.Sip.Topology;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Rendering;

/// <summary>What we say ourselves when we carry out a REFER.</summary>
internal static class TransferRequests
{
    /// <summary>The INVITE to the target: from the remaining party, with its last description as the offer.</summary>
    /// <param name="replaces">The target's dialog that it is to replace; empty for none.</param>
    public static byte[] Invite(Crossing over, string branch, SipMessage refer, string replaces, ReadOnlyMemory<byte> description)
    {
        Leg leg = over.To;
        SipWriter writer = Requests.Begin(SipMethod.Invite, leg, branch, leg.LocalCSeq)
            .OwnContact(leg).Header(HeaderId.Allow, Relay.Allow).Header(HeaderId.Supported, "replaces"u8);
        SessionHeaders.Asked(writer, over.Calls, 0);
        if (replaces.Length > 0)
        {
            // RFC 3891 section 4: a target that knows nothing of Replaces must not ring as for another call.
            writer.HeaderStart(HeaderId.Replaces).AppendOctets(replaces).HeaderEnd();
            writer.Header(HeaderId.Require, "replaces"u8);
        }

        ReferredNames.ReferredBy(writer, refer, over);

        // The referrer had the remaining party on hold more often than not: its description is offered as one that talks.
        return over.SentOut(writer.Finish(Descriptions.Own(SdpRewrite.BothWays(description.Span), leg), "application/sdp"u8));
    }

    /// <summary>The re-INVITE to the remaining party: the target's description is the offer, in the session that it has with us.</summary>
    public static byte[] Join(Leg leg, string branch, uint cseq, ReadOnlyMemory<byte> offer)
    {
        SipWriter writer = Requests.Begin(SipMethod.Invite, leg, branch, cseq).OwnContact(leg).Header(HeaderId.Allow, Relay.Allow);
        return SessionHeaders.Refreshed(writer, leg.Timer).Finish(Descriptions.Own(offer.Span, leg), "application/sdp"u8);
    }

    /// <summary>RFC 3515 section 2.4.5: what became of the REFER.</summary>
    /// <param name="id">CSeq of the REFER.</param>
    public static byte[] Notify(Leg leg, string branch, uint cseq, uint id, int status) => Requests.Begin(SipMethod.Notify, leg, branch, cseq)
        .OwnContact(leg)
        .Header(HeaderId.Event, $"refer;id={id}")

        // 2.4.7: after the final response "the NOTIFY … MUST indicate that the subscription is terminated with a reason of noresource".
        .Header(HeaderId.SubscriptionState, status < 200 ? "active;expires=180" : "terminated;reason=noresource")
        .Finish(SipFragment.Of(status), "message/sipfrag;version=2.0"u8);

    /// <summary>The remaining party as the target sees it.</summary>
    public static string Caller(Leg remaining, TopologyHiding hiding, string shownHost) =>
        PartyHiding.Rewrite(Latin1.Octets(remaining.RemoteParty), hiding) is { } party ? Latin1.Text(party) : $"<sip:anonymous@{shownHost}>";

    /// <summary>Where a REFER leads: its URI without the headers and the method that it asks for. Value of its Replaces, empty if it has none.</summary>
    public static (string Uri, string Replaces) TargetOf(SipMessage refer)
    {
        if (!NameAddr.TryParse(refer.Value(HeaderId.ReferTo), out NameAddr target) || !SipUri.TryParse(target.Uri, out SipUri uri))
        {
            return ("", "");
        }

        string text = Latin1.Text(target.Uri);
        int question = text.IndexOf('?', StringComparison.Ordinal);
        text = uri.Headers.IsEmpty || question < 0 ? text : text[..^(uri.Headers.Length + 1)];
        var headers = new UriHeaders(uri.Headers);
        while (headers.Next())
        {
            if (HeaderCatalogue.Parse(headers.Name) == HeaderId.Replaces)
            {
                return (text, Latin1.Text(headers.Value));
            }
        }

        return (text, "");
    }
}
