using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>The caller's INVITE and how it ends.</summary>
internal static class CallProgress
{
    public static CallState Received(CallState state, CallEvent.Received e)
    {
        SipMessage invite = SipMessage.Over(e.Invite);
        var server = Transaction.Start(
            TransactionKind.InviteServer, 0, e.Branch, SipMethod.Invite, e.Caller.RemoteCSeq, Responses.Destination(invite, e.Caller.Flow), e.At) with
        { Received = invite };
        return CallState.Empty with
        {
            Phase = CallPhase.Routing,
            StartedAt = e.At,
            Legs = [e.Caller],
            Transactions = [server],

            // Look-ups asked for before the INVITE was stored (they need no commit) are still the same call's.
            Lookups = state.Lookups,
            Setup = new CallSetup { NoAnswerAt = e.NoAnswerAt, Invite = invite, IsLookedUp = state.IsLookedUp },
        };
    }

    /// <summary>What the route says of its failures is said once: where the rest of its targets is stored again, it still holds.</summary>
    public static CallState Routed(CallState state, CallEvent.Routed e) => TrunkUse.Retargeted(state, state with
    {
        Facts = state.Facts with { Route = e.Route },
        Setup = state.Setup with
        {
            Targets = e.Targets,
            Parallel = e.Parallel,
            RetryOn = e.RetryOn.IsEmpty ? state.RetryOn : e.RetryOn,
            BudgetUntil = e.BudgetUntil == Instant.Never ? state.BudgetUntil : e.BudgetUntil,
        },
    });

    public static CallState Refused(CallState state, CallEvent.Refused e)
    {
        CallState next = state.With(state.A with { State = LegState.Terminated });
        next = next.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Ending.Status), e.At, e.Response);
        if (state.Winner != 0)
        {
            // The callee has answered, but its 2xx was still waiting for a PRACK: the caller never saw it, and the callee is hung up.
            next = next.With(state.B with { State = LegState.Terminated, ByeOwed = state.B.State == LegState.Confirmed });
        }

        return next with
        {
            Phase = CallPhase.Ended,
            EndedAt = e.At,
            MaxDurationAt = Instant.Never,
            Setup = CallSetup.None,
            Facts = next.Facts with { AnsweredAt = null, Ending = e.Ending },
            Answers = [],
        };
    }

    public static CallState Ended(CallState state, CallEvent.Ended e) => state with
    {
        Legs = state.LegsWith(
            state.A with { State = LegState.Terminated, ByeOwed = e.CallerOwed },
            state.B with { State = LegState.Terminated, ByeOwed = e.CalleeOwed }),
        Phase = CallPhase.Ended,
        EndedAt = e.At,
        MaxDurationAt = Instant.Never,
        Setup = state.AskAgainAt == Instant.Never ? state.Setup : state.Setup with { AskAgainAt = Instant.Never },
        Facts = state.Facts with { Ending = e.Ending, Farewell = e.Farewell },
        Referrals = state.Referrals.Bounded(e.At),
    };
}
