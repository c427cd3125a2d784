using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>The end of an answered call: RFC 3261 section 15. The record is written with the commit that precedes every message of it.</summary>
internal static class Teardown
{
    public static void ByeReceived(Turn turn, SipMessage bye, string key, Leg leg, string dialog)
    {
        if (leg is { State: LegState.Terminated, ByeOwed: false } && !IsHungUpByUs(turn.State, leg))
        {
            // 15.1.2: "If the BYE does not match an existing dialog, the UAS core SHOULD generate a 481". The dialog has ended: by its refusal, by an earlier BYE, or
            // because the peer has answered ours; a BYE that crosses ours finds it still there (RFC 5407 section 3.2.2).
            turn.Reply(bye, leg.Flow, 481);
            return;
        }

        // A final response is the same for ever (17.2.2): that it was given is all that its transaction has to know, as long as timer J runs.
        if (!leg.Flow.Transport.IsReliable())
        {
            turn.Happened(new CallEvent.Kept(turn.Now.After(SipTimers.Default.T1Times64)));
        }

        // 15.1.2: "MUST … generate a 2xx response to the BYE", in every state in which the dialog is known; before the 487 of what was pending, which some
        // callers do not wait for any more.
        turn.Happened(new CallEvent.ByeAnswered(key, 200));
        turn.Reply(bye, leg.Flow, 200);
        switch (turn.State.Phase)
        {
            case CallPhase.Established when turn.State.HeldAnswer() >= 0:
                // The callee has answered, but the caller has not been told (RFC 3262 section 3): for the caller it is an INVITE without an answer.
                string who = leg.IsA ? "caller" : "callee";
                Forking.Refuse(turn, leg.IsA ? 487 : 480, leg.IsA ? "cancelled" : "failed", "hung up by the " + who + " before the answer was told", who, Reasons.In(turn, bye, leg));
                break;
            case CallPhase.Established or CallPhase.Ended when Joining.ByeReceived(turn, leg):
                break;
            case CallPhase.Established when turn.State.IsParty(leg):
                bool caller = leg.Number == turn.State.Caller;
                string by = caller ? "caller" : "callee";
                End(turn, new Ending("answered", turn.State.Attempts[turn.State.Winner - 1].Status, "hung up by the " + by, by), callerOwed: !caller, calleeOwed: caller, new Farewell("", bye.Raw.ToArray()));
                break;
            case CallPhase.Ringing when leg.IsA && IsOneOfSeveral(turn.State, dialog):
                LeaveEarly(turn, dialog, Reasons.In(turn, bye, leg));
                break;
            case CallPhase.Setup or CallPhase.Ringing or CallPhase.Routing when leg.IsA:
                // 15.1: a caller may leave an early dialog by a BYE: it has the effect of a CANCEL; the INVITE gets a 487 (15.1.2).
                Forking.Refuse(turn, 487, "cancelled", "hung up by the caller before the answer", "caller", Reasons.In(turn, bye, leg));
                break;
        }

        PayByes(turn, bye);
        StopAnswering(turn, leg);
    }

    /// <summary>
    /// Who sends a BYE has got our 2xx: it is not repeated any more, though its ACK may have been lost (RFC 5407 section 3.1.6). Of a re-INVITE of its own that
    /// says nothing: the 2xx to that may have been lost, and is waited for. Nor of a caller that was rung for: it may have left an early dialog (section 15).
    /// </summary>
    private static void StopAnswering(Turn turn, Leg leg)
    {
        foreach (Answer answer in turn.State.Answers)
        {
            if (answer.Leg == leg.Number && !answer.IsToReinvite && turn.State.RingingAt is null)
            {
                turn.Happened(new CallEvent.Acknowledged(turn.Now, leg.Number, answer.CSeq, default));
            }
        }
    }

    /// <summary>
    /// 15: "the callee's UA MUST NOT send a BYE on a confirmed dialog until it has received an ACK for its 2xx", and "can send a BYE on … confirmed dialogs, but
    /// not on early dialogs". So it is refused; but a callee that says it does not want this call: the attempt has failed. If it rings on after
    /// all it is cancelled, and a 2xx that the BYE has overtaken is acknowledged and hung up, as any that comes too late.
    /// </summary>
    public static void ByeBeforeAnswer(Turn turn, SipMessage bye, string key, Flow flow, Leg leg)
    {
        turn.Happened(new CallEvent.ByeAnswered(key, 481));
        turn.Reply(bye, flow, 481);

        // Behind a forking proxy it is only one of those that ring.
        if (turn.State.EarlyDialogs.Count(dialog => dialog.Leg == leg.Number && !dialog.IsOver) <= 1 && leg.State is LegState.Calling or LegState.Early)
        {
            Forking.Failed(turn, leg, 480, default, null);
        }
    }

