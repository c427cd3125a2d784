namespace Controller.Sip.Transactions;

public static class NonInviteServerTransaction
{
    public enum Phase : byte { Trying, Proceeding, Completed, Terminated }

    public readonly record struct State(Phase Phase, bool Reliable, TimeSpan RetransmitInterval);

    public static TransactionStep<State> Start(bool reliable, SipTimers timers) => throw new NotImplementedException();

    public static TransactionStep<State> Step(State state, TransactionInput input, SipTimers timers) => throw new NotImplementedException();
}
