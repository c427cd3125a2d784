using System.Collections.Immutable;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.State;

/// <summary>
/// One side of the call: the dialog (RFC 3261 section 12) between us and one party. Leg 0 is the caller's (A), 1, 2, … are the
/// callees tried (B). Text is Latin-1: what came in goes out with the same bytes.
/// </summary>
public sealed record Leg
{
    public required int Number { get; init; }
    public required LegState State { get; init; }
    public required string CallIdValue { get; init; }
    public required string LocalTag { get; init; }

    /// <summary>Empty until the peer has given one.</summary>
    public string RemoteTag { get; init; } = "";

    /// <summary>Our party towards this peer: the value of From in our requests, without the tag.</summary>
    public required string LocalParty { get; init; }

    /// <summary>The peer: the value of To in our requests, without the tag.</summary>
    public required string RemoteParty { get; init; }

    /// <summary>The peer's Contact, Request-URI of our requests within the dialog (RFC 3261 section 12.1). For a leg just tried, the target itself.</summary>
    public required string RemoteTarget { get; init; }

    /// <summary>In the order in which our requests carry them (RFC 3261 section 12.1).</summary>
    public ImmutableArray<string> RouteSet { get; init; } = [];

    /// <summary>The CSeq number of the last request we sent on this leg.</summary>
    public uint LocalCSeq { get; init; }

    /// <summary>The highest CSeq number received on this leg; 0 if none.</summary>
    public uint RemoteCSeq { get; init; }

    /// <summary>Where our messages to this peer go.</summary>
    public required Flow Flow { get; init; }

    /// <summary>Our Via sent-by on this leg. Kept, so that what we re-emit is the same after a change of configuration.</summary>
    public required string SentBy { get; init; }

    /// <summary>Our Contact URI on this leg.</summary>
    public required string Contact { get; init; }

    /// <summary>Name of the realm this leg is in.</summary>
    public required string Realm { get; init; }

    /// <summary>Name of the trunk this leg goes to; empty if none.</summary>
    public string Trunk { get; init; } = "";

    /// <summary>The peer's tags of answers that came too late, or second, and were hung up (RFC 3261 section 13.2.2.4).</summary>
    public ImmutableArray<string> HungUp { get; init; } = [];

    /// <summary>What the peer has said that it can do.</summary>
    public LegCapabilities Capabilities { get; init; }

    /// <summary>The session description that holds on this side of the leg, as we sent it; null if none. Follows from the messages in the events.</summary>
    public SentDescription? Description { get; init; }

    /// <summary>The challenges of its trunk that we have answered on this leg.</summary>
    public ImmutableArray<AnsweredChallenge> Challenges { get; init; } = [];

    /// <summary>The session timer that this peer and we have agreed on; null before an answer.</summary>
    public SessionTimer? Timer { get; init; }

    /// <summary>Value of Reason in the CANCEL of this leg, which may have to wait for a provisional response; empty for none.</summary>
    public string CancelReason { get; init; } = "";

    /// <summary>The call is over and this peer has not been told yet: RFC 3261 section 15 forbids a BYE before the ACK of our 2xx.</summary>
    public bool ByeOwed { get; init; }

    /// <summary>Its 2xx was taken for the call, or for a transfer.</summary>
    public bool HasAnswered { get; init; }

    public bool IsA => Number == 0;

    public bool IsUp => State == LegState.Confirmed;

    /// <summary>Nothing more is said on it.</summary>
    public bool IsClosed => Contact.Length == 0;

    /// <summary>
    /// What is left when nothing more is said on it. A later request of the caller still finds that this is the call that it belonged to, and that it is over; one of a callee meets
    /// no dialog, as it does when the call is forgotten.
    /// </summary>
    public Leg Closed() => this with
    {
        CallIdValue = IsA ? CallIdValue : "",
        LocalTag = IsA ? LocalTag : "",
        RemoteTag = IsA ? RemoteTag : "",
        LocalParty = "",
        RemoteParty = "",
        RemoteTarget = "",
        RouteSet = [],
        SentBy = "",
        Contact = "",
        HungUp = [],
        Description = null,
        Challenges = [],
        Timer = null,
        CancelReason = "",
    };
}
