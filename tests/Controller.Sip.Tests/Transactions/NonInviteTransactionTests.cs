using Controller.Sip.Transactions;
using static Controller.Sip.Transactions.TransactionEffects;
using ClientPhase = Controller.Sip.Transactions.NonInviteClientTransaction.Phase;
using ServerPhase = Controller.Sip.Transactions.NonInviteServerTransaction.Phase;

namespace Controller.Sip.Tests.Transactions;

public class NonInviteTransactionTests
{
    private static readonly SipTimers Timers = SipTimers.Default;

    private static TransactionRun<NonInviteClientTransaction.State> Client(bool reliable) =>
        new TransactionRun<NonInviteClientTransaction.State>(NonInviteClientTransaction.Step, Timers).Start(NonInviteClientTransaction.Start(reliable, Timers));

    private static TransactionRun<NonInviteServerTransaction.State> Server(bool reliable) =>
        new TransactionRun<NonInviteServerTransaction.State>(NonInviteServerTransaction.Step, Timers).Start(NonInviteServerTransaction.Start(reliable, Timers));

    [Fact]
    public void Without_an_answer_the_request_goes_eleven_times_and_times_out()
    {
        var run = Client(reliable: false).Until(TimeSpan.FromMinutes(1));

        // 17.1.2.2: "retransmissions occur with an exponentially increasing interval that caps at T2"; timer F is 64*T1.
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut | Terminated));
    }

    [Fact]
    public void A_provisional_response_slows_retransmission_to_T2_and_does_not_stop_timer_F()
    {
        // 17.1.2.2: "If Timer E fires while in the "Proceeding" state, the request MUST be passed to the transport layer for retransmission, and
        // Timer E MUST be reset with a value of T2 seconds."
        var run = Client(reliable: false).Until(TimeSpan.FromSeconds(0.1)).Give(TransactionInput.Received(100)).Until(TimeSpan.FromMinutes(1));
        Assert.Equal([0, 0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut));
    }

    [Fact]
    public void Copies_of_the_final_response_are_absorbed_for_T4()
    {
        // 17.1.2.2: "it MUST set Timer K to fire in T4 seconds for unreliable transports".
        var run = Client(reliable: false).Give(TransactionInput.Received(200)).Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Received(200)).Until(TimeSpan.FromSeconds(9));
        Assert.Equal([0.0], run.TimesOf(PassToUser));
        Assert.Equal([5.0], run.TimesOf(Terminated));
        Assert.Equal([0.0], run.TimesOf(SendLast));
    }

    [Fact]
    public void Over_a_reliable_transport_the_final_response_ends_it()
    {
        var run = Client(reliable: true).Until(TimeSpan.FromSeconds(20)).Give(TransactionInput.Received(200));
        Assert.Equal([0.0], run.TimesOf(SendLast));
        Assert.Equal([20.0], run.TimesOf(PassToUser | Terminated));
        Assert.False(run.HasTimers);
    }

    [Fact]
    public void A_server_is_silent_before_the_answer_and_repeats_it_afterwards()
    {
        var run = Server(reliable: false).Give(TransactionInput.Retransmission);

        // 17.2.2: "Once in the "Trying" state, any further request retransmissions are discarded."
        Assert.Equal("0 Ignored", run.Log[^1]);
        run.Give(TransactionInput.FromUser(200)).Until(TimeSpan.FromSeconds(31)).Give(TransactionInput.Retransmission).Until(TimeSpan.FromSeconds(40));

        // 17.2.2: "it MUST set Timer J to fire in 64*T1 seconds for unreliable transports".
        Assert.Equal([0.0, 31], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(Terminated));
        Assert.Equal(ServerPhase.Terminated, run.State.Phase);
    }

    [Fact]
    public void A_server_over_a_reliable_transport_ends_with_its_answer() =>
        Assert.Equal("0 SendLast, Terminated", Server(reliable: true).Give(TransactionInput.FromUser(200)).Log[^1]);

    [Fact]
    public void A_408_is_never_sent()
    {
        // RFC 4320 section 4.2.
        var run = Server(reliable: false).Give(TransactionInput.FromUser(408));
        Assert.Empty(run.TimesOf(SendLast));
        Assert.Equal(ServerPhase.Terminated, run.State.Phase);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(180)]
    [InlineData(199)]
    public void Only_100_is_a_provisional_response_here(int status)
    {
        // RFC 4320 section 4.1: "An SIP element MUST NOT send any provisional response with a Status-Code other than 100 to a non-INVITE request."
        var run = Server(reliable: false).Give(TransactionInput.FromUser(status));
        Assert.Equal("0 Illegal", run.Log[^1]);
        Assert.Equal(ServerPhase.Trying, run.State.Phase);
        Assert.Equal("0 SendLast", run.Give(TransactionInput.FromUser(100)).Log[^1]);
    }

    [Fact]
    public void The_100_is_due_when_timer_E_of_the_client_would_reach_T2() =>
        // RFC 4320 section 4.1: with the default timers after 500 + 1000 + 2000 ms.
        Assert.Equal(TimeSpan.FromMilliseconds(3500), Timers.NonInviteTrying);

    [Fact]
    public void A_second_final_response_is_discarded()
    {
        // 17.2.2: "Any other final responses passed by the TU to the server transaction MUST be discarded while in the "Completed" state."
        var run = Server(reliable: false).Give(TransactionInput.FromUser(200)).Give(TransactionInput.FromUser(500));
        Assert.Equal("0 Ignored", run.Log[^1]);
    }

    [Fact]
    public void A_client_reports_a_transport_error()
    {
        var run = Client(reliable: true).Give(TransactionInput.TransportError);
        Assert.Equal("0 TransportFailed, Terminated", run.Log[^1]);
        Assert.Equal(ClientPhase.Terminated, run.State.Phase);
    }
}
