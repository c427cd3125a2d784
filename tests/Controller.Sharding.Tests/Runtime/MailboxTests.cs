using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

public sealed class MailboxTests
{
    [Fact]
    public void Each_writers_inputs_arrive_once_and_in_its_order()
    {
        const int Writers = 3, Each = 20_000;
        using var bench = new Bench(threaded: true, change: o => o with { MailboxCapacity = 256 });
        var heard = new List<(ActorId, long)>();
        bench.Released.OnRelease = (actor, effect) => heard.Add((actor, ((CounterEffect.Say)effect).Total));
        var threads = Enumerable.Range(1, Writers).Select(w => new Thread(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                while (!bench.System.Tell(Bench.Actor(w), new CounterInput.Add(1)))
                {
                    Thread.Yield();
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Bench.Until(() => bench.Released.Released.Length == Writers * Each, "everything released");

        for (var w = 1; w <= Writers; w++)
        {
            Assert.Equal(Enumerable.Range(1, Each).Select(i => (long)i), heard.Where(h => h.Item1 == Bench.Actor(w)).Select(h => h.Item2));
            Assert.Equal(Each, bench.Stored(w).Total);
        }
    }

    [Fact]
    public void While_a_commit_is_awaited_inputs_are_decided_if_they_are_many_and_all_when_it_is_done()
    {
        const int Told = 100, Few = 31;
        using var bench = new Bench(threaded: true);
        var decided = 0;
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(1));
        Bench.Until(() => bench.Journal.Withheld == 1, "submitted");
        for (var i = 0; i < Told; i++)
        {
            bench.Tell(i, new CounterInput.Borrowed(() => Interlocked.Increment(ref decided)));
        }

        Bench.Until(() => Volatile.Read(ref decided) >= Told - Few, "decided behind the commit");
        Assert.Empty(bench.Released.Released);
        bench.Journal.ReleaseCommits();
        Bench.Until(() => Volatile.Read(ref decided) == Told, "decided after it");
    }

    [Fact]
    public async Task Draining_decides_commits_and_releases_what_was_taken()
    {
        using var bench = new Bench(threaded: true, change: o => o with { Loops = 3 });
        var disposed = 0;
        for (var i = 0; i < 5000; i++)
        {
            Assert.True(bench.System.Tell(Bench.Actor(i), i % 5 == 0 ? new CounterInput.Borrowed(() => Interlocked.Increment(ref disposed)) : i % 5 == 1 ? new CounterInput.Note() : new CounterInput.Add(1)));
        }

        await bench.System.DrainAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((5000, 1000), (bench.Released.Texts.Length, disposed));
        Assert.Equal(1, bench.Stored(6).Noted);
        Assert.Equal(1, bench.Stored(7).Total);
        Assert.False(bench.System.Tell(Bench.Actor(1), new CounterInput.Ask()));
        Assert.Empty(await bench.System.InspectAsync<CounterState, object>(Bench.Kind, (_, s) => s));
    }

    [Fact]
    public async Task Draining_ends_although_the_journal_fails()
    {
        using var bench = new Bench(threaded: true);
        bench.Journal.FailNext("disk full", batches: 1000);
        var disposed = 0;
        for (var i = 0; i < 100; i++)
        {
            bench.System.Tell(Bench.Actor(i), new CounterInput.Add(1));
            bench.System.Tell(Bench.Actor(i), new CounterInput.Borrowed(() => Interlocked.Increment(ref disposed)));
        }

        await bench.System.DrainAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(100, disposed);
        Assert.DoesNotContain(bench.Released.Texts, t => t.StartsWith("added", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspecting_looks_at_every_loop_and_says_what_a_look_throws()
    {
        using var bench = new Bench(threaded: true, change: o => o with { Loops = 2 });
        for (var i = 0; i < 10; i++)
        {
            bench.Tell(i, new CounterInput.Add(i + 1));
        }

        Bench.Until(() => bench.Released.Texts.Length == 10, "added");
        var totals = await bench.System.InspectAsync<CounterState, string>(Bench.Kind, (_, s) => s.Total % 2 == 0 ? $"{s.Total}" : null);
        Assert.Equal(["10", "2", "4", "6", "8"], totals.Order(StringComparer.Ordinal));
        Assert.Equal(10, bench.System.CountOf(Bench.Kind));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.System.InspectAsync<CounterState, string>(Bench.Kind, (_, _) => throw new InvalidOperationException("a look")));
    }
}
