using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>Whatever has come due: transaction timers, 2xx without ACK, and the limits of the call itself.</summary>
internal static class Expiry
{
    public static void TimerDue(Turn turn)
    {
        foreach (Transaction transaction in turn.State.Transactions)
        {
            Due(turn, transaction);
        }

        foreach (Answer answer in turn.State.Answers)
        {
            Due(turn, answer);
        }

        Referring.Expire(turn);
        foreach (ReliableProvisional provisional in turn.State.Provisionals)
        {
            Reliability.Due(turn, provisional);
        }

        Joining.Due(turn);
        if (turn.State.TryUntil <= turn.Now)
        {
            TryTimedOut(turn);
        }

        TrunkAdmission.Due(turn);
        if (turn.State.NoAnswerAt <= turn.Now)
        {
            Forking.Refuse(turn, 480, "failed", "nobody answered", "controller", Reasons.NoAnswer);
        }

        SessionTimers.Due(turn);
        if (turn.State.MaxDurationAt <= turn.Now)
        {
            Teardown.HangUp(turn, "controller", "maximum duration reached", Reasons.MaxDuration);
        }
    }

    public static void TransportFailed(Turn turn, string branch)
    {
        foreach (Transaction client in turn.State.Transactions)
        {
            if (!client.IsClient || client.Branch != branch || !client.IsPending)
            {
                continue;
            }

            Leg leg = turn.State.Legs[client.Leg];
            if (NextHops.OtherThan(turn, leg, client.Flow) is { } other)
            {
                turn.Happened(new CallEvent.TransactionStepped(client with { Flow = other }));

                // What follows takes the new way at once: the ACK of a 2xx has no transaction that would notice.
                turn.Happened(new CallEvent.FlowMoved(leg.Number, other));
                turn.Send(other, client.Request, branch);
                continue;
            }

            // One datagram that could not be handed over is as good as lost: what ends a dialog is repeated as long as its transaction lasts.
            if (client.Method is SipMethod.Bye or SipMethod.Cancel && !client.Flow.Transport.IsReliable())
            {
                continue;
            }

            // 8.1.3.1: "If a fatal transport error is reported by the transport layer … the condition MUST be treated as a 503".
            if (client.Kind == TransactionKind.InviteClient)
            {
                // Once a response has been heard the INVITE has arrived; otherwise an earlier copy may have: its transaction goes on listening.
                if (!client.HasProvisional)
                {
                    Lost(turn, client, 503);
                }
            }
            else if ((turn.Step(client, TransactionInput.TransportError, out _) & TransactionEffects.TransportFailed) != 0)
            {
                Lost(turn, client, 503);
            }
        }
    }

    private static void Due(Turn turn, Transaction transaction)
    {
        // What is over is not sent again: a timer that fires late finds both due.
        if (transaction.Retransmit.IsDue(turn.Now) && !transaction.Timeout.IsDue(turn.Now))
        {
            TransactionEffects effects = turn.Step(transaction, TransactionInput.TimerFired(transaction.Retransmit.Timer), out transaction);
            if ((effects & TransactionEffects.SendLast) != 0)
            {
                turn.Send(transaction.Flow, transaction.IsClient ? transaction.Request : transaction.Last, transaction.IsClient ? transaction.Branch : "");
            }
            else if (transaction is { Kind: TransactionKind.NonInviteServer, IsPending: true, Received: { } request } && (effects & TransactionEffects.PassToUser) != 0)
            {
                // RFC 4320 section 4.1: the 100 that is due when the other side takes its time.
                RelayedResponses.Trying(turn, transaction, request);
            }
        }

        if (!transaction.Timeout.IsDue(turn.Now))
        {
            return;
        }

        if (transaction is { Timeout.Timer: TransactionTimer.C, IsPending: true })
        {
            // 16.8: "If the client transaction has received a provisional response, the proxy MUST generate a CANCEL request matching that transaction."
            Cancellation.Send(turn, turn.State.Legs[transaction.Leg], transaction, Reasons.Of(408));
            return;
        }

        if (transaction is { Kind: TransactionKind.InviteClient, IsPending: true })
        {
            // Timer B, or the guard that a CANCEL sets. Whoever waits is told; the transaction stays as long again, to hear what comes too late, and is over then.
            Lost(turn, transaction, 408);
            if (turn.State.FindClientByBranch(transaction.Branch) is { IsPending: true } still && still.Timeout.IsDue(turn.Now))
            {
                turn.Happened(new CallEvent.TransactionEnded(still));
            }

            return;
        }

        TransactionEffects outcome = turn.Step(transaction, TransactionInput.TimerFired(transaction.Timeout.Timer), out _);
        if ((outcome & TransactionEffects.TimedOut) != 0 && transaction.IsClient)
        {
            // 8.1.3.1: "When a timeout error is received from the transaction layer, it MUST be treated as if a 408 … had been received".
            Lost(turn, transaction, 408);
        }
    }

    private static void Lost(Turn turn, Transaction client, int status)
    {
        if (client.Purpose == RequestPurpose.Refresh)
        {
            OwnRequests.Failed(turn, client, status);
        }
        else if (client.Peer.Length > 0)
        {
            if (!Joining.Responded(turn, client, status, null))
            {
                RelayedResponses.Failed(turn, client, status);
            }

            Referring.Responded(turn, client, status, null);
            if (client is { Method: SipMethod.Notify, Peer: Transfer.Own })
            {
                Joining.Dismiss(turn, client.Leg);
            }
        }
        else if (client.Method == SipMethod.Invite)
        {
            Forking.Failed(turn, turn.State.Legs[client.Leg], status, default, null);
        }
    }

    private static void Due(Turn turn, Answer answer)
    {
        if (answer.GiveUpAt <= turn.Now)
        {
            // 13.3.1.4: "If the server retransmits the 2xx response for 64*T1 seconds without receiving an ACK, the dialog is confirmed, but the session
            // SHOULD be terminated. This is accomplished with a BYE".
            turn.Happened(new CallEvent.AnswerRepeated(answer, null));
            Teardown.HangUp(turn, "controller", "no ACK for the answer", Reasons.NoAck);
            Teardown.PayByes(turn);
        }
        else if (answer.RepeatAt <= turn.Now)
        {
            turn.Send(answer.Flow, answer.Response);
            turn.Happened(new CallEvent.AnswerRepeated(answer, answer.Repeated(turn.Now)));
        }
    }

    /// <summary>The target being tried has shown no sign of life, or it rings and nobody answers: the next one, if there is another.</summary>
    private static void TryTimedOut(Turn turn)
    {
        if (turn.State.BudgetUntil <= turn.Now && !turn.State.IsDecided && (turn.State.Legs.Length == 1 || turn.State.Legs[^1].State != LegState.Early))
        {
            Forking.BudgetSpent(turn);
            return;
        }

        turn.Happened(new CallEvent.RingingLimited(Instant.Never));
        Leg tried = turn.State.Legs[^1];
        if (turn.State.Find(TransactionKind.InviteClient, tried.Number) is { HasProvisional: false } && Alternatives.PassedOver(tried, 408, null) is { } passedOver)
        {
            turn.Do(passedOver);
        }

        Cancellation.Cancel(turn, tried, Reasons.Of(408));
        if (!turn.State.IsDecided && !turn.State.Targets.IsEmpty && turn.Now < turn.State.BudgetUntil)
        {
            Setup.TryNext(turn);
        }
    }
}
