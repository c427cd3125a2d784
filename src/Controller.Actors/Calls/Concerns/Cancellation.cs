using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Routing.Boundaries;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>CANCEL, both ways: RFC 3261 section 9.</summary>
internal static class Cancellation
{
    public static void Received(Turn turn, SipMessage cancel, Flow flow)
    {
        // 9.2: the transaction to be cancelled is found by "assuming that the request method is anything but CANCEL or ACK".
        string key = Dialogs.ServerKey(cancel);
        if ((turn.State.FindServer(key) ?? Meant(turn.State, cancel, flow)) is not { } server)
        {
            // 9.2: "If the UAS did not find a matching transaction for the CANCEL … it SHOULD respond to the CANCEL with a 481".
            turn.Reply(cancel, flow, 481, turn.LocalTag(0));
            return;
        }

        // 9.2: "the UAS answers the CANCEL request itself with a 200 (OK) response", whatever has become of the INVITE; "The To tag of
        // the response to the CANCEL and the To tag in the response to the original request SHOULD be the same".
        // It is a transaction of its own: repeated, it is answered the same, though the INVITE may have been forgotten.
        byte[] ok = Responses.Begin(cancel, 200, default, flow.Remote, turn.State.Legs[server.Leg].LocalTag).Finish();
        Flow to = Responses.Destination(cancel, flow);
        Transaction own = Transaction.Start(TransactionKind.NonInviteServer, server.Leg, key, SipMethod.Cancel, server.CSeq, to, turn.Now)
            .Step(TransactionInput.FromUser(200), turn.Now, out TransactionEffects effects) with
        { Last = ok };
        if ((effects & TransactionEffects.Terminated) == 0)
        {
            turn.Happened(new CallEvent.TransactionStepped(own));
        }

        turn.Send(to, ok);
        if (server.Method != SipMethod.Invite)
        {
            // 9.2: "If the original request was not an INVITE, the CANCEL request has no effect on processing": 9.1, "a CANCEL SHOULD NOT be sent" for it.
            return;
        }

        if (server is { IsHeld: true, IsPending: true })
        {
            Relaying.CancelHeld(turn, server);
        }
        else if (server.Leg == 0 && server.Peer.Length == 0)
        {
            if (!turn.State.IsDecided || turn.State.HeldAnswer() >= 0)
            {
                Forking.Refuse(turn, 487, "cancelled", "cancelled by the caller", "caller", Reasons.In(turn, cancel, turn.State.Legs[server.Leg]));
            }
        }
        else if (server.IsPending && turn.State.FindClientByBranch(server.Peer) is { IsPending: true } client)
        {
            Send(turn, turn.State.Legs[client.Leg], client, Reasons.In(turn, cancel, turn.State.Legs[server.Leg]));
        }
    }

    /// <summary>
    /// The pending INVITE that a CANCEL with a branch of its own means. 9.1: it "MUST have a single Via header field value matching the top Via value in the
    /// request being cancelled"; there are clients whose branch is new for each request, and 481 would let the callee ring on. What the same section has
    /// "identical" besides tells the INVITE as well: Request-URI, Call-ID, the numeric part of CSeq and From with its tag; To is without a tag, as it was.
    /// Nobody gains by it: it has to come from where the INVITE came from, and who knows these could hang up with a BYE just the same.
    /// </summary>
    private static Transaction? Meant(CallState state, SipMessage cancel, Flow flow)
    {
        foreach (Transaction server in state.Transactions)
        {
            if (server is { IsClient: false, Method: SipMethod.Invite, IsPending: true, Received: { } invite }
                && flow.Remote.Address.Equals(state.Legs[server.Leg].Flow.Remote.Address)
                && server.CSeq == Dialogs.Number(cancel)
                && cancel.RequestUri.SequenceEqual(invite.RequestUri)
                && cancel.Value(HeaderId.CallId).SequenceEqual(invite.Value(HeaderId.CallId))
                && Dialogs.Tag(cancel.Value(HeaderId.From)) == Dialogs.Tag(invite.Value(HeaderId.From))
                && Dialogs.Tag(cancel.Value(HeaderId.To)) == Dialogs.Tag(invite.Value(HeaderId.To)))
            {
                return server;
            }
        }

        return null;
    }

    /// <summary>Nobody waits for these callees any more.</summary>
    /// <param name="reason">Value of Reason (RFC 3326), which says why; empty for none.</param>
    public static void CancelOpenLegs(Turn turn, string reason)
    {
        for (int i = 1; i < turn.State.Legs.Length; i++)
        {
            if (turn.State.Legs[i].State is LegState.Calling or LegState.Early)
            {
                Cancel(turn, turn.State.Legs[i], reason);
            }
        }
    }

    public static void Cancel(Turn turn, Leg leg, string reason)
    {
        turn.Happened(new CallEvent.LegCancelled(turn.Now, leg.Number) { Reason = reason });
        if (turn.State.Find(TransactionKind.InviteClient, leg.Number) is { HasProvisional: true } client)
        {
            Send(turn, turn.State.Legs[leg.Number], client, reason);
        }
    }

    /// <summary>Sends the CANCEL of a client transaction, once; its own transaction repeats it.</summary>
    public static void Send(Turn turn, Leg leg, Transaction client, string reason)
    {
        if (turn.State.FindClient(client.Branch, SipMethod.Cancel) is not null)
        {
            Guard(turn, client.Branch);
            return;
        }

        if (client.Request.IsEmpty)
        {
            return;
        }

        byte[] bytes = Requests.Cancel(client.Request.Span, Boundary.Cancelled(turn.Settings, leg, reason));
        turn.Happened(new CallEvent.RequestSent(turn.Now, leg.Number, client.Branch, SipMethod.Cancel, client.CSeq, client.Flow, "", bytes));
        turn.Send(client.Flow, bytes, client.Branch);
    }

    /// <summary>
    /// 9.1: "a UAC canceling a request cannot rely on receiving a 487 (Request Terminated) response … If there is no final response for the original request in
    /// 64*T1 seconds … the client SHOULD then consider the original transaction cancelled". After a recovery the CANCEL may be stored and the provisional response
    /// before it not: when that comes again it stops timer B (17.1.1.2), which is this guard.
    /// </summary>
    private static void Guard(Turn turn, string branch)
    {
        if (turn.State.FindClientByBranch(branch) is { IsPending: true, HasProvisional: true } client && client.Timeout == Deadline.None)
        {
            turn.Happened(new CallEvent.TransactionStepped(client with { Timeout = new Deadline(TransactionTimer.B, turn.Now.After(SipTimers.Default.T1Times64)) }));
        }
    }
}
