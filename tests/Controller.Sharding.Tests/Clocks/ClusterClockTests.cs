using Controller.Sharding.Clocks;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Clocks;

public sealed class ClusterClockTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private readonly VirtualClock _time = new();

    [Fact]
    public void A_thread_that_stood_still_behind_the_first_reading_does_not_set_it_back()
    {
        var machine = new Machine(_time);
        var (time, stamp) = (_time.GetUtcNow(), machine.GetTimestamp());
        _time.Advance(120);
        Assert.Equal(_time.GetUtcNow(), new ClusterClock(machine, time, stamp).GetUtcNow());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void Who_sets_the_wall_clock_does_not_move_it(int minutes)
    {
        var machine = new Machine(_time);
        var clock = new ClusterClock(machine, _time.GetUtcNow());
        machine.Set = TimeSpan.FromMinutes(minutes);
        for (var beat = 0; beat < 5 * 60; beat++)
        {
            Pass(Beat, (clock, machine));
            Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());
        }
    }

    /// <summary>The wall clock as the only reference: followed, and by no more than one part in 2000 of any time that passes.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_reference_that_is_set_is_followed_slowly_until_it_is_reached(int minutes)
    {
        var machine = new Machine(_time);
        using var alone = new WallReference(machine, DateTimeOffset.MinValue);
        var (began, before) = (_time.GetUtcNow(), alone.Clock.GetUtcNow());
        List<TimeSpan> told = [];
        alone.Clock.Apart += told.Add;
        machine.Set = TimeSpan.FromMinutes(minutes);
        for (var second = 1; second <= 3600; second++)
        {
            Second(machine, alone);
            var now = alone.Clock.GetUtcNow();
            Assert.InRange(((now - before) - TimeSpan.FromSeconds(1)).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1) / ClusterClock.Slowness);
            before = now;
        }

        var drawn = before - _time.GetUtcNow();
        Assert.Equal(1.8, Math.Sign(minutes) * drawn.TotalSeconds, 2);
        Assert.Equal([TimeSpan.FromMinutes(-minutes)], told);
        Assert.Equal(-60.0 * minutes, alone.Clock.Ahead.TotalSeconds, 0.001 + drawn.Duration().TotalSeconds);

        // Set back, it is near again; and the next one who sets it is told of too.
        machine.Set = drawn;
        Second(machine, alone);
        machine.Set = drawn + TimeSpan.FromSeconds(2);
        Second(machine, alone);
        Assert.Equal(2, told.Count);
        for (var second = 0; second < 2 * ClusterClock.Slowness + 10; second++)
        {
            Second(machine, alone);
        }

        Assert.Equal(machine.GetUtcNow(), alone.Clock.GetUtcNow());
        Assert.True(_time.GetUtcNow() > began);
    }

    [Fact]
    public void It_never_goes_back_whatever_it_learns()
    {
        var random = new Random(1);
        var machine = new Machine(_time, wrong: 40);
        var clock = new ClusterClock(machine, _time.GetUtcNow());
        var before = clock.GetUtcNow();
        for (var step = 0; step < 20_000; step++)
        {
            _time.Advance(TimeSpan.FromMicroseconds(random.Next(0, 100_000)));
            machine.Set = TimeSpan.FromSeconds(random.Next(-1000, 1000));
            var sent = clock.GetTimestamp() - random.Next(0, 1_500_000);
            var reference = _time.GetUtcNow().AddMilliseconds(random.Next(-2000, 2000));
            clock.Learn(new ClockReading(sent, clock.GetTimestamp(), reference, random.Next(2) == 0 ? reference.AddSeconds(random.Next(-9, 9)) : null));
            var now = clock.GetUtcNow();
            Assert.True(now >= before, $"step {step}: {now:O} after {before:O}");
            before = now;
        }
    }

    [Fact]
    public async Task Nobody_sees_it_go_back_while_another_thread_turns_it()
    {
        var clock = new ClusterClock(TimeProvider.System, DateTimeOffset.UtcNow);
        using var enough = new CancellationTokenSource();
        long newest = 0;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                // Whatever anybody had seen before this look began, it must not be earlier.
                var seen = Volatile.Read(ref newest);
                var now = clock.GetUtcNow().UtcTicks;
                Assert.True(now >= seen, $"{seen - now} ticks back");
                for (var most = seen; now > most;)
                {
                    var was = Interlocked.CompareExchange(ref newest, now, most);
                    most = was == most ? now : was;
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        for (var turn = 0; turn < 6; turn++)
        {
            var began = clock.Ahead;
            var stamp = clock.GetTimestamp();
            clock.Learn(new ClockReading(stamp, stamp, clock.GetUtcNow().AddSeconds(turn % 2 == 0 ? 10 : -10)));
            Assert.NotEqual(began, clock.Ahead);
            Bench.Until(() => clock.GetElapsedTime(stamp) > TimeSpan.FromMilliseconds(60), "turned");
        }

        await enough.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The thread that turns it has read the monotonic clock and is held up: the course that others were on goes on a while.</summary>
    [Fact]
    public void What_was_seen_while_it_was_being_turned_is_not_later_than_what_is_seen_then()
    {
        var machine = new Machine(_time);
        var clock = new ClusterClock(machine, _time.GetUtcNow());
        clock.Learn(new ClockReading(clock.GetTimestamp(), clock.GetTimestamp(), _time.GetUtcNow().AddSeconds(10)));
        _time.Advance(TimeSpan.FromSeconds(1));
        var back = new ClockReading(clock.GetTimestamp(), clock.GetTimestamp(), _time.GetUtcNow().AddSeconds(-10));
        DateTimeOffset seen = default;
        machine.Meanwhile = () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            seen = clock.GetUtcNow();
        };
        clock.Learn(back);
        Assert.True(seen > _time.GetUtcNow());
        Assert.Equal(seen, clock.GetUtcNow());
    }

    /// <summary>Two machines that are wrong in different ways, one reference: what was stored by one means the same to the other.</summary>
    [Fact]
    public void Clocks_of_different_machines_come_together_and_stay_so_when_their_reference_is_set()
    {
        Machine fast = new(_time, wrong: 60), slow = new(_time, wrong: -60);
        (fast.Set, slow.Set) = (TimeSpan.FromHours(1), TimeSpan.FromHours(-1));
        ClusterClock first = new(fast, _time.GetUtcNow().AddMilliseconds(40)), second = new(slow, _time.GetUtcNow().AddMilliseconds(-40));
        var converged = Run(TimeSpan.FromMinutes(10), default);
        Assert.InRange(converged, TimeSpan.Zero, TimeSpan.FromMilliseconds(3));
        var before = first.GetUtcNow() - _time.GetUtcNow();
        for (var minute = 0; minute < 60; minute++)
        {
            Assert.InRange(Run(TimeSpan.FromMinutes(1), TenMinutes), TimeSpan.Zero, TimeSpan.FromMilliseconds(25));
        }

        // Both at the pace of the slower one: 500 - 60 millionths.
        Assert.Equal(1.584, (first.GetUtcNow() - _time.GetUtcNow() - before).TotalSeconds, 0.03);

        TimeSpan Run(TimeSpan passing, TimeSpan set)
        {
            for (var passed = TimeSpan.Zero; passed < passing; passed += Beat)
            {
                Pass(Beat, set, (first, fast), (second, slow));
            }

            return (first.GetUtcNow() - second.GetUtcNow()).Duration();
        }
    }

    [Fact]
    public void A_reading_that_took_long_is_not_heard_and_one_that_proves_nothing_changes_nothing()
    {
        var machine = new Machine(_time);
        var clock = new ClusterClock(machine, _time.GetUtcNow());
        Learn(ClusterClock.LongestRoundTrip + TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, clock.Ahead);
        Learn(TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(39));
        Assert.Equal(TimeSpan.FromMilliseconds(-39), clock.Ahead);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());

        // Of 45 ms, 5 are certain: the reference may have been read as late as the answer came.
        Learn(TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(45));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, (clock.GetUtcNow() - _time.GetUtcNow()).TotalMilliseconds, 3);

        void Learn(TimeSpan roundTrip, TimeSpan wrong)
        {
            var sent = machine.GetTimestamp();
            _time.Advance(roundTrip);
            clock.Learn(new ClockReading(sent, machine.GetTimestamp(), _time.GetUtcNow() - (roundTrip / 2) + wrong));
        }
    }

    [Fact]
    public void A_machine_that_slept_takes_up_what_it_missed_if_the_others_and_its_own_wall_clock_say_so()
    {
        var machine = new Machine(_time);
        var clock = new ClusterClock(machine, _time.GetUtcNow());
        _time.Advance(TenMinutes);
        machine.Slept = TenMinutes;
        Read(others: null);
        Assert.Equal(_time.GetUtcNow() - TenMinutes, clock.GetUtcNow());
        Read(others: _time.GetUtcNow());
        Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());

        // One witness is none.
        machine.Set = TenMinutes;
        Read(others: _time.GetUtcNow());
        Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());
        machine.Set = default;
        Read(others: _time.GetUtcNow() + TenMinutes);
        Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());
        Read(others: _time.GetUtcNow() - TenMinutes);
        Assert.Equal(_time.GetUtcNow(), clock.GetUtcNow());

        void Read(DateTimeOffset? others) => clock.Learn(new ClockReading(machine.GetTimestamp(), machine.GetTimestamp(), _time.GetUtcNow(), others));
    }

    [Theory]
    [InlineData(600, 600)]
    [InlineData(-600, 0)]
    [InlineData(3 * 86400, 0)]
    public void It_does_not_begin_before_the_newest_that_is_stored_unless_that_is_absurd(int newest, int begins)
    {
        using var alone = new WallReference(new Machine(_time), _time.GetUtcNow().AddSeconds(newest));
        Assert.Equal(_time.GetUtcNow().AddSeconds(begins), alone.Clock.GetUtcNow());
    }

    private void Second(Machine machine, WallReference alone)
    {
        _time.Advance(TimeSpan.FromSeconds(1));

        // The virtual clock's timers fire once: what the reference's timer does every second is done here.
        alone.Clock.Learn(new ClockReading(machine.GetTimestamp(), machine.GetTimestamp(), machine.GetUtcNow()));
    }

    private void Pass(TimeSpan by, params (ClusterClock Clock, Machine Machine)[] all) => Pass(by, default, all);

    /// <summary>And a heartbeat of each, whose ways there and back differ.</summary>
    private void Pass(TimeSpan by, TimeSpan set, params (ClusterClock Clock, Machine Machine)[] all)
    {
        _time.Advance(by);
        foreach (var (clock, machine) in all)
        {
            var sent = machine.GetTimestamp();
            DateTimeOffset? others = all.Length > 1 ? all.Single(other => other.Clock != clock).Clock.GetUtcNow() : null;
            clock.Learn(new ClockReading(sent, sent + (2 * TimeSpan.TicksPerMillisecond), _time.GetUtcNow() + TimeSpan.FromMilliseconds(0.5) + set, others));
        }
    }
}
