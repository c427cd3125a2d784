using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>The store fails: nothing leaves, nothing committed is lost, and the loop goes on when it is back.</summary>
public sealed class FailingJournalTests
{
    [Fact]
    public void Nothing_of_a_failed_commit_leaves_and_its_actors_are_read_back()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Released.Clear();
        bench.Journal.FailNext("disk full");
        bench.Tell(1, new CounterInput.Add(100));

        // Paused: the input waits.
        bench.Tell(1, new CounterInput.Add(10));
        Assert.Empty(bench.Released.Texts);
        Assert.Equal(1, bench.Stored(1).Total);

        bench.Advance(50);
        Assert.Equal(["recovered 1", "added 11"], bench.Released.Texts);
        Assert.Equal(11, bench.Stored(1).Total);
        Assert.Equal([EngineFaultKind.JournalFailed, EngineFaultKind.JournalBack], bench.Faults.Select(f => f.Kind));
    }

    [Fact]
    public void What_was_decided_on_top_of_a_failed_commit_is_gone_with_it()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Add(1));
        bench.Released.Clear();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(100));
        bench.Tell(1, new CounterInput.Add(100));
        bench.Tell(2, new CounterInput.Add(100));
        bench.Tell(3, new CounterInput.Ask());
        bench.Journal.FailNext("disk full");
        bench.Journal.ReleaseCommits();
        bench.Pump();
        bench.Advance(50);

        Assert.Equal(["recovered 1", "recovered 1"], bench.Released.Texts);
        Assert.Equal(1, bench.Live(1)!.Total);
        Assert.Equal(1, bench.Live(2)!.Total);
        bench.Tell(1, new CounterInput.Add(1));
        Assert.Equal(2, bench.Stored(1).Total);
    }

    [Fact]
    public void A_commit_that_is_reported_failed_but_happened_is_found_out_by_reading()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Released.Clear();
        bench.Journal.FailNext("connection lost", commit: true);
        bench.Tell(1, new CounterInput.Add(100));
        bench.Advance(50);
        bench.Tell(1, new CounterInput.Add(1));

        Assert.Equal(["recovered 101", "added 102"], bench.Released.Texts);
        Assert.Equal([1L, 2L, 3L], bench.Journal.Load(Bench.Actor(1)).Select(r => r.Sequence));
    }

    [Fact]
    public void An_end_that_failed_has_not_happened()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Released.Clear();
        bench.Journal.FailNext("disk full");
        bench.Tell(1, new CounterInput.End());
        bench.Tell(1, new CounterInput.Ask());
        bench.Advance(50);
        Assert.Equal(["recovered 1", "asked 1"], bench.Released.Texts);
        bench.Tell(1, new CounterInput.End());
        Assert.Empty(bench.Journal.Load(Bench.Actor(1)));
        Assert.Equal(0, bench.System.CountOf(Bench.Kind));
    }

    [Fact]
    public void A_deadline_survives_a_failed_commit()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Arm(bench.Now.After(TimeSpan.FromSeconds(1))));
        bench.Journal.FailNext("disk full");
        bench.Advance(1000);
        Assert.DoesNotContain("fired 1", bench.Released.Texts);
        bench.Advance(60);
        bench.Advance(1);
        Assert.Contains("fired 1", bench.Released.Texts);
        Assert.Equal(1, bench.Stored(1).Fired);
    }

    [Fact]
    public void While_a_journal_stays_away_nothing_should_be_begun_and_one_probe_at_a_time_finds_it_back()
    {
        using var bench = new Bench();
        bench.Journal.FailNext("disk full", batches: 1000);
        bench.Tell(1, new CounterInput.Add(1));
        var behind = 0;
        for (var ms = 0; ms < 5000; ms += 10)
        {
            behind += bench.System.IsBehind(Bench.Actor(ms)) ? 1 : 0;
            Assert.True(bench.System.Tell(Bench.Actor(ms), new CounterInput.Add(1)));
            bench.Advance(10);
        }

        Assert.InRange(behind, 200, 499);
        Assert.Empty(bench.Released.Texts);
        Assert.InRange(bench.Faults.Count(f => f.Kind == EngineFaultKind.JournalFailed), 5, 15);

        bench.Journal.FailNext("", batches: 0);
        bench.Advance(1000);
        bench.Advance(1000);
        Assert.Contains(bench.Faults, f => f.Kind == EngineFaultKind.JournalBack);

        // Those that waited were decided; every one that was heard is stored.
        Assert.True(bench.Released.Texts.Length > 100);
        Assert.All(bench.Released.Released, r => Assert.Equal(((CounterEffect.Say)r.Effect).Total, bench.Stored(r.Actor).Total));
        Assert.True(bench.System.Tell(Bench.Actor(1), new CounterInput.Ask()));
    }
}
