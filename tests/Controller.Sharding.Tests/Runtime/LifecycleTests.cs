using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>Ending, idling, failing: what an actor goes through besides deciding.</summary>
public sealed class LifecycleTests
{
    private static readonly PassivationPolicy AfterTenSeconds = PassivationPolicy.After(TimeSpan.FromSeconds(10));

    [Fact]
    public async Task A_round_that_does_not_end_is_seen_from_outside()
    {
        using var bench = new Bench(threaded: true, time: TimeProvider.System);
        using var go = new ManualResetEventSlim();
        Assert.True(bench.System.Tell(Bench.Actor(1), new CounterInput.Add(1)));
        Assert.True(SpinWait.SpinUntil(() => bench.Released.Texts.Length == 1, TimeSpan.FromSeconds(30)));
        var held = bench.System.InspectAsync<CounterState, string>(Bench.Kind, (_, _) =>
        {
            go.Wait();
            return "held up";
        });
        var seen = SpinWait.SpinUntil(() => bench.System.LongestRound > TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        go.Set();
        Assert.True(seen);
        Assert.Equal(["held up"], await held);
        Assert.True(SpinWait.SpinUntil(() => bench.System.LongestRound == TimeSpan.Zero, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void An_actor_that_ends_leaves_no_rows_and_is_forgotten_after_its_effects()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.End());
        Assert.Equal(1, bench.System.CountOf(Bench.Kind));
        Assert.Equal(["added 1"], bench.Released.Texts);

        bench.Journal.ReleaseCommits();
        bench.Pump();
        Assert.Equal(["added 1", "ended 1"], bench.Released.Texts);
        Assert.Empty(bench.Journal.Load(Bench.Actor(1)));
        Assert.Equal(0, bench.System.CountOf(Bench.Kind));
    }

    [Fact]
    public void What_comes_after_the_end_meets_a_new_actor_once_the_old_one_is_forgotten()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.End(), new CounterInput.Add(7));
        Assert.Equal(["added 1"], bench.Released.Texts);
        bench.Journal.ReleaseCommits();
        bench.Pump();

        Assert.Equal(["added 1", "ended 1", "added 7"], bench.Released.Texts);
        Assert.Equal([1L], bench.Journal.Load(Bench.Actor(1)).Select(r => r.Sequence));
        Assert.Equal(1, bench.System.CountOf(Bench.Kind));
    }

