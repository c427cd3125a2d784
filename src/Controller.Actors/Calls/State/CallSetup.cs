using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>
/// What a call has only as long as somebody is being looked for: a part of its own, so that an established call, and each step of it, does not carry it. A transfer
/// that is carried out here looks for somebody as well.
/// </summary>
public sealed record CallSetup
{
    /// <summary>Of a call that looks for nobody.</summary>
    public static readonly CallSetup None = new();

    /// <summary>When an unanswered call is given up; <see cref="Instant.Never"/> once it is answered or over.</summary>
    public Instant NoAnswerAt { get; init; } = Instant.Never;

    /// <summary>When the leg being tried has to have shown a sign of life, if there is another target to try; once it has, when it has to have answered.</summary>
    public Instant TryUntil { get; init; } = Instant.Never;

    /// <summary>When a target has to ring at the latest, by the route that was taken.</summary>
    public Instant BudgetUntil { get; init; } = Instant.Never;

    /// <summary>When the trunk that was asked whether it takes the next leg is asked again; <see cref="Instant.Never"/> if none is. Not stored.</summary>
    public Instant AskAgainAt { get; init; } = Instant.Never;

    /// <summary>Final responses after which the next target is tried, by the route that was taken; empty: those of the trunk that refused.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];

    /// <summary>The caller's INVITE, as received, while it may still be needed (a next target, responses to it).</summary>
    public SipMessage? Invite { get; init; }

    /// <summary>Targets not tried yet.</summary>
    public ImmutableArray<Target> Targets { get; init; } = [];

    /// <summary>All targets at once (bindings of one user), or one after the other (endpoints of trunks).</summary>
    public bool Parallel { get; init; }

    /// <summary>How many redirections have been followed.</summary>
    public int Redirections { get; init; }

    /// <summary>The best final response so far of the legs that failed (RFC 3261 section 16.7 step 6); 0 if none.</summary>
    public int BestStatus { get; init; }

    /// <summary>The leg whose response that was; 0: none, or a failure of our own making.</summary>
    public int BestLeg { get; init; }

    /// <summary>The early dialogs of the callees, until there is an answer (RFC 3261 section 12.1).</summary>
    public ImmutableArray<EarlyDialog> EarlyDialogs { get; init; } = [];

    /// <summary>Reliable provisional responses sent to the caller and not yet acknowledged by a PRACK (RFC 3262), in their order.</summary>
    public ImmutableArray<ReliableProvisional> Provisionals { get; init; } = [];

    /// <summary>Where the target at the head of the list is has been asked, and it has not been tried since.</summary>
    public bool IsLookedUp { get; init; }

    /// <summary>The trunk of the target at the head of the list, or before any is tried the caller's, has said yes. Not stored: it says the same again.</summary>
    public bool IsAdmitted { get; init; }
}
