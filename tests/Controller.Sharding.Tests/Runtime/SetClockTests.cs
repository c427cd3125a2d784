using Controller.Sharding.Clocks;
using Controller.Sharding.Model;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>Whoever sets a machine's wall clock fires no timer of its actors and delays none.</summary>
public sealed class SetClockTests
{
    private readonly VirtualClock _time = new();

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_deadline_is_met_at_its_time_though_the_wall_clock_was_set(int minutes)
    {
        var machine = new Machine(_time);
        using var alone = new WallReference(machine, DateTimeOffset.MinValue);
        using var bench = new Bench(time: alone.Clock);
        bench.Tell(1, new CounterInput.Arm(Now(alone.Clock).After(TimeSpan.FromSeconds(32))));
        machine.Set = TimeSpan.FromMinutes(minutes);
        bench.Pump();
        for (var second = 0; second < 31; second++)
        {
            Second(alone, bench, machine);
        }

        Assert.Equal(0, bench.Stored(1).Fired);

        // Drawn towards the wall clock by one part in 2000, timer B of 32 s is up to 16 ms early or late.
        _time.Advance(TimeSpan.FromMilliseconds(1000 - 17));
        bench.Pump();
        Assert.Equal(0, bench.Stored(1).Fired);
        _time.Advance(TimeSpan.FromMilliseconds(34));
        bench.Pump();
        Assert.Equal(1, bench.Stored(1).Fired);
    }

    /// <summary>The loop sleeps until the deadline by the monotonic clock.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_loop_that_sleeps_wakes_by_the_monotonic_clock(int minutes)
    {
        var machine = new Machine(_time);
        var clock = new ClusterClock(machine, machine.GetUtcNow());
        using var bench = new Bench(threaded: true, time: clock);
        bench.Tell(1, new CounterInput.Arm(Now(clock).After(TimeSpan.FromSeconds(5))));
        Bench.Until(() => bench.Released.Texts.Length == 1, "armed");
        machine.Set = TimeSpan.FromMinutes(minutes);
        _time.Advance(TimeSpan.FromSeconds(5));
        Bench.Until(() => bench.Released.Texts is ["armed 0", "fired 0"], "fired");
    }

    /// <summary>Over the real monotonic clock no timer is needed: the sleep ends by itself, and the wall clock, an hour wrong, is not asked.</summary>
    [Fact]
    public void A_sleeping_loop_follows_a_cluster_clock_over_the_real_one()
    {
        var clock = new ClusterClock(TimeProvider.System, DateTimeOffset.UtcNow.AddHours(1));
        using var bench = new Bench(threaded: true, time: clock);
        var due = Now(clock).After(TimeSpan.FromMilliseconds(100));
        bench.Tell(1, new CounterInput.Arm(due));
        Bench.Until(() => bench.Released.Texts is ["armed 0", "fired 0"], "fired");
        Assert.True(Now(clock) >= due);
    }

    private static Instant Now(TimeProvider clock) => new(clock.GetUtcNow().ToUnixTimeMilliseconds());

    private void Second(WallReference alone, Bench bench, Machine machine)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        alone.Clock.Learn(new ClockReading(machine.GetTimestamp(), machine.GetTimestamp(), machine.GetUtcNow()));
        bench.Pump();
    }
}
