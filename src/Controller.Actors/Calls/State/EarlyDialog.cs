using System.Collections.Immutable;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.State;

/// <summary>
/// One early dialog (RFC 3261 section 12.1) of a callee, and the one that the caller sees for it: an INVITE of ours may fork behind the callee's
/// side, and every To-tag that comes back is a dialog of its own (13.2.2.4). The winner's becomes the legs' own with the 2xx.
/// </summary>
public sealed record EarlyDialog
{
    /// <summary>How many a call keeps: forks beyond that still ring and may answer, but have no early dialog.</summary>
    public const int Most = 32;

    /// <summary>The callee's leg.</summary>
    public required int Leg { get; init; }

    /// <summary>The callee's tag.</summary>
    public required string RemoteTag { get; init; }

    /// <summary>Our tag towards the caller: the name of this early dialog in events and transactions.</summary>
    public required string CallerTag { get; init; }

    public required string RemoteTarget { get; init; }
    public ImmutableArray<string> RouteSet { get; init; } = [];
    public LegCapabilities Capabilities { get; init; }

    /// <summary>The CSeq number of the last request that we sent to the callee in this dialog.</summary>
    public required uint LocalCSeq { get; init; }

    /// <summary>The highest CSeq number that the callee has sent in this dialog; 0 if none.</summary>
    public uint RemoteCSeq { get; init; }

    /// <summary>The CSeq number of the last request that we sent to the caller in this dialog; 0 if none.</summary>
    public uint CallerLocalCSeq { get; init; }

    /// <summary>The highest CSeq number that the caller has sent in this dialog.</summary>
    public required uint CallerRemoteCSeq { get; init; }

    /// <summary>RSeq of the callee's last reliable response that was taken in order; 0 if none (RFC 3262 section 4).</summary>
    public uint RemoteRSeq { get; init; }

    /// <summary>RSeq of our last reliable response to the caller; 0 if none (RFC 3262 section 3).</summary>
    public uint LocalRSeq { get; init; }

    /// <summary>Offer and answer between the caller and us: we are the UAS of the INVITE.</summary>
    public OfferAnswer.State CallerExchange { get; init; }

    /// <summary>Offer and answer between us and the callee: we are the UAC of the INVITE.</summary>
    public OfferAnswer.State CalleeExchange { get; init; }

    /// <summary>The last session description that we sent to the caller in this dialog; null if none.</summary>
    public SentDescription? CallerDescription { get; init; }

    /// <summary>The last session description that we sent to the callee in this dialog; null if none.</summary>
    public SentDescription? CalleeDescription { get; init; }

    /// <summary>Ended before an answer, by a BYE (RFC 3261 section 15) or a 199 (RFC 6228): a 2xx of it is not wanted any more.</summary>
    public bool IsOver { get; init; }
}
