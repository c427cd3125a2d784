using System.Text;
using Controller.Sip.Transactions;

namespace Controller.Sip.Tests.Transactions;

/// <summary>
/// Totality: every phase with every input, for all machines, against the table on disk. A line that changes shows in the diff what a change of
/// a machine means; a pair without a line fails.
/// </summary>
public class TransactionTableTests
{
    private static readonly SipTimers Timers = SipTimers.Default;

    private static readonly TransactionInput[] Inputs =
    [
        TransactionInput.Retransmission, TransactionInput.Ack, TransactionInput.TransportError,
        TransactionInput.FromUser(100), TransactionInput.FromUser(180), TransactionInput.FromUser(200), TransactionInput.FromUser(408), TransactionInput.FromUser(486),
        TransactionInput.Received(100), TransactionInput.Received(180), TransactionInput.Received(200), TransactionInput.Received(408), TransactionInput.Received(600),
        TransactionInput.FromUser(99), TransactionInput.FromUser(700), TransactionInput.Received(99), TransactionInput.Received(700), default,
        .. Enum.GetValues<TransactionTimer>().Select(TransactionInput.TimerFired),
    ];

    [Fact]
    public void Every_pair_of_phase_and_input_has_the_outcome_of_the_table()
    {
        var table = new StringBuilder();
        foreach (var reliable in new[] { false, true })
        {
            var transport = reliable ? "reliable" : "unreliable";
            foreach (var phase in Enum.GetValues<InviteClientTransaction.Phase>())
                foreach (var input in Inputs)
                    Line(table, $"InviteClient {transport} {phase}", input,
                        InviteClientTransaction.Step(new(phase, reliable, Interval(reliable)), input, Timers), static s => s.Phase.ToString());
            foreach (var phase in Enum.GetValues<InviteServerTransaction.Phase>())
                foreach (var input in Inputs)
                    Line(table, $"InviteServer {transport} {phase}", input,
                        InviteServerTransaction.Step(new(phase, reliable, Interval(reliable)), input, Timers), static s => s.Phase.ToString());
            foreach (var phase in Enum.GetValues<NonInviteClientTransaction.Phase>())
                foreach (var input in Inputs)
                    Line(table, $"NonInviteClient {transport} {phase}", input,
                        NonInviteClientTransaction.Step(new(phase, reliable, Interval(reliable)), input, Timers), static s => s.Phase.ToString());
            foreach (var phase in Enum.GetValues<NonInviteServerTransaction.Phase>())
                foreach (var input in Inputs)
                    Line(table, $"NonInviteServer {transport} {phase}", input,
                        NonInviteServerTransaction.Step(new(phase, reliable, Interval(reliable)), input, Timers), static s => s.Phase.ToString());
        }

        foreach (var phase in Enum.GetValues<Answer2xxRetransmission.Phase>())
            foreach (var input in Inputs)
                Line(table, $"Answer2xx any {phase}", input, Answer2xxRetransmission.Step(new(phase, Timers.T1), input, Timers), static s => s.Phase.ToString());

        Golden.Compare("Transactions/transactions.table.txt", table.ToString());
    }

    [Fact]
    public void A_step_that_does_nothing_has_a_name_and_changes_nothing()
    {
        foreach (var reliable in new[] { false, true })
            foreach (var phase in Enum.GetValues<InviteServerTransaction.Phase>())
                foreach (var input in Inputs)
                {
                    var state = new InviteServerTransaction.State(phase, reliable, Interval(reliable));
                    var step = InviteServerTransaction.Step(state, input, Timers);
                    if (step.Effects is TransactionEffects.Ignored or TransactionEffects.Illegal)
                    {
                        Assert.Equal(state, step.Next);
                        Assert.Equal(TimerChange.Keep, step.Retransmit.Change);
                        Assert.Equal(TimerChange.Keep, step.Timeout.Change);
                    }
                    else
                    {
                        Assert.False(step.Has(TransactionEffects.Ignored | TransactionEffects.Illegal));
                    }

                    Assert.Equal(step.Next.Phase == InviteServerTransaction.Phase.Terminated && phase != InviteServerTransaction.Phase.Terminated, step.Has(TransactionEffects.Terminated));
                }
    }

    private static TimeSpan Interval(bool reliable) => reliable ? TimeSpan.Zero : Timers.T1;

    private static void Line<TState>(StringBuilder table, string where, TransactionInput input, TransactionStep<TState> step, Func<TState, string> phase)
        where TState : struct
    {
        // Illegal pairs are by far the most: one word.
        var what = input.Kind switch
        {
            TransactionInputKind.FromUser or TransactionInputKind.Received => $"{input.Kind}({input.Status})",
            TransactionInputKind.TimerFired => $"TimerFired({input.Timer})",
            _ => input.Kind.ToString(),
        };
        table.Append(where).Append(" | ").Append(what).Append(" -> ").Append(phase(step.Next)).Append(" : ").Append(step.Effects);
        foreach (var timer in new[] { step.Retransmit, step.Timeout })
        {
            table.Append(timer.Change switch
            {
                TimerChange.Keep => " ; keep",
                TimerChange.Stop => " ; stop",
                _ => $" ; {timer.Timer}={timer.After.TotalMilliseconds}ms",
            });
        }

        table.Append('\n');
    }
}
