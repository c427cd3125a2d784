using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Exchanges;

/// <summary>What a non-INVITE transaction does by itself: repeat, and end.</summary>
internal static class Timers
{
    /// <summary>Steps what has come due.</summary>
    /// <param name="timedOut">No response came within 64*T1 (timer F).</param>
    /// <returns>The transaction as it stands now; null if it is over.</returns>
    public static Transaction? Elapse(ForwardingTurn turn, Transaction transaction, out bool timedOut)
    {
        timedOut = false;

        // What is over is not sent again: a timer that fires late finds both due.
        if (transaction.Retransmit.IsDue(turn.Now) && !transaction.Timeout.IsDue(turn.Now))
        {
            transaction = transaction.Step(TransactionInput.TimerFired(transaction.Retransmit.Timer), turn.Now, out TransactionEffects again);
            if ((again & TransactionEffects.SendLast) != 0)
            {
                turn.Send(transaction.Flow, transaction.Request, transaction.Branch);
            }
            else if ((again & TransactionEffects.PassToUser) != 0 && transaction.Received is { } request)
            {
                // RFC 4320 section 4.1: a 100 is due.
                byte[] trying = Responses.Begin(request, 100, default, transaction.Flow.Remote, null).Finish();
                turn.Send(transaction.Flow, trying);
                transaction = transaction.Step(TransactionInput.FromUser(100), turn.Now, out _) with { Last = trying };
            }
        }

        if (!transaction.Timeout.IsDue(turn.Now))
        {
            return transaction;
        }

        transaction = transaction.Step(TransactionInput.TimerFired(transaction.Timeout.Timer), turn.Now, out TransactionEffects effects);
        timedOut = (effects & TransactionEffects.TimedOut) != 0;
        return (effects & TransactionEffects.Terminated) != 0 ? null : transaction;
    }

    /// <summary>A request came again: 17.2.2, the answer to it goes out again, if there is one.</summary>
    public static void Retransmission(ForwardingTurn turn, Transaction? server)
    {
        if (server is not null)
        {
            server.Step(TransactionInput.Retransmission, turn.Now, out TransactionEffects effects);
            if ((effects & TransactionEffects.SendLast) != 0)
            {
                turn.Send(server.Flow, server.Last);
            }
        }
    }

    /// <summary>A final response to give.</summary>
    /// <returns>The transaction that repeats it; null if that is never asked for (a reliable transport).</returns>
    public static Transaction? Answer(ForwardingTurn turn, Transaction server, int status, ReadOnlyMemory<byte> response)
    {
        Transaction next = server.Step(TransactionInput.FromUser(status), turn.Now, out TransactionEffects effects) with { Last = response, Received = null };
        if ((effects & TransactionEffects.SendLast) != 0)
        {
            turn.Send(server.Flow, response);
        }

        return (effects & TransactionEffects.Terminated) != 0 ? null : next;
    }

    /// <summary>After a recovery: the request goes out once more, with the same bytes, and its timer E starts again.</summary>
    public static Transaction Again(ForwardingTurn turn, Transaction client)
    {
        turn.Send(client.Flow, client.Request, client.Branch);
        return client.Retransmit.Timer == TransactionTimer.None ? client : client with
        {
            RetransmitInterval = SipTimers.Default.T1,
            Retransmit = new Deadline(TransactionTimer.E, turn.Now.After(SipTimers.Default.T1)),
        };
    }
}