    [Fact]
    public void An_actor_that_is_born_and_ends_in_one_decision_costs_no_commit()
    {
        using var bench = new Bench();
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.End());
        Assert.Equal(["ended 0"], bench.Released.Texts);
        Assert.Equal(0, bench.Journal.Withheld);
        Assert.Equal(0, bench.System.CountOf(Bench.Kind));
    }

    [Fact]
    public void Asking_for_somebody_who_does_not_exist_takes_no_memory()
    {
        using var bench = new Bench();
        for (var i = 0; i < 1000; i++)
        {
            bench.Tell(i, new CounterInput.Ask());
        }

        Assert.Equal(1000, bench.Released.Texts.Length);
        Assert.Equal(0, bench.System.CountOf(Bench.Kind));
    }

    [Fact]
    public void An_idle_actor_leaves_memory_and_an_input_brings_it_back()
    {
        using var bench = new Bench(passivation: AfterTenSeconds);
        bench.Tell(1, new CounterInput.Add(1));
        bench.Advance(6_000);
        bench.Tell(2, new CounterInput.Add(2));
        bench.Advance(5_000);
        Assert.Null(bench.Live(1));
        Assert.NotNull(bench.Live(2));
        Assert.Equal(2, bench.System.CountOf(Bench.Kind));

        bench.Released.Clear();
        bench.Tell(1, new CounterInput.Add(10), new CounterInput.Ask());
        Assert.Equal(["recovered 1", "added 11", "asked 11"], bench.Released.Texts);
        Assert.Equal(11, bench.Stored(1).Total);
    }

    [Fact]
    public void A_passivated_actor_wakes_at_its_deadline()
    {
        using var bench = new Bench(passivation: AfterTenSeconds);
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Arm(bench.Now.After(TimeSpan.FromMinutes(10))));
        bench.Advance(11_000);
        Assert.Null(bench.Live(1));
        bench.Advance(588_999);
        Assert.Null(bench.Live(1));
        bench.Released.Clear();
        bench.Advance(1);
        Assert.Contains("recovered 1", bench.Released.Texts);
        bench.Advance(1);
        Assert.Equal(["recovered 1", "fired 1"], bench.Released.Texts);
    }

    [Fact]
    public void Nobody_leaves_memory_while_a_commit_of_his_is_open()
    {
        using var bench = new Bench(passivation: AfterTenSeconds);
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Advance(30_000);
        Assert.NotNull(bench.Live(1));
        bench.Journal.ReleaseCommits();
        bench.Pump();
        bench.Advance(10_000);
        Assert.Null(bench.Live(1));
    }

    [Fact]
    public void A_stash_that_is_full_refuses_and_disposes()
    {
        using var bench = new Bench(change: o => o with { StashPerActor = 3 });
        bench.Tell(1, new CounterInput.Add(1));
        bench.Journal.WithholdCommits();
        bench.Tell(1, new CounterInput.End());
        var disposed = new int[5];
        for (var i = 0; i < 5; i++)
        {
            var number = i;
            bench.Tell(1, new CounterInput.Borrowed(() => disposed[number]++));
        }

        Assert.Equal([0, 0, 0, 1, 1], disposed);
        Assert.Equal(2, bench.System.Instruments.Refused);
        bench.Journal.ReleaseCommits();
        bench.Pump();
        Assert.Equal([1, 1, 1, 1, 1], disposed);
    }

    [Fact]
    public void An_actor_that_throws_loses_the_input_and_nothing_else()
    {
        using var bench = new Bench();
        var disposed = 0;
        bench.Tell(1, new CounterInput.Add(1), new CounterInput.Throw(), new CounterInput.Unwritable(), new CounterInput.Borrowed(() => disposed++), new CounterInput.Add(2));
        Assert.True(bench.System.Tell(Bench.Actor(1), "not one of its inputs"));
        bench.Pump();

        Assert.Equal(["added 1", "asked 1", "added 3"], bench.Released.Texts);
        Assert.Equal(3, bench.Stored(1).Total);
        Assert.Equal([1L, 2L], bench.Journal.Load(Bench.Actor(1)).Select(r => r.Sequence));
        Assert.Equal(1, disposed);
        Assert.Equal(3, bench.Faults.Count(f => f.Kind == EngineFaultKind.ActorThrew && f.Actor == Bench.Actor(1)));
    }

    [Fact]
    public void An_interpreter_that_throws_does_not_hold_up_the_others()
    {
        using var bench = new Bench();
        bench.Released.OnRelease = (actor, _) => { if (actor == Bench.Actor(1)) { throw new InvalidOperationException("a defect"); } };
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(2, new CounterInput.Add(1));
        Assert.Equal(["added 1", "added 1"], bench.Released.Texts);
        Assert.Equal(EngineFaultKind.InterpreterThrew, Assert.Single(bench.Faults).Kind);
    }

    [Fact]
    public void An_input_is_disposed_once_after_its_decision()
    {
        using var bench = new Bench();
        var at = new List<int>();
        bench.Tell(1, new CounterInput.Add(1));
        bench.Tell(1, new CounterInput.Borrowed(() => at.Add(bench.Released.Texts.Length)));
        Assert.Equal([2], at);
    }

    [Fact]
    public void A_refused_input_stays_the_callers()
    {
        using var bench = new Bench(start: false);
        var disposed = 0;
        Assert.False(bench.System.Tell(Bench.Actor(1), new CounterInput.Borrowed(() => disposed++)));
        Assert.Equal(0, disposed);
        Assert.Equal(1, bench.System.Instruments.Refused);
    }
}
