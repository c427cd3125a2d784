using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Transactions;

/// <summary>Non-INVITE client transaction: RFC 3261 section 17.1.2.</summary>
/// <remarks>
/// <code>
/// Trying ──1xx──▶ Proceeding ──200-699──▶ Completed ──K──▶ Terminated
///    └──────────200-699───────────────────▶ ▲               F, transport error ▶ Terminated
/// </code>
/// A timer of zero (K on a reliable transport) has fired when it is set: the step goes straight to Terminated.
/// </remarks>
public static class NonInviteClientTransaction
{
    public enum Phase : byte { Trying, Proceeding, Completed, Terminated }

    /// <param name="RetransmitInterval">What timer E was last set to; zero on a reliable transport.</param>
    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    /// <summary>Sends the request. After a recovery the same: the far side sees a retransmission.</summary>
    public static TransactionStep<State> Start(bool reliable, SipTimers timers) =>
        // 17.1.2.2: "When entering this state, the client transaction SHOULD set timer F to fire in 64*T1 seconds." "If an unreliable transport
        // is in use, the client transaction MUST set timer E to fire in T1 seconds."
        reliable
            ? new(new(Phase.Trying, true, TimeSpan.Zero), SendLast, default, TimerSetting.Set(TransactionTimer.F, timers.T1Times64))
            : new(new(Phase.Trying, false, timers.T1), SendLast, TimerSetting.Set(TransactionTimer.E, timers.T1), TimerSetting.Set(TransactionTimer.F, timers.T1Times64));

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => input.Kind switch
    {
        TransactionInputKind.Received when input.Status is >= 100 and < 700 => Received(state, input.Status, timers),
        TransactionInputKind.TimerFired => TimerFired(state, input.Timer, timers),
        TransactionInputKind.TransportError => TransportError(state),
        _ => new(state, Illegal),
    };

    private static TransactionStep<State> Received(State state, int status, SipTimers timers) => (state.Phase, status) switch
    {
        // 17.1.2.2: "If a provisional response is received while in the "Trying" state, the response MUST be passed to the TU, and then the
        // client transaction SHOULD move to the "Proceeding" state." Timers E and F keep running.
        (Phase.Trying or Phase.Proceeding, < 200) => new(state with { Phase = Phase.Proceeding }, PassToUser),

        // 17.1.2.2: "If a final response (status codes 200-699) is received while in the "Trying" state, the response MUST be passed to the TU,
        // and the client transaction MUST transition to the "Completed" state." The same is said of "Proceeding". "Once the client transaction
        // enters the "Completed" state, it MUST set Timer K to fire in T4 seconds for unreliable transports, and zero seconds for reliable transports."
        (Phase.Trying or Phase.Proceeding, _) => state.Reliable
            ? End(state, PassToUser | Terminated)
            : new(state with { Phase = Phase.Completed }, PassToUser, TimerSetting.Stop, TimerSetting.Set(TransactionTimer.K, timers.K(false))),

        // 17.1.2.2: "The "Completed" state exists to buffer any additional response retransmissions that may be received".
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> TimerFired(State state, TransactionTimer timer, SipTimers timers) => (state.Phase, timer) switch
    {
        // 17.1.2.2: "If timer E fires while still in this state, the timer is reset, but this time with a value of MIN(2*T1, T2)." "When the timer
        // fires, the request is also retransmitted."
        (Phase.Trying, TransactionTimer.E) when !state.Reliable =>
            new(state with { RetransmitInterval = timers.BackOff(state.RetransmitInterval) }, SendLast,
                TimerSetting.Set(TransactionTimer.E, timers.BackOff(state.RetransmitInterval))),

        // 17.1.2.2: "If Timer E fires while in the "Proceeding" state, the request MUST be passed to the transport layer for retransmission,
        // and Timer E MUST be reset with a value of T2 seconds."
        (Phase.Proceeding, TransactionTimer.E) when !state.Reliable =>
            new(state with { RetransmitInterval = timers.T2 }, SendLast, TimerSetting.Set(TransactionTimer.E, timers.T2)),

        // 17.1.2.2: "If timer F fires while in the "Proceeding" state, the TU MUST be informed of a timeout, and the client transaction MUST
        // transition to the terminated state." For "Trying" it is a SHOULD.
        (Phase.Trying or Phase.Proceeding, TransactionTimer.F) => End(state, TimedOut | Terminated),

        // 17.1.2.2: "If Timer K fires while in this state, the client transaction MUST transition to the "Terminated" state."
        (Phase.Completed, TransactionTimer.K) => End(state, Terminated),

        // One of ours, too late: its wait had already ended.
        (_, TransactionTimer.E or TransactionTimer.F or TransactionTimer.K) => new(state, Ignored),

        _ => new(state, Illegal),
    };

    private static TransactionStep<State> TransportError(State state) => state.Phase switch
    {
        // 17.1.4: "The client transaction SHOULD inform the TU that a transport failure has occurred, and the client transaction SHOULD
        // transition directly to the "Terminated" state."
        Phase.Trying or Phase.Proceeding => End(state, TransportFailed | Terminated),
        _ => new(state, Ignored),
    };

    private static TransactionStep<State> End(State state, TransactionEffects effects) =>
        new(state with { Phase = Phase.Terminated }, effects, TimerSetting.Stop, TimerSetting.Stop);
}
