using Controller.Sip.Transactions;
using static Controller.Sip.Transactions.TransactionEffects;

namespace Controller.Sip.Tests.Transactions;

public class Answer2xxRetransmissionTests
{
    private static readonly SipTimers Timers = SipTimers.Default;

    private static TransactionRun<Answer2xxRetransmission.State> Run(double elapsedSeconds) =>
        new TransactionRun<Answer2xxRetransmission.State>(Answer2xxRetransmission.Step, Timers)
            .Start(Answer2xxRetransmission.Start(Timers, TimeSpan.FromSeconds(elapsedSeconds)));

    [Fact]
    public void The_2xx_is_repeated_from_T1_to_T2_and_given_up_after_64_T1()
    {
        // 13.3.1.4: "an interval that starts at T1 seconds and doubles for each retransmission until it reaches T2 seconds";
        // "If the server retransmits the 2xx response for 64*T1 seconds without receiving an ACK, the dialog is confirmed, but the session SHOULD be terminated."
        var run = Run(0).Until(TimeSpan.FromMinutes(2));
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], run.TimesOf(SendLast));
        Assert.Equal([32.0], run.TimesOf(TimedOut));
    }

    [Fact]
    public void The_ACK_ends_it()
    {
        // 13.3.1.4: "Response retransmissions cease when an ACK request for the response is received."
        var run = Run(0).Until(TimeSpan.FromSeconds(1)).Give(TransactionInput.Ack).Until(TimeSpan.FromMinutes(2)).Give(TransactionInput.Ack);
        Assert.Equal([0, 0.5], run.TimesOf(SendLast));
        Assert.Equal([1.0], run.TimesOf(PassToUser));
        Assert.Equal("120 Ignored", run.Log[^1]);
    }

    [Theory]
    [InlineData(10, 22)]
    [InlineData(32, 0)]
    [InlineData(4000, 0)]
    [InlineData(-5, 32)]
    public void After_a_recovery_only_what_is_left_of_64_T1_is_waited(double elapsed, double gaveUpAt) =>
        Assert.Equal([gaveUpAt], Run(elapsed).Until(TimeSpan.FromMinutes(2)).TimesOf(TimedOut));
}
