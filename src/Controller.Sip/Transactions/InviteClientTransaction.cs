using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Transactions;

/// <summary>INVITE client transaction: RFC 3261 section 17.1.1 as amended by RFC 6026 section 7.2.</summary>
/// <remarks>
/// <code>
/// Calling ──1xx──▶ Proceeding ──2xx──▶ Accepted ──M──▶ Terminated
///    │ └────2xx────────────────────────▶ ▲
///    └───300-699──▶ Completed ──D──▶ Terminated          B, transport error ▶ Terminated
/// </code>
/// A timer of zero (D on a reliable transport) has fired when it is set: the step goes straight to Terminated.
/// </remarks>
public static class InviteClientTransaction
{
    public enum Phase : byte { Calling, Proceeding, Accepted, Completed, Terminated }

    /// <param name="RetransmitInterval">What timer A was last set to; zero on a reliable transport.</param>
    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    /// <summary>Sends the request. After a recovery the same: the far side sees a retransmission.</summary>
    public static TransactionStep<State> Start(bool reliable, SipTimers timers) =>
        // 17.1.1.2: "If an unreliable transport is being used, the client transaction MUST start timer A with a value of T1."
        // "For any transport, the client transaction MUST start timer B with a value of 64*T1 seconds".
        reliable
            ? new(new(Phase.Calling, true, TimeSpan.Zero), SendLast, default, TimerSetting.Set(TransactionTimer.B, timers.T1Times64))
            : new(new(Phase.Calling, false, timers.T1), SendLast, TimerSetting.Set(TransactionTimer.A, timers.T1), TimerSetting.Set(TransactionTimer.B, timers.T1Times64));

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => input.Kind switch
    {
        TransactionInputKind.Received when input.Status is >= 100 and < 700 => Received(state, input.Status, timers),
        TransactionInputKind.TimerFired => TimerFired(state, input.Timer),
        TransactionInputKind.TransportError => TransportError(state),
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> Received(State state, int status, SipTimers timers) => (state.Phase, status) switch
    {
        // 17.1.1.2: "If the client transaction receives a provisional response while in the "Calling" state, it transitions to the
        // "Proceeding" state. In the "Proceeding" state, the client transaction SHOULD NOT retransmit the request any longer."
        // Timer B guards Calling only; from here on timer C (the user's) does.
        (Phase.Calling, < 200) => new(state with { Phase = Phase.Proceeding }, PassToUser, TimerSetting.Stop, TimerSetting.Stop),

        // 17.1.1.2: "Any further provisional responses MUST be passed up to the TU while in the "Proceeding" state."
        (Phase.Proceeding, < 200) => new(state, PassToUser),

        // RFC 6026 section 7.2: a 2xx in Calling or Proceeding moves to Accepted, is passed up, and timer M starts with 64*T1.
        (Phase.Calling or Phase.Proceeding, < 300) =>
            new(state with { Phase = Phase.Accepted }, PassToUser, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.M, timers.T1Times64)),

        // 17.1.1.2: "reception of a response with status code from 300-699 MUST cause the client transaction to transition to
        // "Completed". The client transaction MUST pass the received response up to the TU, and the client transaction MUST generate an ACK request".
        (Phase.Calling or Phase.Proceeding, _) => state.Reliable
            ? new(state with { Phase = Phase.Terminated }, PassToUser | SendAck | Terminated, TimerSetting.Stop, TimerSetting.Stop)
            : new(state with { Phase = Phase.Completed }, PassToUser | SendAck, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.D, timers.D(false))),

        // RFC 6026 section 7.2: every 2xx in Accepted is passed up: retransmissions (to be ACKed again) and those of other forks.
        (Phase.Accepted, >= 200 and < 300) => new(state, PassToUser),

        // A late 1xx, or a final of another branch that a proxy should have kept: the call is decided.
        (Phase.Accepted, _) => new(state, Ignored),

        // 17.1.1.2: "Any retransmissions of the final response that are received while in the "Completed" state MUST cause the ACK to be
        // re-passed to the transport layer for retransmission, but the newly received response MUST NOT be passed up to the TU."
        (Phase.Completed, >= 300) => new(state, SendAck),

        // 13.2.2.4: "Multiple 2xx responses may arrive at the UAC for a single INVITE request due to a forking proxy." One that crosses
        // with the 487 of its sibling must still be acknowledged and hung up by the user, or that leg stays up.
        (Phase.Completed, >= 200) => new(state, PassToUser),

        (Phase.Completed, _) => new(state, Ignored),

        // The owner forgets a terminated transaction; what comes later matches none (RFC 6026 section 7.2: drop it).
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> TimerFired(State state, TransactionTimer timer) => (state.Phase, timer) switch
    {
        // 17.1.1.2: "When timer A fires, the client transaction MUST retransmit the request by passing it to the transport layer, and MUST
        // reset the timer with a value of 2*T1." ... "These retransmissions SHOULD only be done while the client transaction is in the "calling" state."
        (Phase.Calling, TransactionTimer.A) when !state.Reliable =>
            new(state with { RetransmitInterval = state.RetransmitInterval * 2 }, SendLast, TimerSetting.Set(TransactionTimer.A, state.RetransmitInterval * 2)),

        // 17.1.1.2: "If the client transaction is still in the "Calling" state when timer B fires, the client transaction SHOULD inform the TU
        // that a timeout has occurred. The client transaction MUST NOT generate an ACK."
        (Phase.Calling, TransactionTimer.B) => End(state, TimedOut | Terminated),

        // 17.1.1.2: "If timer D fires while the client transaction is in the "Completed" state, the client transaction MUST move to the terminated state."
        (Phase.Completed, TransactionTimer.D) => End(state, Terminated),

        // RFC 6026 section 7.2: when timer M fires in Accepted, the machine moves to Terminated.
        (Phase.Accepted, TransactionTimer.M) => End(state, Terminated),

        // One of ours, too late: its wait had already ended.
        (_, TransactionTimer.A or TransactionTimer.B or TransactionTimer.D or TransactionTimer.M) => new(state, Ignored),

        _ => new(state, Illegal),
    };

    private static TransactionStep<State> TransportError(State state) => state.Phase switch
    {
        // 17.1.4: "The client transaction SHOULD inform the TU that a transport failure has occurred, and the client transaction SHOULD
        // transition directly to the "Terminated" state." Figure 5 has this from Calling (the request) and Completed (the ACK).
        Phase.Calling or Phase.Completed => End(state, TransportFailed | Terminated),

        // A response has been heard, so the request arrived; the ACK of a 2xx is the user's own and reported to it.
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> End(State state, TransactionEffects effects) =>
        new(state with { Phase = Phase.Terminated }, effects, TimerSetting.Stop, TimerSetting.Stop);
}
