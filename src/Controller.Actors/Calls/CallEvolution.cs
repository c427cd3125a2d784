using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Evolution;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls;

/// <summary>
/// State × event → state, live and after a recovery alike. Transactions are started, and get their final responses, by the journaled
/// events; the volatile events only move them in between. Which file of <c>Evolution/</c> knows what; nothing else is here.
/// </summary>
internal static class CallEvolution
{
    public static CallState Evolve(CallState state, CallEvent happened) => happened switch
    {
        CallEvent.Received e => CallProgress.Received(state, e),
        CallEvent.Routed e => CallProgress.Routed(state, e),
        CallEvent.Refused e => CallProgress.Refused(state, e),
        CallEvent.Ended e => CallProgress.Ended(state, e),

        CallEvent.LegTried e => LegProgress.LegTried(state, e),
        CallEvent.LegRang e => LegProgress.LegRang(state, e),
        CallEvent.LegAnswered e => LegProgress.LegAnswered(state, e),
        CallEvent.LegFailed e => TransferProgress.Failed(LegProgress.LegFailed(state, e), e.Leg, e.Status),
        CallEvent.RingingLimited e => state with { Setup = state.Setup with { TryUntil = e.Until } },
        CallEvent.LegCancelled e => state.With(state.Legs[e.Leg] with { State = LegState.Cancelling, CancelReason = e.Reason }),
        CallEvent.LegAnsweredLate e => LegProgress.LegAnsweredLate(state, e),
        CallEvent.SecondAnswerHungUp e => LegProgress.SecondAnswerHungUp(state, e),

        CallEvent.EarlyDialogEnded e => EarlyProgress.Ended(state, e),
        CallEvent.ProvisionalAcknowledged e => EarlyProgress.Acknowledged(state, e),
        CallEvent.ProvisionalRepeated e => EarlyProgress.Repeated(state, e),

        CallEvent.Acknowledged e => RequestProgress.Acknowledged(state, e),
        CallEvent.RequestAccepted e => RequestProgress.RequestAccepted(state, e),
        CallEvent.RequestSent { Purpose: RequestPurpose.Refresh } e => TimerProgress.RefreshSent(RequestProgress.RequestSent(state, e), e.Leg),
        CallEvent.RequestSent e => RequestProgress.RequestSent(state, e),
        CallEvent.Challenged e => ChallengeProgress.Challenged(state, e),
        CallEvent.RequestAnswered e => RequestProgress.RequestAnswered(state, e),

        CallEvent.Redirected e => LegProgress.Redirected(state, e),
        CallEvent.SessionTimed e => state.With(state.Legs[e.Leg] with { Timer = e.Timer }),
        CallEvent.LegTriedAgain e => TimerProgress.LegTriedAgain(state, e),
        CallEvent.RefreshAnswered e => TimerProgress.RefreshAnswered(state, e),

        CallEvent.Kept e => state with { KeptUntil = e.Until },
        CallEvent.Rested => Rest.Of(state),
        CallEvent.RefusalAcknowledged e => RequestProgress.RefusalAcknowledged(state, e),

        // Timer K would only absorb the response when it comes again, and who knows no transaction for it does the same.
        CallEvent.ByeSettled e => state.FindClientByBranch(e.Branch) is { } bye ? state.Without(bye) : state,
        CallEvent.ByeAnswered e => state with { Byes = state.Byes.Add((e.Branch, e.Status)) },
        CallEvent.FlowMoved e => state.With(state.Legs[e.Leg] with { Flow = e.Flow }),
        CallEvent.CSeqSkipped e => ChallengeProgress.Skipped(state, e),

        CallEvent.ReferralStarted e => ReferralProgress.Started(state, e),
        CallEvent.ReferralExtended e => ReferralProgress.Extended(state, e),
        CallEvent.ReferralEnded e => ReferralProgress.Ended(state, e),

        CallEvent.TransferStarted e => TransferProgress.Started(state, e),
        CallEvent.TransferRouted e => TransferProgress.Routed(state, e),
        CallEvent.TransferTried e => TransferProgress.Tried(state, e),
        CallEvent.TransferAnswered e => TransferProgress.Answered(state, e),
        CallEvent.TransferJoinSet e => TransferProgress.JoinSet(state, e),
        CallEvent.TransferEnded e => TransferProgress.Ended(state, e),
        CallEvent.PartyLeft e => TransferProgress.Left(state, e),

        CallEvent.TransactionStepped e => state.Replacing(e.Transaction),
        CallEvent.TransactionEnded e => state.Without(e.Transaction),
        CallEvent.AnswerRepeated e => state with
        {
            Answers = e.Next is null ? state.Answers.Remove(e.Answer) : state.Answers.Replace(e.Answer, e.Next),
        },
        CallEvent.AdmissionAsked e => LookedUp(state, e.Lookup, isLookedUp: false, e.AgainAt),
        CallEvent.Admitted => state with { Setup = state.Setup with { IsAdmitted = true, AskAgainAt = Instant.Never } },

        // The target after the one that was silent is on its way: it is asked for once.
        CallEvent.LookupAsked e => LookedUp(state, e.Lookup, isLookedUp: true, state.AskAgainAt),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "no evolution for this event"),
    };

    private static CallState LookedUp(CallState state, int lookup, bool isLookedUp, Instant askAgainAt) => state with
    {
        Lookups = lookup,
        Setup = state.Setup with { IsLookedUp = isLookedUp, AskAgainAt = askAgainAt, TryUntil = state.IsDecided ? Instant.Never : state.BudgetUntil },
    };
}
