using Controller.Actors.Calls.Concerns;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls;

/// <summary>
/// A call: a back-to-back user agent (RFC 3261 section 6), two or more legs that share nothing but us. This file says only which concern
/// decides what; each concern is a file of pure functions over the same state.
/// <code>
///   None ──INVITE──▶ Routing ──target known──▶ Setup ──18x──▶ Ringing ──2xx──▶ Established ──BYE──▶ Ended ──timers──▶ (forgotten)
///                       └──────── refused, cancelled, nobody answers ────────────────────────────────▲
/// </code>
/// Invariants: (1) an initial INVITE gets exactly one final response; (2) every attempt has exactly one charging record; (3) every INVITE of
/// ours ends in an ACK; (4) a leg is told BYE or CANCEL exactly when the other side has gone.
/// </summary>
public readonly struct Call : IActor<CallState, CallInput, CallEvent, CallEffect, ControllerSettings>
{
    public static CallState Empty => CallState.Empty;

    public static CallInput TimerDue => CallInput.TimerDue.Instance;

    public static CallInput Recovered => CallInput.Recovered.Instance;

    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        var turn = new Turn(state, context);
        switch (input)
        {
            case CallInput.RequestReceived received:
                RequestDispatch.Take(turn, received.Request, received.Flow);
                break;
            case CallInput.ResponseReceived received:
                ResponseDispatch.Take(turn, received.Response, received.Flow);
                break;
            case CallInput.TransportFailed failed:
                Expiry.TransportFailed(turn, failed.Branch);
                break;
            case CallInput.BindingsFound found:
                if (turn.State.Transfer is null)
                {
                    Setup.BindingsFound(turn, found.Lookup, found.Bindings);
                }
                else
                {
                    Transferring.BindingsFound(turn, found.Lookup, found.Bindings);
                }

                break;
            case CallInput.Resolved resolved:
                if (turn.State.Transfer is null)
                {
                    Setup.Resolved(turn, resolved.Lookup, resolved.Targets);
                }
                else
                {
                    Transferring.Resolved(turn, resolved.Lookup, resolved.Targets);
                }

                break;
            case CallInput.DialogAsked asked:
                ReplacedDialogs.Asked(turn, asked);
                break;
            case CallInput.DialogFound found:
                if (turn.State.Transfer is null)
                {
                    Setup.DialogFound(turn, found.Lookup, found.Party);
                }
                else
                {
                    Transferring.DialogFound(turn, found.Lookup, found.Party);
                }

                break;
            case CallInput.TrunkAnswered answered:
                TrunkAdmission.Answered(turn, answered);
                break;
            case CallInput.TrunkChecked @checked:
                TrunkAdmission.Checked(turn, @checked);
                break;
            case CallInput.HangUp:
                Teardown.HangUp(turn, "operator", "hung up by the operator", Reasons.Operator);
                break;
            case CallInput.TimerDue:
                Expiry.TimerDue(turn);
                break;
            case CallInput.Recovered:
                Recovery.Resume(turn);
                break;
        }

        return turn.Decided();
    }

    public static CallState Evolve(CallState state, CallEvent happened) => CallEvolution.Evolve(state, happened);

    public static Instant NextDue(CallState state)
    {
        Instant due = Instant.Earlier(Instant.Earlier(state.NoAnswerAt, state.MaxDurationAt), Instant.Earlier(state.TryUntil, state.Transfer?.NextDue ?? Instant.Never));
        due = Instant.Earlier(due, state.AskAgainAt);
        foreach (Transaction transaction in state.Transactions)
        {
            due = Instant.Earlier(due, Instant.Earlier(transaction.Retransmit.At, transaction.Timeout.At));
        }

        foreach (Answer answer in state.Answers)
        {
            due = Instant.Earlier(due, answer.NextDue);
        }

        foreach (ReliableProvisional provisional in state.Provisionals)
        {
            due = Instant.Earlier(due, provisional.NextDue);
        }

        foreach (Referral referral in state.Referrals)
        {
            due = Instant.Earlier(due, referral.ExpiresAt);
        }

        if (state.Phase == CallPhase.Established)
        {
            due = Instant.Earlier(due, Instant.Earlier(state.A.Timer?.NextDue ?? Instant.Never, state.B.Timer?.NextDue ?? Instant.Never));
        }

        // Whatever else is under way ends by itself; the call itself goes when its time is up as well.
        return due == Instant.Never && state.Phase == CallPhase.Ended && state.KeptUntil != Instant.Zero ? state.KeptUntil : due;
    }

    public static bool MayWait(CallState state) => Recovery.MayWait(state);

    /// <summary>failover.md section 5.1: what must be committed before which message.</summary>
    public static Durability DurabilityOf(CallEvent happened) => happened switch
    {
        CallEvent.TransactionStepped or CallEvent.TransactionEnded or CallEvent.AnswerRepeated or CallEvent.ProvisionalRepeated or CallEvent.LookupAsked or CallEvent.Kept or CallEvent.Rested or CallEvent.AdmissionAsked or CallEvent.Admitted => Durability.Volatile,
        CallEvent.LegRang { HasSession: false, RSeq: 0, RemoteRSeq: 0 } => Durability.Lazy,                // #4a; reliable ones are #4b
        CallEvent.Acknowledged { Ack.IsEmpty: true } => Durability.Lazy,                                   // #7
        CallEvent.LegFailed or CallEvent.RingingLimited or CallEvent.FlowMoved or CallEvent.CSeqSkipped or CallEvent.SessionTimed or CallEvent.RefreshAnswered => Durability.Lazy,           // #15: with what it leads to
        CallEvent.RequestAccepted { IsHeld: false, Method: not (SipMethod.Invite or SipMethod.Refer or SipMethod.Notify), Dialog: "" } => Durability.Lazy,        // #11: a REFER and its result are not lazy
        CallEvent.RequestSent { Method: not (SipMethod.Invite or SipMethod.Bye or SipMethod.Cancel or SipMethod.Update or SipMethod.Refer or SipMethod.Notify), Dialog: "" } => Durability.Lazy,
        CallEvent.ReferralExtended or CallEvent.ReferralEnded or CallEvent.ByeSettled or CallEvent.RefusalAcknowledged => Durability.Lazy,
        _ => Durability.Required,
    };
}
