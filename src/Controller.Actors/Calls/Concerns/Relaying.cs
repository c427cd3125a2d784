using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Requests within the call: one side's request becomes one of ours on the other side, and the response comes back the same way. re-INVITE and
/// UPDATE (RFC 3261 section 14, RFC 3311), INFO, MESSAGE. A refusal never ends the call.
/// </summary>
internal static class Relaying
{
    public static void Accept(Turn turn, SipMessage request, string key, Leg leg, uint number)
    {
        int refusal = Refusal(turn.State, request, leg, number);
        if (refusal != 0)
        {
            // 14.2: "it MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds": by the number, so that it is the same again.
            byte[] refused = Answers.Own(request, leg, "", refusal, retryAfterSeconds: refusal == 500 ? 1 + (int)(number % 9) : 0);
            Controller.Sip.Transport.Flow back = Responses.Destination(request, leg.Flow);
            if (request.Method == SipMethod.Invite)
            {
                // 17.2.1: a final response to an INVITE is repeated until its ACK, and an INVITE that comes again gets the same one, though by then
                // nothing else may be under way any more, or another node may answer.
                turn.Happened(new CallEvent.RequestAccepted(turn.Now, leg.Number, key, request.Method, number, back, request.Raw.ToArray()));
                turn.Happened(new CallEvent.RequestAnswered(turn.Now, leg.Number, key, refusal, refused, "", AckHeld: false));
            }

            turn.Send(back, refused);
            return;
        }

        if (request.Method == SipMethod.Options)
        {
            turn.Send(Responses.Destination(request, leg.Flow), Answers.Options(request, leg));
            return;
        }

        Leg other = turn.State.Opposite(leg);
        uint cseq = other.LocalCSeq + 1;
        string branch = turn.Branch(other.Number, cseq, request.Method);
        byte[] bytes = Requests.Relayed(turn.Crossing(leg, other), branch, cseq, request);
        var to = NextHops.Of(turn, other);
        turn.Happened(new CallEvent.RequestAccepted(turn.Now, leg.Number, key, request.Method, number, Responses.Destination(request, leg.Flow), request.Raw.ToArray()));
        turn.Happened(new CallEvent.RequestSent(turn.Now, other.Number, branch, request.Method, cseq, to, key, bytes));
        if (request.Method == SipMethod.Invite)
        {
            turn.Reply(request, leg.Flow, 100);
        }

        turn.Send(to, bytes, branch);
    }

    private static int Refusal(CallState state, SipMessage request, Leg leg, uint number)
    {
        if (leg.State == LegState.Terminated)
        {
            return 481;
        }

        if (request.Method == SipMethod.Options)
        {
            return 0;
        }

        if (request.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Info or SipMethod.Message))
        {
            return 405;
        }

        if (number == leg.RemoteCSeq || state.Phase != CallPhase.Established)
        {
            return 500;
        }

        return request.Method is SipMethod.Invite or SipMethod.Update ? Glare(state, leg) : 0;
    }

    /// <summary>14.2: an INVITE within the dialog while another is under way.</summary>
    private static int Glare(CallState state, Leg leg)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsPending: true, Method: SipMethod.Invite or SipMethod.Update })
            {
                if (transaction.Leg == leg.Number)
                {
                    // "A UAS that receives a second INVITE before it sends the final response to a first INVITE … MUST return a 500"; "A UAS that receives
                    // an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a 491".
                    return transaction.IsClient ? 491 : 500;
                }
            }
        }

        // The offer/answer exchange of the last 2xx is not over on either side before its ACK (RFC 5407 section 3.1.5).
        return state.Answers.IsEmpty ? 0 : 491;
    }

    public static void Responded(Turn turn, Transaction client, SipMessage response)
    {
        Leg answering = turn.State.Legs[client.Leg];
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

        Leg asking = turn.State.Legs[server.Leg];
        bool ackHeld = client.Method == SipMethod.Invite && accepted && !Dialogs.HasSession(request) && Dialogs.HasSession(response);
        byte[] bytes = response.StatusCode is 401 or 407
            ? Answers.Own(request, asking, "", 403)
            : Answers.Relayed(request, turn.Crossing(turn.State.Legs[client.Leg], asking), asking.LocalTag, response);
        int status = response.StatusCode is 401 or 407 ? 403 : response.StatusCode;
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, client.Leg, client.Peer, status, bytes, accepted ? Dialogs.ContactUri(response) : "", ackHeld));
        SendFinal(turn, server, status, bytes);
        if (accepted && client.Method == SipMethod.Invite && !ackHeld)
        {
            Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
        }
    }

    private static void Progressed(Turn turn, Transaction server, SipMessage request, SipMessage response)
    {
        if (response.StatusCode == 100 || server.Method != SipMethod.Invite)
        {
            return;
        }

        Leg asking = turn.State.Legs[server.Leg];
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
        }
    }

    /// <summary>The call ends: requests still open are answered. 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog … 487".</summary>
    public static void Abandon(Turn turn)
    {
        foreach (Transaction server in turn.State.Transactions)
        {
            // A subscription is another usage of the dialog (RFC 5057 section 4.2): what belongs to it is answered by the other side.
            if (server is { IsClient: false, IsPending: true, Received: { } request } && !Referrals.Concern(server.Method))
            {
                Answer(turn, server, request, turn.State.Opposite(turn.State.Legs[server.Leg]).Number, 487);
            }
        }
    }

    private static void Answer(Turn turn, Transaction server, SipMessage request, int answering, int status)
    {
        byte[] bytes = Answers.Own(request, turn.State.Legs[server.Leg], "", status);
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, answering, server.Branch, status, bytes, "", AckHeld: false));
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
