namespace Controller.Sip.Transactions;

/// <summary>INVITE client transaction: RFC 3261 section 17.1.1 as amended by RFC 6026 section 7.2.</summary>
public static class InviteClientTransaction
{
    public enum Phase : byte { Calling, Proceeding, Accepted, Completed, Terminated }

    /// <param name="RetransmitInterval">What timer A was last set to.</param>
    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    public static TransactionStep<State> Start(bool reliable, SipTimers timers) => throw new NotImplementedException();

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => throw new NotImplementedException();
}
