using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>One of a call's legs on a trunk: what the trunk counts.</summary>
public readonly record struct TrunkUse(int Leg, string Trunk)
{
    /// <summary>A leg on this trunk is up, or has been granted and is about to be tried.</summary>
    public static bool IsIn(CallState state, TrunkUse use) =>
        use.Leg < state.Legs.Length
            ? state.Legs[use.Leg].Trunk == use.Trunk && IsUp(state, state.Legs[use.Leg])
            : state.IsAdmitted && Wanted(state) == use;

    /// <summary>The leg that is next to be tried, or the caller's as long as the routes have not been asked; null if nothing is to be tried.</summary>
    public static TrunkUse? Wanted(CallState state)
    {
        if (state.Transfer is { Answered: 0, Targets: [var target, ..] })
        {
            return new TrunkUse(state.Legs.Length, target.Trunk);
        }

        if (state.IsDecided || state.Phase == CallPhase.None)
        {
            return null;
        }

        return !state.Targets.IsEmpty ? new TrunkUse(state.Legs.Length, state.Targets[0].Trunk)
            : state.Legs.Length == 1 ? new TrunkUse(0, state.Legs[0].Trunk) : null;
    }

    /// <summary>After other targets were found: what was granted holds if the same leg is to use the same trunk; who was asked for another is not waited for.</summary>
    public static CallState Retargeted(CallState before, CallState next)
    {
        bool isAdmitted = before.IsAdmitted && Wanted(before) is { } wanted && Wanted(next) == wanted;
        return isAdmitted == next.IsAdmitted && next.AskAgainAt == Instant.Never ? next : next with { Setup = next.Setup with { IsAdmitted = isAdmitted, AskAgainAt = Instant.Never } };
    }

    /// <summary>
    /// From its first INVITE until its last word: a refusal, the answer to a BYE, or the end of the transaction that waits for it.
    /// </summary>
    public static bool IsUp(CallState state, Leg leg)
    {
        if (leg.State != LegState.Terminated)
        {
            // The caller's leg is not on its trunk before that has said so; once there are targets, it has.
            return leg.Number != 0 || state.IsAdmitted || state.Legs.Length > 1 || !state.Targets.IsEmpty;
        }

        if (leg.ByeOwed)
        {
            return true;
        }

        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsClient: true, IsPending: true, Method: SipMethod.Bye } && transaction.Leg == leg.Number)
            {
                return true;
            }
        }

        return false;
    }
}