    private static bool IsHungUpByUs(CallState state, Leg leg)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsClient: true, IsPending: true, Method: SipMethod.Bye } && transaction.Leg == leg.Number)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOneOfSeveral(CallState state, string dialog) =>
        state.EarlyDialog(dialog) is not null && state.EarlyDialogs.Any(other => !other.IsOver && other.CallerTag != dialog);

    /// <summary>
    /// RFC 3261 section 15, RFC 5407 appendix A: a BYE ends the early dialog that it is sent in; the others go on, and so does the INVITE. The callee behind
    /// it is told in the same way, or by a CANCEL if its leg has nothing else.
    /// </summary>
    private static void LeaveEarly(Turn turn, string dialog, string reason)
    {
        EarlyDialog early = turn.State.EarlyDialog(dialog)!;
        turn.Happened(new CallEvent.EarlyDialogEnded(turn.Now, dialog));
        if (!turn.State.EarlyDialogs.Any(other => !other.IsOver && other.Leg == early.Leg))
        {
            Cancellation.Cancel(turn, turn.State.Legs[early.Leg], reason);
            return;
        }

        Leg callee = turn.State.Side(early.Leg, dialog);
        DialogRequests.Send(turn, callee, SipMethod.Bye, (branch, cseq) => turn.SentOut(callee, Requests.Bye(callee, branch, cseq, reason)), dialog: dialog);
    }

    /// <summary>We end the call ourselves: an operator, the maximum duration, an ACK that never came.</summary>
    /// <param name="reason">Value of Reason (RFC 3326) for both peers.</param>
    public static void HangUp(Turn turn, string endedBy, string cause, string reason)
    {
        switch (turn.State.Phase)
        {
            case CallPhase.Established when turn.State.HeldAnswer() >= 0:
                Forking.Refuse(turn, 480, "failed", cause, endedBy, reason);
                break;
            case CallPhase.Established:
                End(turn, new Ending("answered", turn.State.Attempts[turn.State.Winner - 1].Status, cause, endedBy), callerOwed: true, calleeOwed: true, new Farewell(reason, default));
                PayByes(turn);
                break;
            case CallPhase.Routing or CallPhase.Setup or CallPhase.Ringing:
                Forking.Refuse(turn, 480, "failed", cause, endedBy, reason);
                break;
        }
    }

    private static void End(Turn turn, Ending ending, bool callerOwed, bool calleeOwed, Farewell farewell)
    {
        RelayedResponses.Abandon(turn);
        Joining.Abandon(turn, 487);

        // A referrer has left already.
        callerOwed &= turn.State.A.State != LegState.Terminated;
        calleeOwed &= turn.State.B.State != LegState.Terminated;
        turn.Happened(new CallEvent.Ended(turn.Now, ending, callerOwed, calleeOwed) { Farewell = farewell });
        turn.Do(ChargingRecords.Of(turn.Self, turn.State));
    }

    /// <summary>One leg is left by a BYE of ours; the call goes on.</summary>
    /// <param name="reason">Value of Reason (RFC 3326).</param>
    public static void Leave(Turn turn, Leg leg, string reason) =>
        DialogRequests.Send(turn, leg, SipMethod.Bye, (branch, cseq) => turn.SentOut(leg, Requests.Bye(leg, branch, cseq, reason)));

    /// <summary>
    /// Tells the peers that have not been told. 15: "the callee's UA MUST NOT send a BYE on a confirmed dialog until it has received an ACK for its 2xx
    /// response or until the server transaction times out": until then it stays owed.
    /// </summary>
    /// <param name="received">The BYE that is being decided on, if it is one: what is kept of it need not be read back.</param>
    public static void PayByes(Turn turn, SipMessage? received = null)
    {
        if (turn.State.Phase != CallPhase.Ended || turn.State.Winner == 0)
        {
            return;
        }

        Pay(turn, turn.State.A, received);
        Pay(turn, turn.State.B, received);
    }

    private static void Pay(Turn turn, Leg leg, SipMessage? received)
    {
        if (!leg.ByeOwed)
        {
            return;
        }

        foreach (Answer answer in turn.State.Answers)
        {
            if (answer.Leg == leg.Number)
            {
                return;
            }

            if (answer.HeldLeg == leg.Number)
            {
                // Its 2xx waits for an ACK with the caller's session description, which will not come: it is acknowledged without.
                Answering.SendAck(turn, leg, answer.HeldCSeq);
            }
        }

        // RFC 3326, RFC 7433: why it was hung up, and what users tell each other then, goes from end to end.
        Farewell farewell = turn.State.Farewell;
        DialogRequests.Send(turn, leg, SipMethod.Bye, (branch, cseq) => farewell.Bye.IsEmpty
            ? turn.SentOut(leg, Requests.Bye(leg, branch, cseq, farewell.Reason))
            : Requests.Relayed(turn.Crossing(turn.State.Opposite(leg), leg), branch, cseq, IsKept(received, farewell) ? received! : SipMessage.Over(farewell.Bye)));
    }

    private static bool IsKept(SipMessage? received, Farewell farewell) => received is not null && received.Raw.SequenceEqual(farewell.Bye.Span);
}
