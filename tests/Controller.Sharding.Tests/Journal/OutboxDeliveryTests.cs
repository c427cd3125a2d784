using System.Text;
using Controller.Sharding.Journal;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Journal;

public sealed class OutboxDeliveryTests
{
    [Fact]
    public void Records_are_stored_with_the_events_and_not_given_to_the_interpreter()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Charge("a", "b"));
        Assert.Empty(bench.Outbox());
        bench.Journal.ReleaseCommits();
        bench.Pump();
        Assert.Equal(["a", "b"], bench.Outbox());
        Assert.Equal(["charged 1"], bench.Released.Texts);

        bench.Tell(1, new CounterInput.Add(1), new CounterInput.End());
        Assert.Equal(["a", "b"], bench.Outbox());
        Assert.Empty(bench.Journal.Load(Bench.Actor(1)));
    }

    [Fact]
    public void A_failed_commit_stores_no_record_and_an_actor_with_several_is_rebuilt()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Charge("a", "b", "c"));
        bench.Journal.FailNext("disk full");
        bench.Tell(1, new CounterInput.Charge("never"));
        bench.Advance(50);
        Assert.Equal(["a", "b", "c"], bench.Outbox());
        bench.Crash();
        Assert.Equal(1, bench.Live(1)!.Total);
        bench.Tell(1, new CounterInput.Charge("d"));
        Assert.Equal(["a", "b", "c", "d"], bench.Outbox());
    }

    [Fact]
    public async Task Delivery_is_in_order_survives_a_failing_sink_and_empties_the_journal()
    {
        using var bench = new Bench(threaded: true, start: false);
        var sink = new Sink { FailuresToCome = 1 };
        bench.System.DeliverOutbox(sink);
        bench.System.Start();
        for (var i = 0; i < 1000; i++)
        {
            bench.Tell(1, new CounterInput.Charge($"{i}"));
        }

        Bench.Until(() => sink.Records.Length == 1000, "delivered");
        await bench.System.DrainAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), sink.Records);
        Assert.Empty(bench.Outbox());
        Assert.Equal(EngineFaultKind.OutboxFailed, Assert.Single(bench.Faults).Kind);
    }

    [Fact]
    public void What_an_earlier_process_left_is_delivered_at_the_start()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Charge("left"));
        var sink = new Sink();
        bench.Crash(beforeStart: system => system.DeliverOutbox(sink));
        Bench.Until(() => sink.Records is ["left"], "delivered");
    }

    private sealed class Sink : IOutboxSink
    {
        private readonly List<string> _records = [];

        public int FailuresToCome { get; set; }

        public string[] Records
        {
            get
            {
                lock (_records)
                {
                    return [.. _records];
                }
            }
        }

        public void Deliver(IReadOnlyList<OutboxRow> rows)
        {
            if (FailuresToCome-- > 0)
            {
                throw new IOException("no space left on device");
            }

            lock (_records)
            {
                _records.AddRange(rows.Select(r => Encoding.UTF8.GetString(r.Payload.Span)));
            }
        }
    }
}
