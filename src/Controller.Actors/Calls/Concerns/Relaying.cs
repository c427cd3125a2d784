using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Requests within a dialog of the call, early or established: one side's request becomes one of ours on the other side, and the response comes back the
/// same way. re-INVITE and UPDATE (RFC 3261 section 14, RFC 3311), INFO, MESSAGE, and whatever method we do not know. A refusal never ends the call.
/// </summary>
internal static class Relaying
{
    /// <param name="leg">The side of the dialog that the request came on.</param>
    /// <param name="dialog">Our tag towards the caller, if it is an early dialog; else empty.</param>
    public static void Accept(Turn turn, SipMessage request, string key, Leg leg, string dialog, uint number)
    {
        Leg other = Other(turn.State, leg, dialog);
        int refusal = Refusal(turn, request, leg, other, dialog, number);
        if (refusal != 0)
        {
            Refuse(turn, request, key, leg, dialog, number, refusal);
            return;
        }

        if (request.Method == SipMethod.Options)
        {
            turn.Send(Responses.Destination(request, leg.Flow), Answers.Options(request, leg));
            return;
        }

        bool held = Exchanges.MustWait(turn.State, UpdateInterworking.MethodFor(request, other, dialog), other);
        var accepted = new CallEvent.RequestAccepted(turn.Now, leg.Number, key, request.Method, number, Responses.Destination(request, leg.Flow), request.Raw.ToArray())
        {
            Dialog = dialog,
            IsHeld = held,
        };
        turn.Happened(accepted);
        if (request.Method == SipMethod.Invite)
        {
            turn.Reply(request, leg.Flow, 100);
        }

        if (!held)
        {
            GoOn(turn, request, key, leg, other, dialog, accepted.Flow);
        }
    }

    /// <summary>An ACK is in: the request of the other side that had to wait for it goes on.</summary>
    public static void Release(Turn turn)
    {
        foreach (Transaction server in turn.State.Transactions)
        {
            if (server is not { IsHeld: true, IsPending: true, Received: { } request })
            {
                continue;
            }

            Leg leg = turn.State.Legs[server.Leg];
            Leg other = turn.State.Opposite(leg);
            if (!IsConnected(turn.State, leg) || OwnRequests.HasOpenOffer(turn.State, other))
            {
                // It is with somebody else now, or has been overtaken.
                Answer(turn, server, request, other.Number, 491);
            }
            else if (!Exchanges.MustWait(turn.State, UpdateInterworking.MethodFor(request, other, ""), other))
            {
                GoOn(turn, request, server.Branch, leg, other, "", server.Flow);
            }
        }
    }

    /// <summary>RFC 3261 section 9.2: "the UAS immediately responds to the INVITE … with a 487 (Request Terminated)": nobody beyond us has seen it.</summary>
    public static void CancelHeld(Turn turn, Transaction server) =>
        Answer(turn, server, server.Received!, turn.State.Opposite(turn.State.Legs[server.Leg]).Number, 487);

    /// <summary>To the other side, by whichever method that takes; or not at all.</summary>
    private static void GoOn(Turn turn, SipMessage request, string key, Leg leg, Leg other, string dialog, Controller.Sip.Transport.Flow back)
    {
        if (UpdateInterworking.MethodFor(request, other, dialog) is { } method)
        {
            DialogRequests.Send(turn, other, method, (branch, cseq) => Requests.Relayed(turn.Crossing(leg, other), branch, cseq, request, method), peer: key, dialog: dialog);
        }
        else
        {
            AnswerHere(turn, request, key, leg, back);
        }
    }

