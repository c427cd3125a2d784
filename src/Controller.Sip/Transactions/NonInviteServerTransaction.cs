using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Transactions;

/// <summary>Non-INVITE server transaction: RFC 3261 section 17.2.2 as amended by RFC 4320 section 4.</summary>
/// <remarks>
/// <code>
/// Trying ──100──▶ Proceeding ──200-699──▶ Completed ──J──▶ Terminated
///    └──────────200-699───────────────────▶ ▲               transport error ▶ Terminated
/// </code>
/// The 100 itself is the user's: the machine tells it, once, when one is due.
/// A timer of zero (J on a reliable transport) has fired when it is set: the step goes straight to Terminated.
/// </remarks>
public static class NonInviteServerTransaction
{
    public enum Phase : byte { Trying, Proceeding, Completed, Terminated }

    /// <param name="RetransmitInterval">Always zero: this machine repeats only when asked. Kept so that all four have one shape.</param>
    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    /// <summary>17.2.2: "The state machine is initialized in the "Trying" state and is passed a request other than INVITE or ACK when initialized. This request is passed up to the TU."</summary>
    public static TransactionStep<State> Start(bool reliable, SipTimers timers) =>
        new(new(Phase.Trying, reliable, TimeSpan.Zero), PassToUser, TimerSetting.Set(TransactionTimer.Trying, timers.NonInviteTrying));

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => input.Kind switch
    {
        TransactionInputKind.FromUser when input.Status is >= 100 and < 700 => FromUser(state, input.Status, timers),
        TransactionInputKind.Retransmission => Retransmission(state),
        TransactionInputKind.TimerFired => TimerFired(state, input.Timer),
        TransactionInputKind.TransportError => TransportError(state),
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> FromUser(State state, int status, SipTimers timers) => (state.Phase, status) switch
    {
        // 17.2.2: "While in the "Trying" state, if the TU passes a provisional response to the server transaction, the server transaction MUST
        // enter the "Proceeding" state. The response MUST be passed to the transport layer for transmission."
        (Phase.Trying or Phase.Proceeding, 100) => new(state with { Phase = Phase.Proceeding }, SendLast, TimerSetting.Stop),

        // RFC 4320 section 4.1: "An SIP element MUST NOT send any provisional response with a Status-Code other than 100 to a non-INVITE request."
        (Phase.Trying or Phase.Proceeding, < 200) => new(state, Illegal),

        // RFC 4320 section 4.2: no 408 is ever sent to a non-INVITE request: it could only arrive after the client has given up. An element
        // that cannot answer in time sends no final response at all.
        (Phase.Trying or Phase.Proceeding, 408) => End(state, Terminated),

        // 17.2.2: "If the TU passes a final response (status codes 200-699) to the server while in the "Proceeding" state, the transaction MUST
        // enter the "Completed" state, and the response MUST be passed to the transport layer for transmission." "When the server transaction
        // enters the "Completed" state, it MUST set Timer J to fire in 64*T1 seconds for unreliable transports, and zero seconds for reliable transports."
        (Phase.Trying or Phase.Proceeding, _) => state.Reliable
            ? End(state, SendLast | Terminated)
            : new(state with { Phase = Phase.Completed }, SendLast, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.J, timers.J(false))),

        // 17.2.2: "Any other final responses passed by the TU to the server transaction MUST be discarded while in the "Completed" state."
        (_, >= 200) => new(state, Ignored),

        _ => new(state, Illegal),
    };

    private static TransactionStep<State> Retransmission(State state) => state.Phase switch
    {
        // 17.2.2: "If a retransmission of the request is received while in the "Proceeding" state, the most recently sent provisional response
        // MUST be passed to the transport layer for retransmission." "While in the "Completed" state, the server transaction MUST pass the final
        // response to the transport layer for retransmission whenever a retransmission of the request is received."
        Phase.Proceeding or Phase.Completed => new(state, SendLast),

        // 17.2.2: "Once in the "Trying" state, any further request retransmissions are discarded."
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> TimerFired(State state, TransactionTimer timer) => (state.Phase, timer) switch
    {
        // 17.2.2: "The server transaction remains in this state until Timer J fires, at which point it MUST transition to the "Terminated" state."
        (Phase.Completed, TransactionTimer.J) => End(state, Terminated),

        // RFC 4320 section 4.1: "An SIP element MUST respond to a non-INVITE request with a Status-Code of 100 if it has not otherwise responded
        // after the amount of time it takes a client transaction's Timer E to be reset to T2", "without regard to transport".
        (Phase.Trying, TransactionTimer.Trying) => new(state, PassToUser, TimerSetting.Stop),
        (_, TransactionTimer.J or TransactionTimer.Trying) => new(state, Ignored),
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> TransportError(State state) => state.Phase switch
    {
        // 17.2.4: the server transaction informs the TU that a failure has occurred and moves to Terminated (figure 8: from Proceeding and Completed).
        Phase.Proceeding or Phase.Completed => End(state, TransportFailed | Terminated),
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> End(State state, TransactionEffects effects) =>
        new(state with { Phase = Phase.Terminated }, effects, TimerSetting.Stop, TimerSetting.Stop);
}
