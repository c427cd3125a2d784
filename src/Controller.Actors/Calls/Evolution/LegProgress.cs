using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Evolution;

/// <summary>What becomes of the legs tried.</summary>
internal static class LegProgress
{
    public static CallState LegTried(CallState state, CallEvent.LegTried e)
    {
        var client = Transaction.Start(TransactionKind.InviteClient, e.Leg.Number, e.Branch, SipMethod.Invite, e.Leg.LocalCSeq, e.Leg.Flow, e.At) with { Request = e.Invite };
        return state with
        {
            Legs = state.LegsWith(e.Leg with { Description = SentDescription.After(null, e.Invite.Span) }),
            Phase = state.Phase == CallPhase.Ringing ? CallPhase.Ringing : CallPhase.Setup,
            Setup = state.Setup with
            {
                TryUntil = e.TryUntil,
                IsLookedUp = false,
                IsAdmitted = false,

                // A leg uses up the target at the head of the list.
                Targets = state.Targets.IsEmpty ? state.Targets : state.Targets.RemoveAt(0),
            },
            Facts = state.Facts with { Attempts = state.Attempts.Add(new Attempt(e.Leg.Number, e.Leg.RemoteTarget, e.Leg.Trunk, e.At, 0, null)) },
            Transactions = state.Transactions.Add(client),
        };
    }

