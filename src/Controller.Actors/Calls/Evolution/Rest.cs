using Controller.Actors.Calls.State;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>
/// What is left of a call that is over and of which nobody waits for anything: transactions that absorb repetitions, the responses that BYEs got, the names by which
/// the caller's requests are recognized, and the legs on which a second 2xx may still come. There are many of these for each call that is up.
/// </summary>
internal static class Rest
{
    /// <summary>Nobody waits any more, and something can be left out that is still there.</summary>
    public static bool IsNext(CallState state)
    {
        if (state.Phase != CallPhase.Ended || !state.Answers.IsEmpty || !state.Referrals.IsEmpty || state.Transfer is not null)
        {
            return false;
        }

        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsPending)
            {
                return false;
            }
        }

        bool isNext = !state.IsAtRest || !ReferenceEquals(state.Setup, CallSetup.None);
        foreach (Leg leg in state.Legs)
        {
            if (leg.State != LegState.Terminated || leg.ByeOwed)
            {
                return false;
            }

            isNext |= MayAnswer(state, leg.Number) ? leg.Timer is not null || leg.Description is not null : !leg.IsClosed;
        }

        return isNext;
    }

    public static CallState Of(CallState state) => state with
    {
        Setup = CallSetup.None,
        Facts = CallFacts.None,
        Legs = [.. state.Legs.Select(leg => MayAnswer(state, leg.Number) ? leg with { Timer = null, Description = null } : leg.Closed())],
    };

    /// <summary>
    /// RFC 3261 section 13.2.2.4: a 2xx of another branch of a fork may come as long as timer M runs, or cross with the refusal of its sibling as long as timer D does.
    /// It is acknowledged, and hung up.
    /// </summary>
    private static bool MayAnswer(CallState state, int leg)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { Kind: TransactionKind.InviteClient, Phase: (byte)InviteClientTransaction.Phase.Accepted or (byte)InviteClientTransaction.Phase.Completed } && transaction.Leg == leg)
            {
                return true;
            }
        }

        return false;
    }
}
