using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls;

/// <summary>
/// State × event → state, live and after a recovery alike. Transactions are started, and get their final responses, by the journaled
/// events; the volatile events only move them in between.
/// </summary>
internal static class CallEvolution
{
    public static CallState Evolve(CallState state, CallEvent happened) => happened switch
    {
        CallEvent.Received e => Received(state, e),
        CallEvent.Routed e => state with { Route = e.Route, Targets = e.Targets, Parallel = e.Parallel },
        CallEvent.LegTried e => LegTried(state, e),
        CallEvent.LegRang e => LegRang(state, e),
        CallEvent.LegAnswered e => LegAnswered(state, e),
        CallEvent.LegFailed e => LegFailed(state, e),
        CallEvent.LegCancelled e => state.With(state.Legs[e.Leg] with { State = LegState.Cancelling }),
        CallEvent.LegAnsweredLate e => LegAnsweredLate(state, e),
        CallEvent.Refused e => Refused(state, e),
        CallEvent.Acknowledged e => Acknowledged(state, e),
        CallEvent.RequestAccepted e => RequestAccepted(state, e),
        CallEvent.RequestSent e => RequestSent(state, e),
        CallEvent.RequestAnswered e => RequestAnswered(state, e),
        CallEvent.Ended e => Ended(state, e),
        CallEvent.FlowMoved e => state.With(state.Legs[e.Leg] with { Flow = e.Flow }),
        CallEvent.CSeqSkipped e => state.With(state.Legs[e.Leg] with { LocalCSeq = e.CSeq }),
        CallEvent.SecondAnswerHungUp e => SecondAnswerHungUp(state, e),
        CallEvent.TransactionStepped e => state.Replacing(e.Transaction),
        CallEvent.TransactionEnded e => state.Without(e.Transaction),
        CallEvent.AnswerRepeated e => state with
        {
            Answers = e.Next is null ? state.Answers.Remove(e.Answer) : state.Answers.Replace(e.Answer, e.Next),
        },
        // The target after the one that was silent is on its way: it is asked for once.
        CallEvent.LookupAsked e => state with { Lookups = e.Lookup, TryUntil = Instant.Never },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "no evolution for this event"),
    };

    private static CallState Received(CallState state, CallEvent.Received e)
    {
        SipMessage invite = SipMessage.Copy(e.Invite.Span);
        var server = Transaction.Start(
            TransactionKind.InviteServer, 0, e.Branch, SipMethod.Invite, e.Caller.RemoteCSeq, Responses.Destination(invite, e.Caller.Flow), e.At) with
        { Received = invite };
        return CallState.Empty with
        {
            Phase = CallPhase.Routing,
            StartedAt = e.At,
            NoAnswerAt = e.NoAnswerAt,
            Invite = invite,
            RequestUri = Latin1.Text(invite.RequestUri),
            FromUri = Dialogs.UriOf(e.Caller.RemoteParty),
            ToUri = Dialogs.UriOf(e.Caller.LocalParty),
            Legs = [e.Caller],
            Transactions = [server],

            // Look-ups asked for before the INVITE was stored (they need no commit) are still the same call's.
            Lookups = state.Lookups,
        };
    }

    private static CallState LegTried(CallState state, CallEvent.LegTried e)
    {
        var client = Transaction.Start(TransactionKind.InviteClient, e.Leg.Number, e.Branch, SipMethod.Invite, e.Leg.LocalCSeq, e.Leg.Flow, e.At) with { Request = e.Invite };
        return state.With(e.Leg) with
        {
            Phase = state.Phase == CallPhase.Ringing ? CallPhase.Ringing : CallPhase.Setup,
            TryUntil = e.TryUntil,

            // A leg uses up the target at the head of the list.
            Targets = state.Targets.IsEmpty ? state.Targets : state.Targets.RemoveAt(0),
            Attempts = state.Attempts.Add(new Attempt(e.Leg.Number, e.Leg.RemoteTarget, e.Leg.Trunk, e.At, 0, null)),
            Transactions = state.Transactions.Add(client),
        };
    }

    private static CallState LegRang(CallState state, CallEvent.LegRang e)
    {
        Leg leg = state.Legs[e.Leg];
        CallState next = state.With(leg with
        {
            State = leg.State == LegState.Calling ? LegState.Early : leg.State,
            RemoteTag = e.RemoteTag,
            RemoteTarget = e.RemoteTarget,
            RouteSet = e.RouteSet,
        });
        next = next.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(e.Status), e.At);
        next = next.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Status), e.At, e.Response);
        return next with { Phase = CallPhase.Ringing, RingingAt = state.RingingAt ?? e.At, TryUntil = Instant.Never };
    }

    private static CallState LegAnswered(CallState state, CallEvent.LegAnswered e)
    {
        CallState next = state
            .With(state.Legs[e.Leg] with { State = LegState.Confirmed, RemoteTag = e.RemoteTag, RemoteTarget = e.RemoteTarget, RouteSet = e.RouteSet })
            .With(state.A with { State = LegState.Confirmed, LocalTag = e.CallerTag });
        next = next.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(e.Status), e.At);
        next = next.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Status), e.At);
        Transaction? invited = state.Find(TransactionKind.InviteServer, 0);
        var answer = Answer.Sent(0, invited?.CSeq ?? state.A.RemoteCSeq, e.Response, invited?.Flow ?? state.A.Flow, e.At);
        return next with
        {
            Phase = CallPhase.Established,
            Winner = e.Leg,
            AnsweredAt = e.At,
            NoAnswerAt = Instant.Never,
            TryUntil = Instant.Never,
            MaxDurationAt = e.MaxDurationAt,
            Invite = null,
            Targets = [],
            Attempts = state.Attempts.SetItem(e.Leg - 1, state.Attempts[e.Leg - 1] with { Status = e.Status, EndedAt = e.At }),
            Answers = state.Answers.Add(e.AckHeld ? answer with { HeldLeg = e.Leg, HeldCSeq = next.Legs[e.Leg].LocalCSeq } : answer),
        };
    }

    private static CallState LegFailed(CallState state, CallEvent.LegFailed e)
    {
        Leg leg = state.Legs[e.Leg];
        CallState next = state.With(leg with { State = LegState.Terminated });
        if (next.Find(TransactionKind.InviteClient, e.Leg) is { } client)
        {
            // 408 and 503 of our own making stand for a timer or the transport: no response came. The transaction sends no more, but listens for another
            // 64*T1: a peer that has got the INVITE after all is cancelled, or acknowledged and hung up (13.2.2.4), instead of ringing on.
            next = next.Replacing(e.Ack.IsEmpty
                ? client with { Retransmit = Deadline.None, Timeout = new Deadline(TransactionTimer.B, e.At.After(SipTimers.Default.T1Times64)) }
                : client.Step(TransactionInput.Received(e.Status), e.At, out _) with { Last = e.Ack });
        }

        Attempt attempt = state.Attempts[e.Leg - 1];
        return next with
        {
            Attempts = state.Attempts.SetItem(e.Leg - 1, attempt with { Status = e.Status, EndedAt = e.At }),
            BestStatus = Better(state.BestStatus, Counted(leg, e.Status)),
            TryUntil = Instant.Never,
        };
    }

    /// <summary>What a leg's failure counts for: a 487 that we asked for ourselves, to try the next target, says that this one did not answer in time.</summary>
    public static int Counted(Leg leg, int status) => status == 487 && leg.State == LegState.Cancelling ? 408 : status;

    /// <summary>
    /// RFC 3261 section 16.7 step 6: 6xx if there is one, else the lowest class; within it the first. What a callee said counts for more than a 408, which
    /// only says that a target was silent; a 503 says least.
    /// </summary>
    private static int Better(int known, int status) =>
        known == 0 || Rank(status) < Rank(known) ? status : known;

    private static int Rank(int status) => status switch
    {
        >= 600 => 0,
        408 => 45,
        503 => 90,
        _ => status / 100 * 10,
    };

    private static CallState LegAnsweredLate(CallState state, CallEvent.LegAnsweredLate e)
    {
        CallState next = state.With(state.Legs[e.Leg] with
        {
            State = LegState.Terminated,
            RemoteTag = e.RemoteTag,
            RemoteTarget = e.RemoteTarget,
            RouteSet = e.RouteSet,
        });
        return next.Stepped(TransactionKind.InviteClient, e.Leg, TransactionInput.Received(200), e.At);
    }

    private static CallState Refused(CallState state, CallEvent.Refused e)
    {
        CallState next = state.With(state.A with { State = LegState.Terminated });
        next = next.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(e.Ending.Status), e.At, e.Response);
        return next with
        {
            Phase = CallPhase.Ended,
            EndedAt = e.At,
            NoAnswerAt = Instant.Never,
            TryUntil = Instant.Never,
            Ending = e.Ending,
            Invite = null,
            Targets = [],
        };
    }

    private static CallState Acknowledged(CallState state, CallEvent.Acknowledged e)
    {
        foreach (Answer answer in state.Answers)
        {
            if (answer.Leg == e.Leg && answer.CSeq == e.CSeq)
            {
                CallState next = state with { Answers = state.Answers.Remove(answer) };
                return !e.Ack.IsEmpty && answer.HeldLeg >= 0 && next.FindClient(answer.HeldLeg, SipMethod.Invite, answer.HeldCSeq) is { } client
                    ? next.Replacing(client with { Last = e.Ack })
                    : next;
            }
        }

        return state;
    }

    private static CallState RequestAccepted(CallState state, CallEvent.RequestAccepted e)
    {
        TransactionKind kind = e.Method == SipMethod.Invite ? TransactionKind.InviteServer : TransactionKind.NonInviteServer;
        var server = Transaction.Start(kind, e.Leg, e.Branch, e.Method, e.CSeq, e.Flow, e.At) with { Received = SipMessage.Copy(e.Request.Span) };
        return state.With(state.Legs[e.Leg] with { RemoteCSeq = e.CSeq }) with { Transactions = state.Transactions.Add(server) };
    }

    private static CallState RequestSent(CallState state, CallEvent.RequestSent e)
    {
        Leg leg = state.Legs[e.Leg];
        TransactionKind kind = e.Method == SipMethod.Invite ? TransactionKind.InviteClient : TransactionKind.NonInviteClient;
        var client = Transaction.Start(kind, e.Leg, e.Branch, e.Method, e.CSeq, e.Flow, e.At) with { Request = e.Request, Peer = e.Peer };
        CallState next = state with { Transactions = state.Transactions.Add(client) };
        if (e.Peer.Length > 0 && next.FindServer(e.Peer) is { } server)
        {
            next = next.Replacing(server with { Peer = e.Branch });
        }

        // 9.1: "If there is no final response for the original request in 64*T1 seconds … the client SHOULD then consider the original transaction cancelled".
        if (e.Method == SipMethod.Cancel && next.FindClientByBranch(e.Branch) is { IsPending: true } cancelled)
        {
            next = next.Replacing(cancelled with { Timeout = new Deadline(TransactionTimer.B, e.At.After(SipTimers.Default.T1Times64)) });
        }

        // Whom we hang up gets no session description any more: a 2xx of its that waits for one is acknowledged without, now and each time it comes again.
        for (int i = 0; e.Method == SipMethod.Bye && i < next.Answers.Length; i++)
        {
            if (next.Answers[i].HeldLeg == e.Leg)
            {
                next = next with { Answers = next.Answers.SetItem(i, next.Answers[i] with { HeldLeg = -1 }) };
            }
        }

        // A CANCEL repeats the number of its INVITE (RFC 3261 section 9.1), and a BYE may be for a dialog other than the leg's own.
        uint cseq = Math.Max(leg.LocalCSeq, e.CSeq);
        return next.With(e.Method == SipMethod.Bye
            ? leg with { LocalCSeq = cseq, State = LegState.Terminated, ByeOwed = false }
            : leg with { LocalCSeq = cseq });
    }

    private static CallState SecondAnswerHungUp(CallState state, CallEvent.SecondAnswerHungUp e)
    {
        var client = Transaction.Start(TransactionKind.NonInviteClient, e.Leg, e.Branch, SipMethod.Bye, e.CSeq, e.Flow, e.At) with { Request = e.Request };
        return state.With(state.Legs[e.Leg] with { LocalCSeq = e.CSeq }) with { Transactions = state.Transactions.Add(client) };
    }

    private static CallState RequestAnswered(CallState state, CallEvent.RequestAnswered e)
    {
        if (state.FindServer(e.Branch) is not { } server)
        {
            return state;
        }

        CallState next = state;
        bool accepted = e.Status is >= 200 and < 300;
        Leg asked = state.Legs[server.Leg];
        if (accepted && server.Method is SipMethod.Invite or SipMethod.Update)
        {
            // RFC 3261 section 12.2.2: a target refresh request replaces the remote target, on either side, once it is accepted.
            if (server.Received is { } request && Dialogs.ContactUri(request) is { Length: > 0 } contact)
            {
                next = next.With(asked with { RemoteTarget = contact });
            }

            if (e.RemoteTarget.Length > 0)
            {
                next = next.With(next.Legs[e.Leg] with { RemoteTarget = e.RemoteTarget });
            }
        }

        Transaction? client = next.FindClientByBranch(server.Peer);
        if (client is not null)
        {
            next = next.Replacing(client.Step(TransactionInput.Received(e.Status), e.At, out _));
        }

        if (accepted && server.Method == SipMethod.Invite)
        {
            var answer = Answer.Sent(server.Leg, server.CSeq, e.Response, server.Flow, e.At);
            next = next with
            {
                Answers = next.Answers.Add(e.AckHeld && client is not null ? answer with { HeldLeg = e.Leg, HeldCSeq = client.CSeq } : answer),
            };
        }

        Transaction stepped = server.Step(TransactionInput.FromUser(e.Status), e.At, out TransactionEffects effects);
        return (effects & TransactionEffects.Terminated) != 0
            ? next.Without(stepped)
            : next.Replacing(stepped with { Last = accepted && server.Method == SipMethod.Invite ? default : e.Response, Received = null });
    }

    private static CallState Ended(CallState state, CallEvent.Ended e) => state
        .With(state.A with { State = LegState.Terminated, ByeOwed = e.CallerOwed })
        .With(state.B with { State = LegState.Terminated, ByeOwed = e.CalleeOwed }) with
    {
        Phase = CallPhase.Ended,
        EndedAt = e.At,
        MaxDurationAt = Instant.Never,
        Ending = e.Ending,
    };
}
