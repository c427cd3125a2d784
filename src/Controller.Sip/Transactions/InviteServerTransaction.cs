using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Transactions;

/// <summary>INVITE server transaction: RFC 3261 section 17.2.1 as amended by RFC 6026 section 7.1.</summary>
/// <remarks>
/// <code>
/// Proceeding ──2xx──▶ Accepted ──L──▶ Terminated
///     └──300-699──▶ Completed ──ACK──▶ Confirmed ──I──▶ Terminated        H ▶ Terminated
/// </code>
/// The 100 that RFC 3261 wants within 200 ms comes from the user, after its events are durable.
/// A timer of zero (I on a reliable transport) has fired when it is set: the step goes straight to Terminated.
/// </remarks>
public static class InviteServerTransaction
{
    public enum Phase : byte { Proceeding, Accepted, Completed, Confirmed, Terminated }

    /// <param name="RetransmitInterval">What timer G was last set to; zero while it does not run.</param>
    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    /// <summary>17.2.1: "When a server transaction is constructed for a request, it enters the "Proceeding" state." "The request MUST be passed to the TU."</summary>
    public static TransactionStep<State> Start(bool reliable, SipTimers timers) => new(new(Phase.Proceeding, reliable, TimeSpan.Zero), PassToUser);

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => input.Kind switch
    {
        TransactionInputKind.FromUser when input.Status is >= 100 and < 700 => FromUser(state, input.Status, timers),
        TransactionInputKind.Retransmission => Retransmission(state),
        TransactionInputKind.Ack => Ack(state, timers),
        TransactionInputKind.TimerFired => TimerFired(state, input.Timer, timers),
        TransactionInputKind.TransportError => TransportError(state),
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> FromUser(State state, int status, SipTimers timers) => (state.Phase, status) switch
    {
        // 17.2.1: "The TU passes any number of provisional responses to the server transaction. So long as the server transaction is in the
        // "Proceeding" state, each of these MUST be passed to the transport layer for transmission."
        (Phase.Proceeding, < 200) => new(state, SendLast),

        // RFC 6026 section 7.1: a 2xx from the TU in Proceeding is sent and moves to Accepted; timer L is set to 64*T1.
        (Phase.Proceeding, < 300) =>
            new(state with { Phase = Phase.Accepted }, SendLast, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.L, timers.T1Times64)),

        // 17.2.1: "if the TU passes a response with status code from 300 to 699 to the server transaction, the response MUST be passed to the
        // transport layer for transmission, and the state machine MUST enter the "Completed" state. For unreliable transports, timer G is set
        // to fire in T1 seconds, and is not set to fire for reliable transports." "When the "Completed" state is entered, timer H MUST be set
        // to fire in 64*T1 seconds for all transports."
        (Phase.Proceeding, _) => state.Reliable
            ? new(state with { Phase = Phase.Completed }, SendLast, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.H, timers.T1Times64))
            : new(state with { Phase = Phase.Completed, RetransmitInterval = timers.T1 }, SendLast,
                TimerSetting.Set(TransactionTimer.G, timers.T1), TimerSetting.Set(TransactionTimer.H, timers.T1Times64)),

        // RFC 6026 section 7.1: a retransmission of the 2xx passed from the TU in Accepted is passed to the transport layer. The machine
        // does not repeat it on its own: see Answer2xxRetransmission.
        (Phase.Accepted, >= 200 and < 300) => new(state, SendLast),

        // After L the user may still be repeating its 2xx (13.3.1.4); nothing is left here to send it through.
        (Phase.Terminated, >= 200 and < 300) => new(state, Ignored),

        // 17.2.1: "Any other final responses passed by the TU to the server transaction MUST be discarded while in the "Completed" state"
        // is said of the non-INVITE machine; for an INVITE a second decision is a fault of the user.
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> Retransmission(State state) => state.Phase switch
    {
        // 17.2.1: "If a request retransmission is received while in the "Proceeding" state, the most recent provisional response that was
        // received from the TU MUST be passed to the transport layer for retransmission."
        Phase.Proceeding => new(state, SendLast),

        // 17.2.1: "while in the "Completed" state, if a request retransmission is received, the server SHOULD pass the response to the
        // transport for retransmission."
        Phase.Completed => new(state, SendLast),

        // RFC 6026 section 7.1: in Accepted, retransmissions of the INVITE match this machine and are absorbed without a change of state.
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> Ack(State state, SipTimers timers) => state.Phase switch
    {
        // 17.2.1: "If an ACK is received while the server transaction is in the "Completed" state, the server transaction MUST transition to
        // the "Confirmed" state. As Timer G is ignored in this state, any retransmissions of the response will cease."
        Phase.Completed => state.Reliable
            ? End(state, Terminated)
            : new(state with { Phase = Phase.Confirmed, RetransmitInterval = TimeSpan.Zero }, None, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.I, timers.I(false))),

        // RFC 6026 section 7.1: ACKs received in Accepted are passed to the TU and not absorbed.
        Phase.Accepted => new(state, PassToUser),

        // 17.2.1: "The purpose of the "Confirmed" state is to absorb any additional ACK messages that arrive". In Proceeding there is nothing
        // to acknowledge yet.
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> TimerFired(State state, TransactionTimer timer, SipTimers timers) => (state.Phase, timer) switch
    {
        // 17.2.1: "If timer G fires, the response is passed to the transport layer once more for retransmission, and timer G is set to fire in
        // MIN(2*T1, T2) seconds. From then on, when timer G fires, the response is passed to the transport again for transmission, and timer G
        // is reset with a value that doubles, unless that value exceeds T2, in which case it is reset with the value of T2."
        (Phase.Completed, TransactionTimer.G) when !state.Reliable =>
            new(state with { RetransmitInterval = timers.BackOff(state.RetransmitInterval) }, SendLast,
                TimerSetting.Set(TransactionTimer.G, timers.BackOff(state.RetransmitInterval))),

        // 17.2.1: "If timer H fires while in the "Completed" state, it implies that the ACK was never received. In this case, the server
        // transaction MUST transition to the "Terminated" state, and MUST indicate to the TU that a transaction failure has occurred."
        (Phase.Completed, TransactionTimer.H) => End(state, TimedOut | Terminated),

        // 17.2.1: "Once timer I fires, the server MUST transition to the "Terminated" state."
        (Phase.Confirmed, TransactionTimer.I) => End(state, Terminated),

        // RFC 6026 section 7.1: when timer L fires in Accepted, the machine moves to Terminated.
        (Phase.Accepted, TransactionTimer.L) => End(state, Terminated),

        // One of ours, too late: its wait had already ended.
        (_, TransactionTimer.G or TransactionTimer.H or TransactionTimer.I or TransactionTimer.L) => new(state, Ignored),

        _ => new(state, Illegal),
    };

    private static TransactionStep<State> TransportError(State state) => state.Phase switch
    {
        // RFC 6026 section 7.1 (figure 5): the TU is informed and the machine stays where it is: the next retransmission may get through.
        Phase.Proceeding or Phase.Accepted or Phase.Completed => new(state, TransportFailed),
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> End(State state, TransactionEffects effects) =>
        new(state with { Phase = Phase.Terminated, RetransmitInterval = TimeSpan.Zero }, effects, TimerSetting.Stop, TimerSetting.Stop);
}
