using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>
/// A REFER that is carried out here: the target is called on legs of its own within this call, from <see cref="FirstLeg"/> on; whoever answers is offered to the
/// remaining party by a re-INVITE, and then takes the referrer's place.
/// <code>
///   REFER ──▶ targets looked up ──INVITE──▶ calling ──2xx──▶ joining ──2xx of the remaining party──▶ over, referrer replaced
///                      └──────── nobody answers ─────┴──────────── refused ──────────────▶ over, the call as before
/// </code>
/// </summary>
public sealed record Transfer
{
    /// <summary>Peer of our own requests for a transfer, where a relayed one has the branch of what it relays.</summary>
    public const string Own = "transfer";

    /// <summary>Whose REFER it is.</summary>
    public required int Referrer { get; init; }

    /// <summary>The REFER, as received: target, Replaces and Referred-By.</summary>
    public required SipMessage Refer { get; init; }

    /// <summary>The referrer wants NOTIFYs (RFC 4488: Refer-Sub).</summary>
    public required bool IsNotified { get; init; }

    /// <summary>The number of the first leg that is tried for it.</summary>
    public required int FirstLeg { get; init; }

    /// <summary>When nobody has answered by then, the transfer has failed; <see cref="Instant.Never"/> once somebody has.</summary>
    public required Instant GiveUpAt { get; init; }

    /// <summary>Targets not tried yet.</summary>
    public ImmutableArray<Target> Targets { get; init; } = [];

    /// <summary>The best final response so far of targets that failed; 0 if none.</summary>
    public int BestStatus { get; init; }

    /// <summary>The leg that answered; 0 if none has.</summary>
    public int Answered { get; init; }

    /// <summary>Its session description, as the remaining party may see it, but for the o= line.</summary>
    public ReadOnlyMemory<byte> Offer { get; init; }

    /// <summary>Branch of the re-INVITE to the remaining party; empty while it has to wait.</summary>
    public string JoinBranch { get; init; } = "";

    /// <summary>When the re-INVITE is to be tried again (RFC 3261 section 14.1).</summary>
    public Instant JoinAt { get; init; } = Instant.Never;

    /// <summary>The referrer has hung up; the remaining party waits.</summary>
    public bool IsReferrerGone { get; init; }

    /// <summary>The target has answered and hung up, and the remaining party has not answered the re-INVITE yet.</summary>
    public bool IsTargetGone { get; init; }

    /// <summary>CSeq of the REFER: the id of its subscription.</summary>
    public uint CSeq => Dialogs.Number(Refer);

    public Instant NextDue => Instant.Earlier(GiveUpAt, JoinAt);
}
