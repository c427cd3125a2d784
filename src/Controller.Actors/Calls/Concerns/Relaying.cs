using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Requests within a dialog of the call, early or established: one side's request becomes one of ours on the other side, and the response comes back the
/// same way (<see cref="RelayedResponses"/>). re-INVITE and UPDATE (RFC 3261 section 14, RFC 3311), INFO, MESSAGE, and whatever method we do not know. A refusal never ends the call.
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

        // RFC 3261 section 14.2: "If the new session description is not acceptable, the UAS can reject it by returning a 488 (Not Acceptable Here) response …
        // This response SHOULD include a Warning header field."
        if (CodecLimits.IsRefused(turn, request, leg, other))
        {
            Refuse(turn, request, key, leg, dialog, number, 488, Answers.IncompatibleFormat(leg));
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
                RelayedResponses.Answer(turn, server, request, other.Number, 491);
            }
            else if (!Exchanges.MustWait(turn.State, UpdateInterworking.MethodFor(request, other, ""), other))
            {
                GoOn(turn, request, server.Branch, leg, other, "", server.Flow);
            }
        }
    }

    /// <summary>RFC 3261 section 9.2: "the UAS immediately responds to the INVITE … with a 487 (Request Terminated)": nobody beyond us has seen it.</summary>
    public static void CancelHeld(Turn turn, Transaction server) =>
        RelayedResponses.Answer(turn, server, server.Received!, turn.State.Opposite(turn.State.Legs[server.Leg]).Number, 487);

    /// <summary>To the other side, by whichever method that takes; or not at all.</summary>
    public static void GoOn(Turn turn, SipMessage request, string key, Leg leg, Leg other, string dialog, Flow back)
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
    private static void AnswerHere(Turn turn, SipMessage request, string key, Leg leg, Flow back)
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
    /// <param name="warning">Value of Warning; empty for none.</param>
    public static void Refuse(Turn turn, SipMessage request, string key, Leg leg, string dialog, uint number, int status, string warning = "")
    {
        // 14.2: "it MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds".
        byte[] refused = status == 422
            ? Answers.IntervalTooSmall(request, leg.Flow.Remote, "", turn.Settings.Calls)
            : Answers.Own(request, leg, "", status, retryAfterSeconds: status == 500 ? RetryAfter(number) : 0, warning: warning);
        Flow back = Responses.Destination(request, leg.Flow);

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
}
