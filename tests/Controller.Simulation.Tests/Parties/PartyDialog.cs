using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Simulation.Tests.Parties;

/// <summary>A dialog as one party knows it (RFC 3261 section 12), early or confirmed, and where its offer/answer exchange stands (RFC 3264).</summary>
internal sealed class PartyDialog(string localTag, string remoteTag)
{
    public string LocalTag { get; } = localTag;
    public string RemoteTag { get; } = remoteTag;
    public string RemoteTarget { get; set; } = "";
    public uint LocalCSeq { get; set; }
    public uint RemoteCSeq { get; set; }
    public bool IsUp { get; set; }
    public bool IsOver { get; set; }

    /// <summary>The other side has said that it takes UPDATE (RFC 3311 section 4).</summary>
    public bool AllowsUpdate { get; set; }

    /// <summary>The version in the o= line of the last description we sent; 0 if we have sent none.</summary>
    public int Version { get; set; }

    /// <summary>We wait for an answer.</summary>
    public bool OfferSent { get; set; }

    /// <summary>They wait for an answer.</summary>
    public bool OfferReceived { get; set; }

    /// <summary>The exchange that belongs to the INVITE is over: an answer came, or went, in a message that is not lost.</summary>
    public bool Settled { get; set; }

    /// <summary>The last reliable response: taken (caller) or sent (callee); 0 if none.</summary>
    public uint RSeq { get; set; }

    public bool IsQuiet => !OfferSent && !OfferReceived;

    /// <summary>What a message says of the other end of the dialog: RFC 3261 section 12.2.1.2, RFC 3311 section 4.</summary>
    public void Heard(SipMessage message)
    {
        if (PartyText.Uri(message, HeaderId.Contact) is { Length: > 0 } contact)
        {
            RemoteTarget = contact;
        }

        AllowsUpdate |= PartyText.Lists(message, HeaderId.Allow, "UPDATE");
    }
}
