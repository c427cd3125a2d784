using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>
/// All that a call is: an immutable value, the fold of its events. What an established call keeps is this, not its messages:
/// bytes are here only as long as they may have to be sent again. What seldom changes, or is soon needed no more, is in parts of its own: each step of a call makes
/// a new one of these.
/// </summary>
public sealed record CallState
{
    public static readonly CallState Empty = new();

    public CallPhase Phase { get; init; }
    public Instant StartedAt { get; init; }
    public Instant? EndedAt { get; init; }

    /// <summary>Until then a BYE that is repeated still gets the response it got (timer J of RFC 3261 section 17.2.2). Not stored.</summary>
    public Instant KeptUntil { get; init; } = Instant.Zero;

    /// <summary>When an answered call is ended; <see cref="Instant.Never"/> before.</summary>
    public Instant MaxDurationAt { get; init; } = Instant.Never;

    public CallSetup Setup { get; init; } = CallSetup.None;

    public CallFacts Facts { get; init; } = CallFacts.None;

    /// <summary>Leg 0 is A; leg n is the n-th target tried. Legs stay in the list: a leg's number is its index.</summary>
    public ImmutableArray<Leg> Legs { get; init; } = [];

    /// <summary>Index of the answered B leg; 0 as long as there is none.</summary>
    public int Winner { get; init; }

    public ImmutableArray<Transaction> Transactions { get; init; } = [];

    /// <summary>2xx responses to INVITE sent and not yet acknowledged.</summary>
    public ImmutableArray<Answer> Answers { get; init; } = [];

    /// <summary>A REFER that is being carried out here; null if there is none.</summary>
    public Transfer? Transfer { get; init; }

    /// <summary>Subscriptions that REFERs made, while they last.</summary>
    public ImmutableArray<Referral> Referrals { get; init; } = [];

    /// <summary>The BYEs that have been answered, by what identifies their transaction, and with what.</summary>
    public ImmutableArray<(string Branch, int Status)> Byes { get; init; } = [];

    /// <summary>A number for each look-up asked for, so that a late answer is not taken for another.</summary>
    public int Lookups { get; init; }

    /// <summary>Index of the leg on the caller's side: another one, when a transfer has replaced the caller.</summary>
    public int Caller { get; init; }

    public Leg A => Legs[Caller];

    /// <summary>The answered callee's leg. Only of an answered call.</summary>
    public Leg B => Legs[Winner];

    /// <summary>Has a final response to the caller's INVITE been decided?</summary>
    public bool IsDecided => Winner != 0 || EndedAt is not null;

    /// <summary>It is over and nobody waits for anything: only repetitions are still told from what is new.</summary>
    public bool IsAtRest => Phase == CallPhase.Ended && ReferenceEquals(Facts, CallFacts.None);

    /// <summary>From of the caller's INVITE, as a URI.</summary>
    public string FromUri => Legs.IsEmpty ? "" : Dialogs.UriOf(Legs[0].RemoteParty);

    /// <summary>To of the caller's INVITE, as a URI.</summary>
    public string ToUri => Legs.IsEmpty ? "" : Dialogs.UriOf(Legs[0].LocalParty);

    public Instant NoAnswerAt => Setup.NoAnswerAt;
    public Instant TryUntil => Setup.TryUntil;
    public Instant BudgetUntil => Setup.BudgetUntil;
    public Instant AskAgainAt => Setup.AskAgainAt;
    public ImmutableArray<int> RetryOn => Setup.RetryOn;
    public SipMessage? Invite => Setup.Invite;
    public ImmutableArray<Target> Targets => Setup.Targets;
    public bool Parallel => Setup.Parallel;
    public int Redirections => Setup.Redirections;
    public int BestStatus => Setup.BestStatus;
    public int BestLeg => Setup.BestLeg;
    public ImmutableArray<EarlyDialog> EarlyDialogs => Setup.EarlyDialogs;
    public ImmutableArray<ReliableProvisional> Provisionals => Setup.Provisionals;
    public bool IsLookedUp => Setup.IsLookedUp;
    public bool IsAdmitted => Setup.IsAdmitted;
    public Instant? RingingAt => Facts.RingingAt;
    public Instant? AnsweredAt => Facts.AnsweredAt;
    public string Route => Facts.Route;
    public ImmutableArray<Attempt> Attempts => Facts.Attempts;
    public Ending? Ending => Facts.Ending;
    public Farewell Farewell => Facts.Farewell;

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
