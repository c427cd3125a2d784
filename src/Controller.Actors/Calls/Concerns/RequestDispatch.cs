using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>Which concern a request is for: retransmission, a new call, or something within a dialog of ours.</summary>
internal static class RequestDispatch
{
    public static void Take(Turn turn, SipMessage request, Flow flow)
    {
        if (request.Method == SipMethod.Ack)
        {
            Answering.Acknowledged(turn, request);
            return;
        }

        string key = Dialogs.ServerKey(request);
        if (turn.State.FindServer(key, request.Method) is { } known)
        {
            // 17.2: a retransmission is answered by the transaction, with what it said last.
            if ((turn.Step(known, TransactionInput.Retransmission, out _) & TransactionEffects.SendLast) != 0)
            {
                // 17.2.1: "the most recent provisional response": the 100, if there was none after it, which is not stored but always the same.
                turn.Send(Responses.Destination(request, flow), known is { Last.IsEmpty: true, Kind: TransactionKind.InviteServer, IsPending: true }
                    ? Responses.Begin(request, 100, default, flow.Remote, null).Finish()
                    : known.Last);
            }

            return;
        }

        if (request.Method == SipMethod.Cancel)
        {
            Cancellation.Received(turn, request, flow);
            return;
        }

        if (request.Method == SipMethod.Bye && turn.State.ByeStatus(key) is > 0 and var status)
        {
            turn.Reply(request, flow, status);
            return;
        }

        if (request.Method == SipMethod.Bye && UnansweredLegOf(turn.State, request) is { } unanswered)
        {
            Teardown.ByeBeforeAnswer(turn, request, key, flow, unanswered);
            return;
        }

        bool outOfDialog = Dialogs.TagIn(request.Value(HeaderId.To)).IsEmpty;
        if (outOfDialog && request.Method == SipMethod.Invite)
        {
            Setup.Received(turn, request, flow, key);
        }
        else if (!outOfDialog && DialogOf(turn.State, request, out string dialog) is { } leg)
        {
            InDialog(turn, request, flow, key, leg, dialog);
        }
        else if (outOfDialog && request.Method is not (SipMethod.Bye or SipMethod.Prack or SipMethod.Update or SipMethod.Info))
        {
            // 8.2.1: a MESSAGE of its own is no part of a call. "If the UAS recognizes but does not support the method of a request, it MUST generate a 405".
            turn.Send(
                Responses.Destination(request, flow),
                Responses.Begin(request, 405, default, flow.Remote, turn.LocalTag(0)).Header(HeaderId.Allow, Rendering.Relay.Allow).Finish());
        }
        else if (!outOfDialog && !turn.State.IsDecided && request.Method is SipMethod.Prack or SipMethod.Update or SipMethod.Info && LegOf(turn.State, request) is { } left)
        {
            // 12.2.2, as below. That its early dialog is over may not have reached the disk, and a restart would find it there again: kept, so that the same
            // request gets the same answer. It counts in no dialog of ours.
            Relaying.Refuse(turn, request, key, left, "", 0, 481);
        }
        else
        {
            // 12.2.2: "If the UAS wishes to reject the request because it does not wish to recreate the dialog, it MUST respond … with a 481".
            turn.Reply(request, flow, 481, turn.LocalTag(0));
        }
    }

    private static void InDialog(Turn turn, SipMessage request, Flow flow, string key, Leg leg, string dialog)
    {
        uint number = Dialogs.Number(request);
        if (number < leg.RemoteCSeq)
        {
            // 12.2.2: "If the remote sequence number was not empty, but the sequence number of the request is lower than the remote sequence
            // number, the request is out of order and MUST be rejected with a 500".
            if (dialog.Length == 0)
            {
                turn.Reply(request, flow, 500);
            }
            else
            {
                // An early dialog may be gone when it comes again; its answer is the same.
                Relaying.Refuse(turn, request, key, leg, dialog, number, 500);
            }

            return;
        }

        if (flow != leg.Flow)
        {
            turn.Happened(new CallEvent.FlowMoved(leg.Number, flow));
            leg = turn.State.Side(leg.Number, dialog);
        }

        switch (request.Method)
        {
            case SipMethod.Bye:
                Teardown.ByeReceived(turn, request, key, leg, dialog);
                break;
            case SipMethod.Prack:
                Reliability.Received(turn, request, key, leg, dialog, number);
                break;
            default:
                if (Referrals.Concern(request.Method))
                {
                    Referring.Accept(turn, request, key, leg, number);
                }
                else
                {
                    Relaying.Accept(turn, request, key, leg, dialog, number);
                }

                break;
        }
    }

    private static Leg? LegOf(CallState state, SipMessage request)
    {
        string callId = Latin1.Text(request.Value(HeaderId.CallId));
        return state.Legs.FirstOrDefault(leg => leg.CallIdValue == callId);
    }

    /// <summary>The callee's leg that a request names before it has been answered, by our side of it.</summary>
    private static Leg? UnansweredLegOf(CallState state, SipMessage request)
    {
        ReadOnlySpan<byte> callId = request.Value(HeaderId.CallId);
        ReadOnlySpan<byte> ours = Dialogs.TagIn(request.Value(HeaderId.To));
        foreach (Leg leg in state.Legs)
        {
            // Given up, it may answer still: its BYE has overtaken a 2xx that is on its way.
            bool unanswered = leg.State is LegState.Calling or LegState.Early or LegState.Cancelling || (leg.State == LegState.Terminated && !leg.IsA && !Answering.HasAnswered(leg));
            if (!leg.IsA && unanswered && Latin1.Is(leg.CallIdValue, callId) && Latin1.Is(leg.LocalTag, ours))
            {
                return leg;
            }
        }

        return null;
    }

    /// <summary>
    /// The dialog that a request belongs to: Call-ID and both tags (12.2.2), as the leg has it on this side. Before the answer each callee's To tag is an
    /// early dialog of its own, and so is each tag that we have shown the caller for it.
    /// </summary>
    /// <param name="dialog">Our tag towards the caller, if it is an early dialog; else empty.</param>
    private static Leg? DialogOf(CallState state, SipMessage request, out string dialog)
    {
        ReadOnlySpan<byte> callId = request.Value(HeaderId.CallId);
        ReadOnlySpan<byte> ours = Dialogs.TagIn(request.Value(HeaderId.To));
        ReadOnlySpan<byte> theirs = Dialogs.TagIn(request.Value(HeaderId.From));
        foreach (EarlyDialog early in state.EarlyDialogs)
        {
            Leg callee = state.Legs[early.Leg];
            int side = Latin1.Is(state.A.CallIdValue, callId) && Latin1.Is(state.A.RemoteTag, theirs) && Latin1.Is(early.CallerTag, ours) ? 0
                : Latin1.Is(callee.CallIdValue, callId) && Latin1.Is(callee.LocalTag, ours) && Latin1.Is(early.RemoteTag, theirs) ? early.Leg
                : -1;
            if (side >= 0)
            {
                dialog = early.CallerTag;
                return early.IsOver ? null : state.Side(side, dialog);
            }
        }

        dialog = "";
        foreach (Leg leg in state.Legs)
        {
            // A tag that a caller was shown may not have reached the disk: it may still leave the call by a BYE.
            if (Latin1.Is(leg.CallIdValue, callId) && Latin1.Is(leg.RemoteTag, theirs)
                && (Latin1.Is(leg.LocalTag, ours) || (leg.IsA && request.Method == SipMethod.Bye && leg.State is LegState.Calling or LegState.Early)))
            {
                return leg;
            }
        }

        return null;
    }
}
