using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Transfers that are carried out here.</summary>
internal static class TransferProgress
{
    public static CallState Started(CallState state, CallEvent.TransferStarted e) => state with
    {
        Transfer = new Transfer
        {
            Referrer = e.Referrer,
            Refer = SipMessage.Over(e.Refer),
            IsNotified = e.IsNotified,
            FirstLeg = state.Legs.Length,
            GiveUpAt = e.GiveUpAt,
        },
    };

    public static CallState Routed(CallState state, CallEvent.TransferRouted e) =>
        TrunkUse.Retargeted(state, With(state, transfer => transfer with { Targets = e.Targets }));

    public static CallState Tried(CallState state, CallEvent.TransferTried e)
    {
        var client = Transaction.Start(TransactionKind.InviteClient, e.Leg.Number, e.Branch, SipMethod.Invite, e.Leg.LocalCSeq, e.Leg.Flow, e.At) with { Request = e.Invite };
        return With(state, transfer => transfer with { Targets = transfer.Targets.IsEmpty ? [] : transfer.Targets.RemoveAt(0) })
            .With(e.Leg with { Description = SentDescription.After(null, e.Invite.Span) }) with
        {
            Setup = state.IsAdmitted ? state.Setup with { IsAdmitted = false } : state.Setup,
            Facts = state.Facts with { Attempts = state.Attempts.Add(new Attempt(e.Leg.Number, e.Leg.RemoteTarget, e.Leg.Trunk, e.At, 0, null)) },
            Transactions = state.Transactions.Add(client),
        };
    }

    /// <summary>A leg has failed: if it was tried for a transfer, the transfer remembers the best of what was said.</summary>
    public static CallState Failed(CallState state, int leg, int status) =>
        state.Transfer is { } transfer && leg >= transfer.FirstLeg
            ? state with { Transfer = transfer with { BestStatus = LegProgress.Better(transfer.BestStatus, status) } }
            : state;

    public static CallState Answered(CallState state, CallEvent.TransferAnswered e)
    {
        CallState next = state.With(state.Legs[e.Leg] with
        {
            State = LegState.Confirmed,
            RemoteTag = e.RemoteTag,
            RemoteTarget = e.RemoteTarget,
            RouteSet = e.RouteSet,
            Capabilities = e.Capabilities,
            HasAnswered = true,
        });
        next = next.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(e.Status), e.At);
        return With(next, transfer => transfer with { Answered = e.Leg, Offer = e.Offer, GiveUpAt = Instant.Never, Targets = [] }) with
        {
            Facts = state.Facts with { Attempts = state.Attempts.SetItem(e.Leg - 1, state.Attempts[e.Leg - 1] with { Status = e.Status, EndedAt = e.At }) },
        };
    }

    public static CallState JoinSet(CallState state, CallEvent.TransferJoinSet e) => With(state, transfer => transfer with { JoinBranch = e.Branch, JoinAt = e.At });

    public static CallState Left(CallState state, CallEvent.PartyLeft e) => With(
        state.With(state.Legs[e.Leg] with { State = LegState.Terminated, ByeOwed = false }),
        transfer => transfer with
        {
            IsReferrerGone = transfer.IsReferrerGone || transfer.Referrer == e.Leg,
            IsTargetGone = transfer.IsTargetGone || (transfer.Answered != 0 && transfer.Answered == e.Leg),
        });

    public static CallState Ended(CallState state, CallEvent.TransferEnded e)
    {
        if (state.Transfer is not { } transfer)
        {
            return state;
        }

        CallState next = TrunkUse.Retargeted(state, state with { Transfer = null });
        Transaction? join = state.FindClientByBranch(transfer.JoinBranch);
        if (join is { IsPending: true } && e.Joined)
        {
            next = next.Replacing(join.Step(TransactionInput.Received(e.Status), e.At, out _));
        }

        if (e.Status >= 300)
        {
            // RFC 3261 section 14.1: the session of the remaining party is as if no re-INVITE had been issued.
            Leg remaining = state.Opposite(state.Legs[transfer.Referrer]);
            return join?.Before is { } before
                ? next.With(remaining with { Description = before with { Version = remaining.Description?.Version ?? before.Version } })
                : next;
        }

        bool ofCaller = transfer.Referrer == state.A.Number;
        Leg stays = ofCaller ? state.B : state.A;

        // It is hung up when it has answered the last NOTIFY.
        next = next.With(next.Legs[transfer.Referrer] with { ByeOwed = !transfer.IsReferrerGone });
        next = e.RemoteTarget.Length > 0 ? next.With(stays with { RemoteTarget = e.RemoteTarget }) : next;
        return ofCaller ? next with { Caller = transfer.Answered } : next with { Winner = transfer.Answered };
    }

    private static CallState With(CallState state, Func<Transfer, Transfer> change) =>
        state.Transfer is { } transfer ? state with { Transfer = change(transfer) } : state;
}
