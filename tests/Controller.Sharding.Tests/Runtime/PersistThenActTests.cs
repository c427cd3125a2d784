using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>Nothing leaves before what it stands on is committed, and what leaves, leaves in the order decided.</summary>
public sealed class PersistThenActTests
{
    [Fact]
    public void A_required_event_holds_its_effects_until_the_commit()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(5));

        Assert.Empty(bench.Released.Texts);
        Assert.Equal(1, bench.Journal.Withheld);
        Assert.Equal(5, bench.Live(1)!.Total);

        bench.Journal.CommitNext();
        Assert.Equal(["added 5"], bench.Released.Texts);
        Assert.Equal(5, bench.Stored(1).Total);
    }

    [Fact]
    public void A_lazy_event_lets_its_effects_go_and_is_stored_within_50_milliseconds()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Note());

        Assert.Equal(["noted 0"], bench.Released.Texts);
        bench.Advance(49);
        Assert.Empty(bench.Journal.Load(Bench.Actor(1)));
        bench.Advance(1);
        Assert.Equal(1, bench.Stored(1).Noted);
    }

    [Fact]
    public void A_lazy_event_goes_with_the_next_commit()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Note());
        bench.Tell(2, new CounterInput.Add(1));
        Assert.Equal(1, bench.Stored(1).Noted);
    }

    [Fact]
    public void A_volatile_event_is_never_stored()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Touch(), new CounterInput.Add(1), new CounterInput.Touch());
        bench.Advance(1000);

        Assert.Equal(["touched 0", "added 1", "touched 1"], bench.Released.Texts);
        Assert.Equal(2, bench.Live(1)!.Touched);
        Assert.Equal(0, bench.Stored(1).Touched);
        Assert.Single(bench.Journal.Load(Bench.Actor(1)));
    }

    [Fact]
    public void Whoever_decides_after_one_that_waits_waits_behind_it()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Ask());
        bench.Tell(3, new CounterInput.Note());
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Touch());

        Assert.Empty(bench.Released.Texts);
        Assert.Equal(1, bench.Journal.Withheld);
        bench.Journal.CommitNext();
        Assert.Equal(["added 1"], bench.Released.Texts);
        bench.Pump();
        bench.Journal.CommitNext();
        Assert.Equal(["added 1", "asked 0", "noted 0", "added 2", "touched 0"], bench.Released.Texts);
    }

    [Fact]
    public void What_only_waited_for_its_turn_goes_out_without_a_commit_of_its_own()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Ask());
        bench.Journal.CommitNext();
        bench.Pump();

        Assert.Equal(["added 1", "asked 0"], bench.Released.Texts);
        Assert.Equal(0, bench.Journal.Withheld);
    }

    [Fact]
    public void A_commit_in_flight_does_not_stop_deciding_and_the_next_commit_has_all_of_it()
    {
        using var bench = new Bench();
        var commits = new List<int>();
        bench.Journal.Committed = entries => commits.Add(entries.Count);
        bench.Journal.WithholdCommits();
        for (var i = 0; i < 100; i++)
        {
            bench.Tell(i, new CounterInput.Add(1));
        }

        bench.Journal.CommitNext();
        bench.Pump();
        bench.Journal.CommitNext();
        Assert.Equal([1, 99], commits);
        Assert.Equal(100, bench.Released.Texts.Length);
    }

    [Fact]
    public void A_full_batch_holds_the_loop_and_then_the_mailbox_refuses()
    {
        using var bench = new Bench(change: o => o with { MaxBatchEntries = 4, MailboxCapacity = 8 });
        bench.Journal.WithholdCommits();
        var taken = 0;
        while (bench.System.Tell(Bench.Actor(1), new CounterInput.Add(1)))
        {
            taken++;
            bench.Pump();
            Assert.True(taken < 100);
        }

        // One with the journal, four in the next batch, eight in the mailbox.
        Assert.Equal(1 + 4 + 8, taken);
        Assert.Equal(1, bench.System.Instruments.Refused);
        bench.Journal.ReleaseCommits();
        bench.Pump();
        Assert.Equal(13, bench.Stored(1).Total);
        Assert.Equal(Enumerable.Range(1, 13).Select(n => $"added {n}"), bench.Released.Texts);
        Assert.True(bench.System.Tell(Bench.Actor(1), new CounterInput.Add(1)));
    }

    [Fact]
    public void One_entry_holds_all_journaled_events_of_a_decision_and_settings_are_one_snapshot()
    {
        using var bench = new Bench();
        bench.Settings.Swap(new CounterSettings(Step: 10));
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Add(1));
        var rows = bench.Journal.Load(Bench.Actor(1));
        Assert.Equal([1L, 2L], rows.Select(r => r.Sequence));
        Assert.All(rows, r => Assert.Equal(bench.Now, r.At));
        Assert.Equal(20, bench.Stored(1).Total);
    }

    [Fact]
    public void A_summary_replaces_the_rows_before_it()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Add(2), new CounterInput.Summarise(), new CounterInput.Add(4));
        Assert.Equal([3L, 4L], bench.Journal.Load(Bench.Actor(1)).Select(r => r.Sequence));
        Assert.Equal(7, bench.Stored(1).Total);
    }

    [Fact]
    public void Effects_of_a_commit_are_performed_on_the_journals_thread()
    {
        using var bench = new Bench(threaded: true);
        bench.Tell(1, new CounterInput.Ask());
        bench.Tell(2, new CounterInput.Add(1));
        Bench.Until(() => bench.Released.Released.Length == 2, "two effects");
        var (asked, added) = (bench.Released.Released[0], bench.Released.Released[1]);
        Assert.NotEqual(asked.Thread, added.Thread);
        Assert.NotEqual(Environment.CurrentManagedThreadId, asked.Thread);
    }

    [Fact]
    public void A_send_decided_too_long_ago_is_not_made_and_the_actor_re_emits()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.TellInside());
        bench.Tell(2, new CounterInput.Add(1));
        bench.Tell(1, new CounterInput.Add(1));
        bench.Clock.Advance(1001);
        bench.Journal.CommitNext();

        // What stays inside the node is performed however late; the send is not.
        Assert.Equal(["inside"], bench.Released.Texts);
        bench.Pump();
        bench.Journal.ReleaseCommits();
        bench.Pump();

        // Actor 1's second decision was late too; both actors speak again from what is committed.
        Assert.Equal(["inside", "recovered 1", "recovered 2"], bench.Released.Texts.Order());
        Assert.Equal(2, bench.Stored(1).Total);
        Assert.Contains(bench.Faults, f => f.Kind == EngineFaultKind.SentTooLate);
    }

    [Fact]
    public void A_later_decision_does_not_overtake_the_send_that_was_too_late()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Clock.Advance(900);
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Add(7));
        bench.Clock.Advance(200);
        bench.Journal.ReleaseCommits();
        bench.Pump();

        // "added 2" is in time, but stands on "added 1", which was not made: Recovered speaks for both. Actor 2 is not concerned.
        Assert.Equal(["added 7", "recovered 2"], bench.Released.Texts);
    }
}
