using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>Which concern a response is for: by its client transaction (RFC 3261 section 17.1.3).</summary>
internal static class ResponseDispatch
{
    public static void Take(Turn turn, SipMessage response, Flow flow)
    {
        if (turn.State.FindClient(Dialogs.ClientBranchIn(response), response.Method) is not { } client)
        {
            return;
        }

        // 18.2.2: a response whose connection has gone comes over another one: what we say next to this peer goes there as well.
        Flow next = client.Flow;
        if (client.Flow.Connection != 0 && flow.Connection != 0 && flow.Connection != client.Flow.Connection)
        {
            turn.Happened(new CallEvent.FlowMoved(client.Leg, flow));
            next = flow;
        }

        if (!TrunkAuthentication.TryAgain(turn, client, response, next))
        {
            Take(turn, client, response);
        }
    }

    private static void Take(Turn turn, Transaction client, SipMessage response)
    {
        // Over a stream a client transaction is over with its final response (timers D and K are zero). One that relays stays until what the response leads to
        // is decided: who reads the call back finds it there as well.
        Transaction next = client.Step(TransactionInput.Received(response.StatusCode), turn.Now, out TransactionEffects effects);
        bool stays = turn.State.FindServer(client.Peer) is not null && (effects & TransactionEffects.Terminated) != 0;
        if (client.Method == SipMethod.Bye && response.StatusCode >= 200 && (effects & TransactionEffects.PassToUser) != 0)
        {
            turn.Happened(new CallEvent.ByeSettled(turn.Now, client.Branch, response.StatusCode));
            return;
        }

        if (!stays)
        {
            turn.Stepped(client, next, effects);
        }

        if ((effects & TransactionEffects.SendAck) != 0)
        {
            // 17.1.1.3; kept, so that each retransmission of the response gets the same bytes.
            ReadOnlyMemory<byte> ack = client.Last.IsEmpty ? Requests.AckRefusal(client.Request.Span, response) : client.Last;
            if ((effects & TransactionEffects.Terminated) == 0 && client.Last.IsEmpty)
            {
                turn.Happened(new CallEvent.TransactionStepped(next with { Last = ack }));
            }

            client = client with { Last = ack };
            turn.Send(client.Flow, ack);
        }

        if ((effects & TransactionEffects.PassToUser) == 0 || client.Method is SipMethod.Bye or SipMethod.Cancel)
        {
            return;
        }

        if (client.Purpose == RequestPurpose.Refresh)
        {
            GuardProvisional(turn, next, response.StatusCode);
            OwnRequests.Responded(turn, client, response);
        }
        else if (client.Peer.Length > 0)
        {
            GuardProvisional(turn, next, response.StatusCode);
            if (!Joining.Responded(turn, client, response.StatusCode, response))
            {
                RelayedResponses.Responded(turn, client, response);
            }

            Referring.Responded(turn, client, response.StatusCode, response);
            if (stays && turn.State.FindClient(client.Branch, client.Method) is { } over)
            {
                turn.Happened(new CallEvent.TransactionEnded(over));
            }

            if (client is { Method: SipMethod.Notify, Peer: Transfer.Own } && response.StatusCode >= 200)
            {
                Joining.Dismiss(turn, client.Leg);
            }
        }
        else if (client.Method == SipMethod.Invite)
        {
            Forking.Responded(turn, client, response);
        }
    }

    /// <summary>
    /// 16.6 step 11, 16.7 step 2: timer C, "for each proxied INVITE request", reset by each provisional response but 100: a re-INVITE that is never answered
    /// does not stay open for ever. (The INVITE that sets a leg up has a limit of its own: calls.no-answer.)
    /// </summary>
    private static void GuardProvisional(Turn turn, Transaction client, int status)
    {
        // Timer B in this state is the guard of a CANCEL that is out already.
        if (client.HasProvisional && (client.Timeout == Deadline.None || (client.Timeout.Timer == TransactionTimer.C && status > 100)))
        {
            // One that stands for an UPDATE has to be over before the client of that gives up (timer F).
            Instant until = turn.State.FindServer(client.Peer) is { Method: SipMethod.Update } update
                ? update.StartedAt.After(SipTimers.Default.T1Times64 - SipTimers.Default.T2)
                : turn.Now.After(SipTimers.Default.C);
            turn.Happened(new CallEvent.TransactionStepped(client with { Timeout = new Deadline(TransactionTimer.C, until) }));
        }
    }
}
