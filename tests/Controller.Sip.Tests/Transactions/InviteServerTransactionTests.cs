using Controller.Sip.Transactions;
using static Controller.Sip.Transactions.InviteServerTransaction;
using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Tests.Transactions;

public class InviteServerTransactionTests
{
    private static readonly SipTimers Timers = SipTimers.Default;

    private static TransactionRun<State> Run(bool reliable) =>
        new TransactionRun<State>(InviteServerTransaction.Step, Timers).Start(InviteServerTransaction.Start(reliable, Timers));

    [Fact]
    public void A_rejection_is_repeated_until_timer_H_gives_up()
    {
        var run = Run(reliable: false).Give(TransactionInput.FromUser(100)).Give(TransactionInput.FromUser(486)).Until(TimeSpan.FromMinutes(2));

        // 17.2.1: timer G starts at T1, doubles, and stays at T2; "timer H MUST be set to fire in 64*T1 seconds for all transports".
        Assert.Equal([0, 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut | Terminated));
    }

    [Fact]
    public void The_ACK_ends_the_repetition_and_its_copies_are_absorbed()
    {
        var run = Run(reliable: false).Give(TransactionInput.FromUser(486)).Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Ack);

        // 17.2.1: "If an ACK is received while the server transaction is in the "Completed" state, the server transaction MUST transition to the
        // "Confirmed" state. As Timer G is ignored in this state, any retransmissions of the response will cease."
        Assert.Equal(Phase.Confirmed, run.State.Phase);
        run.Until(TimeSpan.FromSeconds(2)).Give(TransactionInput.Ack).Give(TransactionInput.Retransmission).Until(TimeSpan.FromSeconds(20));
        Assert.Equal([0, 0.5], run.TimesOf(SendLast));

        // "Timer I is set to fire in T4 seconds for unreliable transports".
        Assert.Equal([6.0], run.TimesOf(Terminated));
    }

    [Fact]
    public void Over_a_reliable_transport_a_rejection_goes_once_and_the_ACK_ends_it()
    {
        var run = Run(reliable: true).Give(TransactionInput.FromUser(486)).Until(TimeSpan.FromSeconds(10));
        Assert.Equal([0.0], run.TimesOf(SendLast));
        Assert.Equal([10.0], run.Give(TransactionInput.Ack).TimesOf(Terminated));
    }

    [Fact]
    public void In_proceeding_a_retransmission_gets_the_last_response_again()
    {
        // 17.2.1: "If a request retransmission is received while in the "Proceeding" state, the most recent provisional response that was received
        // from the TU MUST be passed to the transport layer for retransmission."
        var run = Run(reliable: false).Give(TransactionInput.FromUser(180)).Until(TimeSpan.FromSeconds(3)).Give(TransactionInput.Retransmission);
        Assert.Equal([0.0, 3], run.TimesOf(SendLast));
        Assert.Equal(Phase.Proceeding, run.State.Phase);
    }

    [Fact]
    public void In_accepted_retransmissions_are_absorbed_and_ACK_and_2xx_pass_through()
    {
        var run = Run(reliable: false).Give(TransactionInput.FromUser(200)).Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Retransmission);

        // RFC 6026 section 7.1: retransmissions of the INVITE are absorbed; a 2xx repeated by the TU is sent; ACKs are passed to the TU; L is 64*T1.
        Assert.Equal("1 Ignored", run.Log[^1]);
        Assert.Equal("1 SendLast", run.Give(TransactionInput.FromUser(200)).Log[^1]);
        Assert.Equal("1 PassToUser", run.Give(TransactionInput.Ack).Log[^1]);
        Assert.Equal(Phase.Accepted, run.State.Phase);
        Assert.Equal([32.0], run.Until(TimeSpan.FromSeconds(60)).TimesOf(Terminated));
    }

    [Fact]
    public void A_transport_error_is_reported_and_the_transaction_stays()
    {
        // RFC 6026 section 7.1, figure 5: transport error, inform TU, no change of state.
        var run = Run(reliable: false).Give(TransactionInput.FromUser(486)).Give(TransactionInput.TransportError);
        Assert.Equal("0 TransportFailed", run.Log[^1]);
        Assert.Equal(Phase.Completed, run.State.Phase);
    }

    [Fact]
    public void A_second_decision_is_the_users_fault()
    {
        var run = Run(reliable: false).Give(TransactionInput.FromUser(486)).Give(TransactionInput.FromUser(200));
        Assert.Equal("0 Illegal", run.Log[^1]);
        Assert.Equal(Phase.Completed, run.State.Phase);
    }
}
