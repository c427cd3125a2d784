using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Transactions;

/// <summary>
/// The transaction user's own repetition of a 2xx to an INVITE until its ACK comes, on every transport: RFC 3261 section 13.3.1.4.
/// It outlives the INVITE server transaction's knowledge of the answer: a recovered call starts it again with the time that has passed.
/// </summary>
public static class Answer2xxRetransmission
{
    public enum Phase : byte { Waiting, Terminated }

    /// <param name="RetransmitInterval">What the timer was last set to.</param>
    public readonly record struct State(Phase Phase, TimeSpan RetransmitInterval);

    /// <summary>Call it together with sending the 2xx; on recovery, send the 2xx once more and call it with the time since the first.</summary>
    /// <param name="elapsed">How long ago the 2xx was sent first; the wait ends 64*T1 after that.</param>
    public static TransactionStep<State> Start(SipTimers timers, TimeSpan elapsed = default)
    {
        var left = timers.T1Times64 - (elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero);
        // 13.3.1.4: "The 2xx response is passed to the transport with an interval that starts at T1 seconds and doubles for each retransmission
        // until it reaches T2 seconds". "Response retransmissions cease when an ACK request for the response is received. This is independent
        // of whatever transport protocols are used to send the response."
        return new(new(Phase.Waiting, timers.T1), SendLast,
            TimerSetting.Set(TransactionTimer.Retransmit2xx, timers.T1),
            TimerSetting.Set(TransactionTimer.GiveUp2xx, left > TimeSpan.Zero ? left : TimeSpan.Zero));
    }

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => (state.Phase, input.Kind, input.Timer) switch
    {
        (Phase.Waiting, TransactionInputKind.Ack, _) => End(state, PassToUser | Terminated),

        (Phase.Waiting, TransactionInputKind.TimerFired, TransactionTimer.Retransmit2xx) =>
            new(state with { RetransmitInterval = timers.BackOff(state.RetransmitInterval) }, SendLast,
                TimerSetting.Set(TransactionTimer.Retransmit2xx, timers.BackOff(state.RetransmitInterval))),

        // 13.3.1.4: "If the server retransmits the 2xx response for 64*T1 seconds without receiving an ACK, the dialog is confirmed, but the
        // session SHOULD be terminated. This is accomplished with a BYE".
        (Phase.Waiting, TransactionInputKind.TimerFired, TransactionTimer.GiveUp2xx) => End(state, TimedOut | Terminated),

        // The flow may come back before 64*T1 are over, and a retransmitted INVITE may bring a new one.
        (Phase.Waiting, TransactionInputKind.TransportError, _) => new(state, TransportFailed),

        // A retransmitted INVITE: the user answers at once rather than at the next tick. The interval is not disturbed.
        (Phase.Waiting, TransactionInputKind.Retransmission, _) => new(state, SendLast),

        // Every further ACK, and what was under way when the wait ended.
        (Phase.Terminated, TransactionInputKind.Ack or TransactionInputKind.Retransmission or TransactionInputKind.TransportError, _) => new(state, Ignored),
        (Phase.Terminated, TransactionInputKind.TimerFired, TransactionTimer.Retransmit2xx or TransactionTimer.GiveUp2xx) => new(state, Ignored),

        _ => new(state, Illegal),
    };

    private static TransactionStep<State> End(State state, TransactionEffects effects) =>
        new(state with { Phase = Phase.Terminated }, effects, TimerSetting.Stop, TimerSetting.Stop);
}