    /// <summary>RFC 3311 section 5.1: an UPDATE without a description refreshes the target, and the session timer of its leg; a peer that cannot take one is not asked.</summary>
    private static void AnswerHere(Turn turn, SipMessage request, string key, Leg leg, Controller.Sip.Transport.Flow back)
    {
        SessionTimer? timer = SessionTimers.Refreshes(turn, request) ? SessionTimers.AsServer(turn, request, leg) : null;
        byte[] ok = Answers.Refreshed(request, leg, timer);
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, leg.Number, key, 200, ok, "", AckHeld: false));
        if (timer is not null)
        {
            SessionTimers.Start(turn, leg.Number, timer);
        }

        turn.Send(back, ok);
    }

    /// <summary>The other side of the dialog.</summary>
    private static Leg Other(CallState state, Leg leg, string dialog) =>
        state.EarlyDialog(dialog) is { } early ? state.Side(leg.IsA ? early.Leg : 0, dialog) : state.Opposite(leg);

    /// <summary>Refuses a request within a dialog, and remembers that it did.</summary>
    public static void Refuse(Turn turn, SipMessage request, string key, Leg leg, string dialog, uint number, int status)
    {
        // 14.2: "it MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds".
        byte[] refused = status == 422
            ? Answers.IntervalTooSmall(request, leg.Flow.Remote, "", turn.Settings.Calls)
            : Answers.Own(request, leg, "", status, retryAfterSeconds: status == 500 ? RetryAfter(number) : 0);
        Controller.Sip.Transport.Flow back = Responses.Destination(request, leg.Flow);

        // 17.2.1: a final response to an INVITE is repeated until its ACK; and a request that comes again gets the same one, though by then nothing else may
        // be under way any more, or another node may answer.
        turn.Happened(new CallEvent.RequestAccepted(turn.Now, leg.Number, key, request.Method, number, back, request.Raw.ToArray()) { Dialog = dialog });
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, leg.Number, key, status, refused, "", AckHeld: false));
        turn.Send(back, refused);
    }

    /// <summary>Seconds, by the number of the request, so that its repetition gets the same.</summary>
    public static int RetryAfter(uint number) => 1 + (int)(number % 9);

    private static int Refusal(Turn turn, SipMessage request, Leg leg, Leg other, string dialog, uint number)
    {
        CallState state = turn.State;
        if (leg.State == LegState.Terminated)
        {
            return 481;
        }

        if (request.Method == SipMethod.Options)
        {
            return 0;
        }

        if (request.Method is SipMethod.Register or SipMethod.Refer or SipMethod.Subscribe or SipMethod.Notify)
        {
            return 405;
        }

        if (number == leg.RemoteCSeq || (dialog.Length == 0 && state.Phase != CallPhase.Established) || !IsConnected(state, leg))
        {
            return 500;
        }

        if (request.Method is not (SipMethod.Invite or SipMethod.Update))
        {
            return 0;
        }

        // An early dialog has no other way to carry an offer to a peer that does not take UPDATE (an established one has re-INVITE).
        if (request.Method == SipMethod.Update && dialog.Length > 0 && Dialogs.HasSession(request) && !other.Capabilities.AllowsUpdate())
        {
            return 488;
        }

        int unready = Exchanges.Refusal(state, request, leg, other, dialog);
        if (unready == 0 && request.Method == SipMethod.Update && UpdateInterworking.MethodFor(request, other, dialog) == SipMethod.Invite && OwnRequests.HasOpenOffer(state, other))
        {
            unready = 491;
        }

        // RFC 4028 section 9 is for every session refresh request.
        return unready == 0 && SessionTimers.IsTooSmall(turn, request) ? 422 : unready;
    }

    /// <summary>
    /// There is somebody to relay to: not while a transfer has brought in a target that is not connected yet, or has lost its referrer. The 500 says when to
    /// ask again.
    /// </summary>
    private static bool IsConnected(CallState state, Leg leg) =>
        state.Winner == 0 || (state.IsParty(leg) && state.Transfer is not { IsReferrerGone: true });

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
            GoOn(turn, request, server.Branch, asking, turn.State.Legs[client.Leg], server.Dialog, server.Flow);
            return;
        }

        bool ackHeld = client.Method == SipMethod.Invite && accepted && !Dialogs.HasSession(request) && Dialogs.HasSession(response);
        SessionTimer? timer = accepted && SessionTimers.Refreshes(turn, request) ? SessionTimers.AsServer(turn, request, asking) : null;

        // RFC 3261 section 12.3: a non-2xx final response terminates "any early dialogs created through provisional responses to that request": what is agreed on
        // in one that has gone is nobody's session any more.
        int status = accepted && Dialogs.HasSession(response) && !turn.State.IsOpen(server.Dialog) ? 481 : Told(turn.State, client, server, response.StatusCode);
        byte[] bytes = status == response.StatusCode
            ? Answers.Relayed(request, turn.Crossing(answering, asking), asking.LocalTag, response, timer: timer)
            : Answers.Own(request, asking, "", status, retryAfterSeconds: status == 500 ? RetryAfter(server.CSeq) : 0);
        bool refreshing = accepted && client.Method is SipMethod.Invite or SipMethod.Update;
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, client.Leg, client.Peer, status, bytes, accepted ? Dialogs.ContactUri(response) : "", ackHeld)
        {
            Capabilities = refreshing ? PeerCapabilities.Of(response) : LegCapabilities.None,
            HasSession = accepted && Dialogs.HasSession(response),
        });
        if (timer is not null)
        {
            SessionTimers.Start(turn, server.Leg, timer);
            SessionTimers.Start(turn, client.Leg, SessionTimers.AsClient(turn, client.Request.Span, response, answering));
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

    private static void Answer(Turn turn, Transaction server, SipMessage request, int answering, int status, bool abandoned = false)
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
