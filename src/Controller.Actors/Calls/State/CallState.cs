using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>
/// All that a call is: an immutable value, the fold of its events. What an established call keeps is this, not its messages:
/// bytes are here only as long as they may have to be sent again.
/// </summary>
public sealed record CallState
{
    public static readonly CallState Empty = new();

    public CallPhase Phase { get; init; }
    public Instant StartedAt { get; init; }
    public Instant? RingingAt { get; init; }
    public Instant? AnsweredAt { get; init; }
    public Instant? EndedAt { get; init; }

    /// <summary>Until then a BYE that is repeated still gets the response it got (timer J of RFC 3261 section 17.2.2). Not stored.</summary>
    public Instant KeptUntil { get; init; } = Instant.Zero;

    /// <summary>When an unanswered call is given up; <see cref="Instant.Never"/> once it is answered or over.</summary>
    public Instant NoAnswerAt { get; init; } = Instant.Never;

    /// <summary>When an answered call is ended; <see cref="Instant.Never"/> before.</summary>
    public Instant MaxDurationAt { get; init; } = Instant.Never;

    /// <summary>When the leg being tried has to have shown a sign of life, if there is another target to try; once it has, when it has to have answered.</summary>
    public Instant TryUntil { get; init; } = Instant.Never;

    /// <summary>When a target has to ring at the latest, by the route that was taken.</summary>
    public Instant BudgetUntil { get; init; } = Instant.Never;

    /// <summary>Final responses after which the next target is tried, by the route that was taken; empty: those of the trunk that refused.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];

    /// <summary>The caller's INVITE, as received, while it may still be needed (a next target, responses to it).</summary>
    public SipMessage? Invite { get; init; }

    public string RequestUri { get; init; } = "";
    public string FromUri { get; init; } = "";
    public string ToUri { get; init; } = "";
    public string Route { get; init; } = "";

    /// <summary>Leg 0 is A; leg n is the n-th target tried. Legs stay in the list: a leg's number is its index.</summary>
    public ImmutableArray<Leg> Legs { get; init; } = [];

    /// <summary>Index of the answered B leg; 0 as long as there is none.</summary>
    public int Winner { get; init; }

    /// <summary>Targets not tried yet.</summary>
    public ImmutableArray<Target> Targets { get; init; } = [];

    /// <summary>All targets at once (bindings of one user), or one after the other (endpoints of trunks).</summary>
    public bool Parallel { get; init; }

    /// <summary>How many redirections have been followed.</summary>
    public int Redirections { get; init; }

    /// <summary>What became of each B leg: index = leg number - 1.</summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>The best final response so far of the legs that failed (RFC 3261 section 16.7 step 6); 0 if none.</summary>
    public int BestStatus { get; init; }

    /// <summary>The leg whose response that was; 0: none, or a failure of our own making.</summary>
    public int BestLeg { get; init; }

    public ImmutableArray<Transaction> Transactions { get; init; } = [];

    /// <summary>2xx responses to INVITE sent and not yet acknowledged.</summary>
    public ImmutableArray<Answer> Answers { get; init; } = [];

    /// <summary>The early dialogs of the callees, until there is an answer (RFC 3261 section 12.1).</summary>
    public ImmutableArray<EarlyDialog> EarlyDialogs { get; init; } = [];

    /// <summary>Reliable provisional responses sent to the caller and not yet acknowledged by a PRACK (RFC 3262), in their order.</summary>
    public ImmutableArray<ReliableProvisional> Provisionals { get; init; } = [];

    /// <summary>What the BYEs that are still owed will say.</summary>
    public Farewell Farewell { get; init; } = Farewell.Silent;

    /// <summary>A REFER that is being carried out here; null if there is none.</summary>
    public Transfer? Transfer { get; init; }

    /// <summary>Subscriptions that REFERs made, while they last.</summary>
    public ImmutableArray<Referral> Referrals { get; init; } = [];

    /// <summary>The BYEs that have been answered, by what identifies their transaction, and with what.</summary>
    public ImmutableArray<(string Branch, int Status)> Byes { get; init; } = [];

    /// <summary>How the call ended; null while it has not.</summary>
    public Ending? Ending { get; init; }

    /// <summary>A number for each look-up asked for, so that a late answer is not taken for another.</summary>
    public int Lookups { get; init; }

    /// <summary>Where the target at the head of the list is has been asked, and it has not been tried since.</summary>
    public bool IsLookedUp { get; init; }

    /// <summary>When the trunk that was asked whether it takes the next leg is asked again; <see cref="Instant.Never"/> if none is. Not stored.</summary>
    public Instant AskAgainAt { get; init; } = Instant.Never;

    /// <summary>The trunk of the target at the head of the list, or before any is tried the caller's, has said yes. Not stored: it says the same again.</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>Index of the leg on the caller's side: another one, when a transfer has replaced the caller.</summary>
    public int Caller { get; init; }

    public Leg A => Legs[Caller];

    /// <summary>The answered callee's leg. Only of an answered call.</summary>
    public Leg B => Legs[Winner];

    /// <summary>Has a final response to the caller's INVITE been decided?</summary>
    public bool IsDecided => Winner != 0 || Ending is not null;

    /// <summary>What this BYE was answered with; 0 if it is new.</summary>
    public int ByeStatus(string branch)
    {
        foreach ((string known, int status) in Byes)
        {
            if (known == branch)
            {
                return status;
            }
        }

        return 0;
    }

    /// <summary>Index of the 2xx to the caller that waits for a PRACK; -1 if there is none.</summary>
    public int HeldAnswer()
    {
        for (int i = 0; i < Answers.Length; i++)
        {
            if (Answers[i].IsHeld)
            {
                return i;
            }
        }

        return -1;
    }

    public Leg Opposite(Leg leg) => leg.Number == Caller ? B : A;

    /// <summary>One of the two that talk to each other; only of an answered call.</summary>
    public bool IsParty(Leg leg) => leg.Number == A.Number || leg.Number == B.Number;

    public CallState With(Leg leg) => this with { Legs = LegsWith(leg) };

    /// <summary>The legs, with a new one, or one of them as it has become.</summary>
    public ImmutableArray<Leg> LegsWith(Leg leg) => leg.Number == Legs.Length ? Legs.Add(leg) : Legs.SetItem(leg.Number, leg);

    /// <summary>The legs, with two of them as they have become.</summary>
    public ImmutableArray<Leg> LegsWith(Leg one, Leg other)
    {
        ImmutableArray<Leg>.Builder legs = Legs.ToBuilder();
        legs[one.Number] = one;
        legs[other.Number] = other;
        return legs.MoveToImmutable();
    }
}

/// <summary>What became of one target.</summary>
public sealed record Attempt(int Leg, string Target, string Trunk, Instant StartedAt, int Status, Instant? EndedAt)
{
    /// <summary>The first provisional response other than 100.</summary>
    public Instant? RingingAt { get; init; }
}

/// <param name="Result">answered, cancelled, rejected or failed.</param>
/// <param name="Status">The final SIP status that the caller got.</param>
/// <param name="EndedBy">caller, callee, operator or controller.</param>
public sealed record Ending(string Result, int Status, string Cause, string EndedBy);
