using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>A node dies; the next one knows what the journal knows, and says again what may not have been heard.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void The_next_owner_has_what_was_committed_and_every_actor_is_told()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Add(2));
        bench.Tell(2, new CounterInput.Add(10), new CounterInput.Summarise());
        bench.Tell(3, new CounterInput.Touch());
        bench.Crash();

        Assert.Equal(["recovered 10", "recovered 3"], bench.Released.Texts.Order());
        Assert.Equal(3, bench.Live(1)!.Total);
        Assert.Equal(10, bench.Live(2)!.Total);
        Assert.Null(bench.Live(3));
        Assert.Equal(2, bench.System.CountOf(Bench.Kind));

        bench.Tell(1, new CounterInput.Add(1));
        Assert.Equal([1L, 2L, 3L], bench.Journal.Load(Bench.Actor(1)).Select(r => r.Sequence));
    }

    [Fact]
    public void What_was_decided_but_not_committed_has_never_happened_and_was_never_heard()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(100));
        Assert.Equal(["added 1"], bench.Released.Texts);
        bench.Crash();
        Assert.Equal(["recovered 1"], bench.Released.Texts);
        Assert.Equal(1, bench.Live(1)!.Total);
    }

    [Fact]
    public void What_was_committed_but_not_sent_is_said_by_the_next_owner()
    {
        using var bench = new Bench();
        bench.Journal.LoseCompletions();
        bench.Tell(1, new CounterInput.Add(5));
        Assert.Empty(bench.Released.Texts);
        bench.Crash();
        Assert.Equal(["recovered 5"], bench.Released.Texts);
    }

    [Fact]
    public void Recovered_comes_before_any_input()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Crash(afterStart: system => Assert.True(system.Tell(Bench.Actor(1), new CounterInput.Ask())));
        Assert.Equal(["recovered 1", "asked 1"], bench.Released.Texts);
    }

    [Fact]
    public void An_overdue_deadline_fires_after_a_recovery_in_order_of_due()
    {
        using var bench = new Bench();
        for (var i = 1; i <= 5; i++)
        {
            bench.Tell(i, new CounterInput.Add(i), new CounterInput.Arm(bench.Now.After(TimeSpan.FromSeconds(10 - i))));
        }

        bench.Clock.Advance(60_000);
        bench.Crash();
        Assert.Equal(["fired 5", "fired 4", "fired 3", "fired 2", "fired 1"], bench.Released.Texts.Where(t => t.StartsWith("fired", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_old_owner_is_fenced_its_shard_stops_and_nothing_of_it_leaves()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Add(1));
        bench.Journal.Claim([Bench.Actor(1).ShardOf(256)]);
        bench.Tell(1, new CounterInput.Add(100));

        Assert.Equal(["added 1", "added 1"], bench.Released.Texts);
        Assert.False(bench.System.Tell(Bench.Actor(1), new CounterInput.Ask()));
        Assert.Equal(1, bench.System.CountOf(Bench.Kind));
        var fault = Assert.Single(bench.Faults);
        Assert.Equal((EngineFaultKind.Fenced, Bench.Actor(1).ShardOf(256)), (fault.Kind, fault.Shard!.Value));

        // The other shard goes on.
        bench.Tell(2, new CounterInput.Add(1));
        Assert.Equal(2, bench.Stored(2).Total);
    }

    [Fact]
    public void A_row_of_somebody_else_stops_the_shard()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        var shard = Bench.Actor(1).ShardOf(256);

        // Another writer on the same store, at the same epoch: the second line of defence is the sequence.
        var batch = new TestBatch(new JournalEntry(
            Bench.Actor(1), 2, new Fence(shard, new Epoch(1)), Instant.Zero, bench.Journal.Load(Bench.Actor(1))[0].Payload, false, false, default));
        bench.Journal.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());

        bench.Tell(1, new CounterInput.Add(1));
        Assert.Equal(EngineFaultKind.SequenceConflict, Assert.Single(bench.Faults).Kind);
        Assert.Equal(["added 1"], bench.Released.Texts);
        Assert.False(bench.System.Tell(Bench.Actor(1), new CounterInput.Ask()));
    }

    [Fact]
    public void Rows_that_cannot_be_read_set_one_actor_aside_and_are_kept()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Add(1));
        var batch = new TestBatch(
            new JournalEntry(Bench.Actor(1), 2, new Fence(Bench.Actor(1).ShardOf(256), new Epoch(1)), Instant.Zero, new byte[] { 1, 2, 3 }, false, false, default),
            new JournalEntry(new ActorId(new ActorKind(99), 5), 1, new Fence(new ShardId(0), new Epoch(1)), Instant.Zero, new byte[] { 1 }, false, false, default));
        bench.Journal.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());
        bench.Crash();

        Assert.Equal(2, bench.Faults.Count(f => f.Kind == EngineFaultKind.Unreadable));
        Assert.Equal(["recovered 1"], bench.Released.Texts);
        var disposed = 0;
        bench.Tell(1, new CounterInput.Borrowed(() => disposed++));
        Assert.Equal(1, disposed);
        Assert.Equal(["recovered 1"], bench.Released.Texts);
        Assert.Equal(2, bench.Journal.Load(Bench.Actor(1)).Count);
        Assert.Equal(1, bench.System.CountOf(Bench.Kind));
        Assert.False(bench.System.Tell(new ActorId(new ActorKind(99), 5), new CounterInput.Ask()));
    }

    [Fact]
    public async Task History_is_what_the_journal_has()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Touch(), new CounterInput.Add(2));
        var history = await bench.System.HistoryAsync(Bench.Actor(1));
        Assert.Equal(
            [(1L, new CounterEvent(CounterEventKind.Added, 1)), (2L, new CounterEvent(CounterEventKind.Added, 2))],
            history.Select(h => (h.Sequence, (CounterEvent)h.Event)));
        Assert.Empty(await bench.System.HistoryAsync(Bench.Actor(2)));
    }

    [Fact]
    public void The_secret_is_known_before_the_start_and_one_claim_is_made()
    {
        using var bench = new Bench(start: false);
        var secret = bench.System.Claim();
        Assert.Equal(32, secret.Length);
        bench.System.Start();
        bench.Tell(1, new CounterInput.Add(1));
        Assert.Equal(new Epoch(2), bench.Journal.Claim([new ShardId(1)]).Fences[0].Epoch);
    }
}
