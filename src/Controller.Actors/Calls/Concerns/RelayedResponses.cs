using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>What becomes of a request that was relayed: the other side's responses on their way back, and ours where there are none.</summary>
internal static class RelayedResponses
{
    public static void Responded(Turn turn, Transaction client, SipMessage response)
    {
        Leg answering = turn.State.Side(client.Leg, client.Dialog);
        bool accepted = response.StatusCode is >= 200 and < 300;
        if (turn.State.FindServer(client.Peer) is not { Received: { } request } server)
        {
            // Answered before: a 2xx again, or one that comes after the call has ended; it needs its ACK all the same.
            if (accepted && client.Method == SipMethod.Invite)
            {
                Answering.AcknowledgeAgain(turn, client, answering);
            }

            return;
        }

        if (response.StatusCode < 200)
        {
            Progressed(turn, server, request, response);
            return;
        }

        Leg asking = turn.State.Side(server.Leg, server.Dialog);
        if (UpdateInterworking.IsUnknown(turn, client, response))
        {
            // A re-INVITE takes its place, or nobody's answer is needed.
            turn.Happened(new CallEvent.SessionTimed(client.Leg, answering.Timer! with { NoUpdate = true }));
            Relaying.GoOn(turn, request, server.Branch, asking, turn.State.Legs[client.Leg], server.Dialog, server.Flow);
            return;
        }

        bool ackHeld = client.Method == SipMethod.Invite && accepted && !Dialogs.HasSession(request) && Dialogs.HasSession(response);
        SessionTimer? timer = accepted && SessionTimers.Refreshes(turn, request) ? SessionTimers.AsServer(turn, request, asking) : null;

        // RFC 3261 section 12.3: a non-2xx final response terminates "any early dialogs created through provisional responses to that request": what is agreed on
        // in one that has gone is nobody's session any more.
        int status = accepted && Dialogs.HasSession(response) && !turn.State.IsOpen(server.Dialog) ? 481 : Told(turn.State, client, server, response.StatusCode);
        byte[] bytes = status == response.StatusCode
            ? Answers.Relayed(request, turn.Crossing(answering, asking), asking.LocalTag, response, timer: timer)
            : Answers.Own(request, asking, "", status, retryAfterSeconds: status == 500 ? Relaying.RetryAfter(server.CSeq) : 0);
        bool refreshing = accepted && client.Method is SipMethod.Invite or SipMethod.Update;
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, client.Leg, client.Peer, status, bytes, accepted ? Dialogs.ContactUri(response) : "", ackHeld)
        {
            Capabilities = refreshing ? PeerCapabilities.Of(response) : LegCapabilities.None,
            HasSession = accepted && Dialogs.HasSession(response),
        });
        if (timer is not null)
        {
            SessionTimers.Start(turn, server.Leg, timer);
            SessionTimers.Start(turn, client.Leg, SessionTimers.AsClient(turn, client.Request, response, answering));
        }

        SessionTimers.Learn(turn, client.Leg, response);
        SendFinal(turn, server, status, bytes);
        if (accepted && client.Method == SipMethod.Invite && !ackHeld)
        {
            Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
        }

        EndIfLost(turn, client, status);
    }

    /// <summary>
    /// What a refusal is for the party that asks: a challenge is not its own (22.3), and ends what has been cancelled; a session interval (422) is between the other leg and us, and the next
    /// attempt knows it; a re-INVITE that took too long for the UPDATE that it stands for was cancelled by us.
    /// </summary>
    private static int Told(CallState state, Transaction client, Transaction server, int status) => status switch
    {
        401 or 407 when state.FindClient(client.Branch, SipMethod.Cancel) is not null => server.Method == SipMethod.Invite ? 487 : 504,
        401 or 407 => 403,
        422 => 500,
        487 when server.Method == SipMethod.Update => 504,
        _ => status,
    };

    /// <summary>
    /// RFC 3261 section 12.2.1.2: "If the response for a request within a dialog is a 481 (Call/Transaction Does Not Exist) or a 408 (Request Timeout), the
    /// UAC SHOULD terminate the dialog. A UAC SHOULD also terminate a dialog if no response at all is received for the request". What does not touch the
    /// session may be refused for reasons of its own (RFC 5057 section 5.1) and does not end it.
    /// </summary>
    private static void EndIfLost(Turn turn, Transaction client, int status)
    {
        if (status is 408 or 481 && client.Method is SipMethod.Invite or SipMethod.Update && client.Dialog.Length == 0 && turn.State.Phase == CallPhase.Established)
        {
            Teardown.HangUp(turn, client.Leg == 0 ? "caller" : "callee", $"{status} to a request within the dialog", Reasons.Of(status));
        }
    }

    private static void Progressed(Turn turn, Transaction server, SipMessage request, SipMessage response)
    {
        if (response.StatusCode == 100 || server.Method != SipMethod.Invite)
        {
            return;
        }

        // RFC 3262 section 3: one that requires 100rel gets no provisional response but reliable ones, which we do not make within a dialog.
        Leg asking = turn.State.Legs[server.Leg];
        if (PeerCapabilities.Requires(request, "100rel"u8))
        {
            return;
        }

        byte[] bytes = Answers.Relayed(request, turn.Crossing(turn.State.Opposite(asking), asking), asking.LocalTag, response);
        turn.Step(server with { Last = bytes }, TransactionInput.FromUser(response.StatusCode), out _);
        turn.Send(server.Flow, bytes);
    }

    /// <summary>No response came to our relayed request (408), or it could not be sent (503): RFC 3261 section 8.1.3.1.</summary>
    public static void Failed(Turn turn, Transaction client, int status)
    {
        if (turn.State.FindServer(client.Peer) is { Received: { } request } server)
        {
            Answer(turn, server, request, client.Leg, status);
            EndIfLost(turn, client, status);
        }
    }

    /// <summary>
    /// The call ends: requests still open are answered. 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog … 487". By us, not by
    /// the other side: our own request there is still open, and its final response gets its ACK when it comes.
    /// </summary>
    public static void Abandon(Turn turn)
    {
        foreach (Transaction server in turn.State.Transactions)
        {
            // A subscription is another usage of the dialog (RFC 5057 section 4.2): what belongs to it is answered by the other side.
            if (server is { IsClient: false, IsPending: true, Received: { } request } && !Referrals.Concern(server.Method))
            {
                Answer(turn, server, request, turn.State.Opposite(turn.State.Legs[server.Leg]).Number, 487, abandoned: true);
            }
        }
    }

    /// <summary>An answer of our own making to a request that is open.</summary>
    /// <param name="answering">The leg that it was relayed to, or would have been.</param>
    public static void Answer(Turn turn, Transaction server, SipMessage request, int answering, int status, bool abandoned = false)
    {
        byte[] bytes = Answers.Own(request, turn.State.Legs[server.Leg], "", status);
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, answering, server.Branch, status, bytes, "", AckHeld: false) { Abandoned = abandoned });
        SendFinal(turn, server, status, bytes);
    }

    /// <summary>
    /// RFC 4320 section 4.2: "A transaction-stateful SIP element MUST NOT send a response with Status-Code of 408 to a non-INVITE request. As a
    /// consequence, an element that can not respond before the transaction expires will not send a final response at all."
    /// </summary>
    private static void SendFinal(Turn turn, Transaction server, int status, byte[] bytes)
    {
        if (status != 408 || server.Kind == TransactionKind.InviteServer)
        {
            turn.Send(server.Flow, bytes);
        }
    }

    /// <summary>RFC 4320 section 4.1: the only provisional response that a request other than INVITE may get.</summary>
    public static void Trying(Turn turn, Transaction server, SipMessage request)
    {
        byte[] bytes = Responses.Begin(request, 100, default, turn.State.Legs[server.Leg].Flow.Remote, null).Finish();
        turn.Step(server with { Last = bytes }, TransactionInput.FromUser(100), out _);
        turn.Send(server.Flow, bytes);
    }
}