    public static CallState LegRang(CallState state, CallEvent.LegRang e)
    {
        Leg leg = state.Legs[e.Leg];
        (ImmutableArray<EarlyDialog> dialogs, ImmutableArray<ReliableProvisional> provisionals) = EarlyProgress.Rang(state, e);

        // 17.2.1: a repeated INVITE gets "the most recent provisional response" that has been sent: not one that still waits for a PRACK of the one before it.
        bool sent = e.RSeq == 0 || provisionals.IsEmpty || provisionals[^1].IsSent;
        return state with
        {
            Legs = state.Legs.SetItem(e.Leg, leg with
            {
                State = leg.State == LegState.Calling ? LegState.Early : leg.State,
                RemoteTag = e.RemoteTag,
                RemoteTarget = e.RemoteTarget,
                RouteSet = e.RouteSet,
            }),
            Setup = state.Setup with { EarlyDialogs = dialogs, Provisionals = provisionals, TryUntil = Instant.Never },
            Transactions = state.Transactions
                .Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(e.Status), e.At)
                .Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Status), e.At, sent ? e.Response : default),
            Phase = CallPhase.Ringing,
            Facts = state.Attempts[e.Leg - 1] is { RingingAt: null } attempt
                ? state.Facts with { RingingAt = state.RingingAt ?? e.At, Attempts = state.Attempts.SetItem(e.Leg - 1, attempt with { RingingAt = e.At }) }
                : state.Facts,
        };
    }

    public static CallState LegAnswered(CallState state, CallEvent.LegAnswered e)
    {
        // The winner's early dialog, if there was one, becomes the legs' own on both sides: its numbers and descriptions go on there.
        EarlyDialog? early = state.EarlyDialog(e.Leg, e.RemoteTag);
        Leg callee = state.Legs[e.Leg];
        ImmutableArray<Leg> legs = state.LegsWith(
            callee with
            {
                State = LegState.Confirmed,
                RemoteTag = e.RemoteTag,
                RemoteTarget = e.RemoteTarget,
                RouteSet = e.RouteSet,
                Capabilities = e.Capabilities,
                LocalCSeq = Math.Max(callee.LocalCSeq, early?.LocalCSeq ?? 0),
                RemoteCSeq = early?.RemoteCSeq ?? callee.RemoteCSeq,
                Description = early?.CalleeDescription ?? callee.Description,
                HasAnswered = true,
            },
            state.A with
            {
                State = LegState.Confirmed,
                LocalTag = e.CallerTag,
                LocalCSeq = early?.CallerLocalCSeq ?? state.A.LocalCSeq,
                RemoteCSeq = Math.Max(state.A.RemoteCSeq, early?.CallerRemoteCSeq ?? 0),
                Description = SentDescription.After(early?.CallerDescription, e.Response.Span),
            });
        ImmutableArray<Transaction> transactions = state.Transactions.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(e.Status), e.At);
        Transaction? invited = state.Find(TransactionKind.InviteServer, 0);
        uint number = invited?.CSeq ?? state.A.RemoteCSeq;
        Flow back = invited?.Flow ?? state.A.Flow;
        Answer answer;
        if (e.PrackAwaited)
        {
            answer = Answer.Held(0, number, e.Response, back);
        }
        else
        {
            answer = Answer.Sent(0, number, e.Response, back, e.At);
            transactions = transactions.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Status), e.At);
        }

        return state with
        {
            Legs = legs,
            Transactions = transactions,
            Phase = CallPhase.Established,
            Winner = e.Leg,
            MaxDurationAt = e.MaxDurationAt,
            Setup = EarlyProgress.OfAnswered(state, e),
            Facts = state.Facts with
            {
                AnsweredAt = e.At,
                Attempts = state.Attempts.SetItem(e.Leg - 1, state.Attempts[e.Leg - 1] with { Status = e.Status, EndedAt = e.At }),
            },
            Answers = state.Answers.Add(e.AckHeld ? answer with { HeldLeg = e.Leg, HeldCSeq = state.Find(TransactionKind.InviteClient, e.Leg)?.CSeq ?? callee.LocalCSeq } : answer),
        };
    }

    public static CallState LegFailed(CallState state, CallEvent.LegFailed e)
    {
        Leg leg = state.Legs[e.Leg];
        CallState next = state.With(leg with { State = LegState.Terminated });
        if (next.Find(TransactionKind.InviteClient, e.Leg) is { } client)
        {
            // 408 and 503 of our own making stand for a timer or the transport: no response came. The transaction sends no more, but listens for another
            // 64*T1: a peer that has got the INVITE after all is cancelled, or acknowledged and hung up (13.2.2.4), instead of ringing on.
            next = e.Ack.IsEmpty
                ? next.Replacing(client with { Retransmit = Deadline.None, Timeout = new Deadline(TransactionTimer.B, e.At.After(SipTimers.Default.T1Times64)) })
                : next.Answered(client, e.Status, e.At, e.Ack);
        }

        Attempt attempt = state.Attempts[e.Leg - 1];
        int best = Better(state.BestStatus, Counted(leg, e.Status));
        return next with
        {
            Facts = state.Facts with { Attempts = state.Attempts.SetItem(e.Leg - 1, attempt with { Status = e.Status, EndedAt = e.At }) },
            Setup = ReferenceEquals(state.Setup, CallSetup.None) ? state.Setup : state.Setup with
            {
                EarlyDialogs = next.EarlyDialogs.RemoveAll(dialog => dialog.Leg == e.Leg),
                Provisionals = next.Provisionals.RemoveAll(provisional => next.EarlyDialog(provisional.CallerTag)?.Leg == e.Leg),
                BestStatus = best,
                BestLeg = best == state.BestStatus ? state.BestLeg : e.Ack.IsEmpty || best != e.Status ? 0 : e.Leg,

                // One that was passed over has answered its CANCEL: the time of the one being tried goes on.
                TryUntil = e.Leg == state.Legs.Length - 1 ? Instant.Never : state.TryUntil,
            },
        };
    }

    /// <summary>16.7 step 4: Contacts that are recursed on are no answer to the caller any more.</summary>
    public static CallState Redirected(CallState state, CallEvent.Redirected e) => state with
    {
        Setup = state.Setup with
        {
            Targets = [.. e.Targets, .. state.Targets],
            Redirections = state.Redirections + 1,
            BestStatus = state.BestStatus is >= 300 and < 400 ? 0 : state.BestStatus,
            BestLeg = state.BestStatus is >= 300 and < 400 ? 0 : state.BestLeg,
        },
    };

    /// <summary>What a leg's failure counts for: a 487 that we asked for ourselves, to try the next target, says that this one did not answer in time.</summary>
    public static int Counted(Leg leg, int status) => status == 487 && leg.State == LegState.Cancelling ? 408 : status;

    /// <summary>
    /// RFC 3261 section 16.7 step 6: 6xx if there is one, else the lowest class; within it the first. What a callee said counts for more than a 408, which
    /// only says that a target was silent; a 503 says least.
    /// </summary>
    public static int Better(int known, int status) =>
        known == 0 || Rank(status) < Rank(known) ? status : known;

    private static int Rank(int status) => status switch
    {
        >= 600 => 0,
        408 => 45,
        503 => 90,
        _ => status / 100 * 10,
    };

    public static CallState LegAnsweredLate(CallState state, CallEvent.LegAnsweredLate e)
    {
        CallState next = state.With(state.Legs[e.Leg] with
        {
            State = LegState.Terminated,
            RemoteTag = e.RemoteTag,
            RemoteTarget = e.RemoteTarget,
            RouteSet = e.RouteSet,
            HungUp = state.Legs[e.Leg].HungUp.Add(e.RemoteTag),
        });
        if (next.EarlyDialogs.Any(dialog => dialog.Leg == e.Leg))
        {
            next = next with { Setup = next.Setup with { EarlyDialogs = next.EarlyDialogs.RemoveAll(dialog => dialog.Leg == e.Leg) } };
        }

        return next.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(200), e.At);
    }

    public static CallState SecondAnswerHungUp(CallState state, CallEvent.SecondAnswerHungUp e)
    {
        var client = Transaction.Start(TransactionKind.NonInviteClient, e.Leg, e.Branch, SipMethod.Bye, e.CSeq, e.Flow, e.At) with { Request = e.Request };
        return state.With(state.Legs[e.Leg] with { LocalCSeq = e.CSeq, HungUp = state.Legs[e.Leg].HungUp.Add(e.RemoteTag) }) with { Transactions = state.Transactions.Add(client) };
    }
}
