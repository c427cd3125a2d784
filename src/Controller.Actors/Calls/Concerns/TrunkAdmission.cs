using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Tokens;
using Controller.Actors.Trunks;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// A leg on a trunk with limits, or one that is probed: its trunk is asked before it is tried (before the routes are, for the caller's own leg), and told when it is over.
/// What a call holds is a function of its state (<see cref="TrunkUse"/>); no concern needs to think of giving it back.
/// </summary>
internal static class TrunkAdmission
{
    /// <summary>A question or its answer may be lost with the node of the trunk; somebody else has it within a second or two then.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>True if the trunk has to be asked first, and has been: <see cref="Answered"/> goes on. False: go on.</summary>
    /// <param name="leg">The number of the leg that is to use it.</param>
    public static bool Ask(Turn turn, int leg, string trunk)
    {
        if (turn.State.IsAdmitted || !IsAsked(turn.Settings, trunk, leg))
        {
            return false;
        }

        bool isUrgent = leg == 0 ? Setup.IsEmergency(turn) : turn.State.Route == RoutePlan.Emergency;
        int lookup = turn.State.Lookups + 1;
        turn.Happened(new CallEvent.AdmissionAsked(lookup, turn.Now.After(s_again)));
        turn.Do(new CallEffect.Tell(ActorKeys.ForTrunk(turn.Secret, trunk), new CallInput.TrunkAsked(turn.Self, lookup, leg, trunk, isUrgent, leg == 0 ? "" : Endpoint(turn.State))));
        return true;
    }

    public static void Answered(Turn turn, CallInput.TrunkAnswered answer)
    {
        CallState state = turn.State;
        var asked = new TrunkUse(answer.Leg, answer.Trunk);
        if (TrunkUse.Wanted(state) == asked)
        {
            if (state.AskAgainAt != Instant.Never && answer.Lookup == state.Lookups)
            {
                GoOn(turn, answer);
            }

            // Of a question that was put again: the answer to the last one counts, and the slot is the same.
            return;
        }

        if (answer.Verdict == TrunkVerdict.Granted && !TrunkUse.IsIn(state, asked))
        {
            // Nobody needs it any more: the caller has hung up while we asked.
            Free(turn, asked);
        }
    }

    public static void Checked(Turn turn, CallInput.TrunkChecked question)
    {
        TrunkUse? use = question.Leg < turn.State.Legs.Length ? new TrunkUse(question.Leg, turn.State.Legs[question.Leg].Trunk) : null;
        bool isUsed = use is { } known && TrunkUse.IsIn(turn.State, known) && IsOf(turn, known, question.Trunk);
        bool isWanted = TrunkUse.Wanted(turn.State) is { } wanted && wanted.Leg == question.Leg && IsOf(turn, wanted, question.Trunk);
        if (!isUsed && !isWanted)
        {
            turn.Do(new CallEffect.Tell(question.Trunk, new CallInput.TrunkFreed(turn.Self, question.Leg)));
        }
    }

    /// <summary>Nothing was heard of the trunk that was asked.</summary>
    public static void Due(Turn turn)
    {
        if (turn.State.AskAgainAt > turn.Now)
        {
            return;
        }

        if (TrunkUse.Wanted(turn.State) is not { } wanted)
        {
            turn.Happened(new CallEvent.AdmissionAsked(turn.State.Lookups, Instant.Never));
        }
        else if (!Ask(turn, wanted.Leg, wanted.Trunk))
        {
            // Its limits have been taken away meanwhile.
            GoOn(turn, new CallInput.TrunkAnswered(turn.State.Lookups, wanted.Leg, wanted.Trunk, TrunkVerdict.Granted));
        }
    }

    /// <summary>After a recovery: that a leg is over may not have been said. What is in use is known to its trunk, and it asks.</summary>
    public static void Resume(Turn turn)
    {
        foreach (Leg leg in turn.State.Legs)
        {
            var use = new TrunkUse(leg.Number, leg.Trunk);
            if (IsCounted(turn.Settings, leg.Trunk) && !TrunkUse.IsIn(turn.State, use) && TrunkUse.Wanted(turn.State) != use)
            {
                Free(turn, use);
            }
        }
    }

    /// <summary>What this decision has ended, in front of what else it does: a question to the same trunk comes after it.</summary>
    /// <param name="before">The state before the decision.</param>
    public static void GiveBack(Turn turn, CallState before)
    {
        foreach (Leg leg in before.Legs)
        {
            if (leg.Trunk.Length > 0 && IsCounted(turn.Settings, leg.Trunk) && TrunkUse.IsUp(before, leg) && !TrunkUse.IsUp(turn.State, turn.State.Legs[leg.Number]))
            {
                turn.DoFirst(Freed(turn, new TrunkUse(leg.Number, leg.Trunk)));
            }
        }

        if (before.IsAdmitted && TrunkUse.Wanted(before) is { Leg: > 0 } next && IsCounted(turn.Settings, next.Trunk) && !TrunkUse.IsIn(turn.State, next))
        {
            turn.DoFirst(Freed(turn, next));
        }
    }

    private static void GoOn(Turn turn, CallInput.TrunkAnswered answer)
    {
        bool granted = answer.Verdict == TrunkVerdict.Granted;
        if (granted)
        {
            turn.Happened(new CallEvent.Admitted());
        }

        if (answer.Leg != 0)
        {
            Targets(turn, granted);
        }
        else if (granted)
        {
            Setup.Route(turn);
        }
        else
        {
            // RFC 3261 section 21.5.4: "The server is temporarily unable to process the request due to a temporary overloading".
            Forking.Refuse(turn, 503, "rejected", $"trunk {answer.Trunk}: {Why(answer.Verdict)}", "controller");
        }
    }

    private static void Targets(Turn turn, bool granted)
    {
        if (turn.State.Transfer is { Answered: 0, Targets: not [] })
        {
            Transferring.Admitted(turn, granted);
        }
        else
        {
            Setup.Admitted(turn, granted);
        }
    }

    private static string Why(TrunkVerdict verdict) => verdict == TrunkVerdict.Full ? "all calls of its limit are up" : "more calls per second than its limit";

    /// <summary>Of the target to be tried: its Request-URI without the user.</summary>
    private static string Endpoint(CallState state)
    {
        string uri = (state.Transfer is { Answered: 0, Targets: [var next, ..] } ? next : state.Targets[0]).Uri;
        int at = uri.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? uri : string.Concat(uri.AsSpan(0, uri.IndexOf(':', StringComparison.Ordinal) + 1), uri.AsSpan(at + 1));
    }

    private static void Free(Turn turn, TrunkUse use) => turn.Do(Freed(turn, use));

    private static CallEffect.Tell Freed(Turn turn, TrunkUse use) =>
        new(ActorKeys.ForTrunk(turn.Secret, use.Trunk), new CallInput.TrunkFreed(turn.Self, use.Leg));

    private static bool IsOf(Turn turn, TrunkUse use, ActorId trunk) => use.Trunk.Length > 0 && ActorKeys.ForTrunk(turn.Secret, use.Trunk) == trunk;

    /// <summary>Whether there is anything to ask: its limits, or for a leg that goes out, whether the endpoint is there.</summary>
    private static bool IsAsked(ControllerSettings settings, string trunk, int leg) => settings.TrunkOf(trunk) is { } known &&
        (known.MaxCalls is not null || known.CallsPerSecond is not null || (known.Health is not null && leg != 0));

    private static bool IsCounted(ControllerSettings settings, string trunk) => settings.TrunkOf(trunk) is { MaxCalls: not null };
}
