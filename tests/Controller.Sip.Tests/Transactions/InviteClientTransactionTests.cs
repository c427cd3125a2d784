using Controller.Sip.Transactions;
using static Controller.Sip.Transactions.InviteClientTransaction;
using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Tests.Transactions;

public class InviteClientTransactionTests
{
    private static readonly SipTimers Timers = SipTimers.Default;

    private static TransactionRun<State> Run(bool reliable) =>
        new TransactionRun<State>(InviteClientTransaction.Step, Timers).Start(InviteClientTransaction.Start(reliable, Timers));

    [Fact]
    public void Without_an_answer_the_request_goes_seven_times_and_times_out()
    {
        var run = Run(reliable: false).Until(TimeSpan.FromMinutes(5));

        // RFC 3261 section 17.1.1.2: "the retransmission intervals [...] T1, 2*T1, 4*T1, ... the request is retransmitted seven times in total".
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut));
        Assert.Equal(Phase.Terminated, run.State.Phase);
        Assert.False(run.HasTimers);
    }

    [Fact]
    public void Over_a_reliable_transport_it_goes_once()
    {
        // 17.1.1.2: "If a reliable transport is being used, the client transaction SHOULD NOT start timer A".
        var run = Run(reliable: true).Until(TimeSpan.FromMinutes(5));
        Assert.Equal([0.0], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut));
    }

    [Fact]
    public void A_provisional_response_ends_retransmission_and_the_wait_of_timer_B()
    {
        var run = Run(reliable: false).Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Received(100)).Until(TimeSpan.FromMinutes(5)).Give(TransactionInput.Received(180));

        // 17.1.1.2: "In the "Proceeding" state, the client transaction SHOULD NOT retransmit the request any longer."
        Assert.Equal([0, 0.5], run.TimesOf(SendLast));
        Assert.Equal([1.0, 300.0], run.TimesOf(PassToUser));
        Assert.Empty(run.TimesOf(TimedOut));
        Assert.Equal(Phase.Proceeding, run.State.Phase);
    }

    [Fact]
    public void A_rejection_is_acknowledged_each_time_and_passed_up_once()
    {
        var run = Run(reliable: false).Give(TransactionInput.Received(180)).Give(TransactionInput.Received(486));
        run.Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Received(486)).Until(TimeSpan.FromSeconds(31)).Give(TransactionInput.Received(486));

        // 17.1.1.2: "Any retransmissions of the final response that are received while in the "Completed" state MUST cause the ACK to be re-passed
        // to the transport layer for retransmission, but the newly received response MUST NOT be passed up to the TU."
        Assert.Equal([0.0, 1, 31], run.TimesOf(SendAck));
        Assert.Equal([0.0, 0], run.TimesOf(PassToUser));

        // "Timer D [...] at least 32 seconds for unreliable transports".
        run.Until(TimeSpan.FromSeconds(40));
        Assert.Equal([32.0], run.TimesOf(Terminated));
    }

    [Fact]
    public void Over_a_reliable_transport_a_rejection_ends_it_at_once()
    {
        // 17.1.1.2: timer D has "a value of zero seconds for reliable transports".
        var step = InviteClientTransaction.Step(new(Phase.Proceeding, true, TimeSpan.Zero), TransactionInput.Received(486), Timers);
        Assert.Equal(PassToUser | SendAck | Terminated, step.Effects);
    }

    [Fact]
    public void Every_2xx_is_passed_up_for_64_T1()
    {
        // RFC 6026 section 7.2: 2xx responses in Accepted are passed to the TU; timer M is 64*T1.
        var run = Run(reliable: true).Give(TransactionInput.Received(200)).Until(TimeSpan.FromSeconds(31)).Give(TransactionInput.Received(200)).Until(TimeSpan.FromSeconds(60));
        Assert.Equal([0.0, 31], run.TimesOf(PassToUser));
        Assert.Empty(run.TimesOf(SendAck));
        Assert.Equal([32.0], run.TimesOf(Terminated));
    }

    [Fact]
    public void A_2xx_of_another_fork_after_a_rejection_reaches_the_user()
    {
        var step = InviteClientTransaction.Step(new(Phase.Completed, false, Timers.T1), TransactionInput.Received(200), Timers);
        Assert.Equal(PassToUser, step.Effects);
        Assert.Equal(Phase.Completed, step.Next.Phase);
    }

    [Fact]
    public void A_transport_error_ends_it_and_is_reported()
    {
        // 17.1.4: "The client transaction SHOULD inform the TU that a transport failure has occurred, and the client transaction SHOULD transition
        // directly to the "Terminated" state."
        var run = Run(reliable: false).Give(TransactionInput.TransportError).Until(TimeSpan.FromMinutes(1));
        Assert.Equal([0.0], run.TimesOf(TransportFailed | Terminated));
        Assert.Equal([0.0], run.TimesOf(SendLast));
    }
}
