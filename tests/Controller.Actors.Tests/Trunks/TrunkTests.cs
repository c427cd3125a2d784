using Controller.Actors.Calls;
using Controller.Actors.Trunks;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Trunks;

/// <summary>What a trunk decides, by itself.</summary>
public class TrunkTests
{
    [Fact]
    public void As_many_as_the_limit_and_one_more_when_one_has_left()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 3));
        Assert.All(Enumerable.Range(1, 3), call => Assert.Equal(TrunkVerdict.Granted, trunk.Ask(call)));
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(4));

        trunk.Free(2);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(4));
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(2));
    }

    [Fact]
    public void Who_asks_again_has_one_slot_and_who_gives_back_twice_gives_one_back()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 2));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, leg: 2));
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(2));
        trunk.Free(1);
        trunk.Free(1);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2));
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(3));
    }

    [Fact]
    public void A_slot_is_committed_before_the_call_is_told_and_known_to_whoever_takes_over()
    {
        Assert.Equal(Durability.Required, Trunk.DurabilityOf(new TrunkEvent.Granted(new Slot(TrunkDriver.Call(1), 1), Instant.Zero, 0, Holds: true)));
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 2));
        trunk.Ask(1);
        trunk.Ask(2);
        trunk.CrashAndRecover();
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(3));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2));
    }

    [Fact]
    public void After_a_takeover_all_who_hold_a_slot_are_asked_and_later_each_within_a_minute()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 1000));
        for (int call = 1; call <= 30; call++)
        {
            trunk.Ask(call);
        }

        trunk.CrashAndRecover();
        Assert.Equal(30, trunk.Told.Count(told => told.Input is CallInput.TrunkChecked { Leg: 1 }));

        HashSet<ActorId> asked = [];
        for (int second = 0; second < 61; second++)
        {
            trunk.Told.Clear();
            trunk.Elapse(TimeSpan.FromSeconds(1));
            asked.UnionWith(trunk.Told.Select(told => told.To));
        }

        Assert.Equal(30, asked.Count);
    }

    [Fact]
    public void Thousands_of_calls_leave_few_rows_which_say_the_same()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 100));
        for (int call = 1; call <= 5000; call++)
        {
            Assert.Equal(TrunkVerdict.Granted, trunk.Ask(call));
            if (call > 60)
            {
                trunk.Free(call - 60);
            }
        }

        Assert.InRange(trunk.Journal.Count, 1, 1024);
        var before = trunk.State.Slots;
        Assert.Equal(60, before.Count);
        trunk.CrashAndRecover();
        Assert.Equal(before.AsEnumerable(), trunk.State.Slots);
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(1, 3)]
    [InlineData(100, 300)]
    [InlineData(333, 1000)]
    [InlineData(1000, 1500)]
    public void Calls_per_second_are_kept_within_two_in_a_hundred_over_ten_seconds(double limit, int offered)
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(null, limit));
        var granted = new List<long>();
        for (int tick = 0; tick < 15_000; tick++)
        {
            trunk.Now = trunk.Now.After(TimeSpan.FromMilliseconds(1));
            for (int call = (int)((long)tick * offered / 1000); call < (int)((tick + 1L) * offered / 1000); call++)
            {
                if (trunk.Ask(call + 1) == TrunkVerdict.Granted)
                {
                    granted.Add(tick);
                }
            }
        }

        // Of any ten seconds, whole calls: what the rate allows, and no less of what is offered.
        for (int from = 0; from <= 5_000; from += 100)
        {
            int inTen = granted.Count(at => at >= from && at < from + 10_000);
            Assert.InRange(inTen, Math.Floor(limit * 9.8), Math.Ceiling(limit * 10.2));
        }

        Assert.Empty(trunk.State.Slots);
    }

    [Fact]
    public void A_trunk_without_limits_or_no_longer_configured_refuses_nobody()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 1));
        trunk.Ask(1);
        trunk.Settings = TrunkDriver.Limited(null);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2));
        trunk.Settings = trunk.Settings with { Trunks = trunk.Settings.Trunks.Clear() };
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(3));
    }

    [Fact]
    public void Of_a_trunk_that_is_taken_away_nothing_is_left_when_its_last_call_has_ended()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 2));
        trunk.Ask(1);
        trunk.Settings = trunk.Settings with { Trunks = trunk.Settings.Trunks.Clear() };
        trunk.CrashAndRecover();
        Assert.Equal("uas", trunk.State.Name);
        trunk.Free(1);
        Assert.Same(TrunkState.Empty, trunk.State);
    }

    [Fact]
    public void An_emergency_is_counted_and_never_refused()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 1, perSecond: 0.1));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1));
        trunk.Give(new CallInput.TrunkAsked(TrunkDriver.Call(2), 1, 1, "uas", isUrgent: true));
        Assert.Equal(TrunkVerdict.Granted, Assert.IsType<CallInput.TrunkAnswered>(Assert.Single(trunk.Told).Input).Verdict);
        Assert.Equal(2, trunk.State.Slots.Count);
        trunk.Free(1);
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(3));
    }

    [Fact]
    public void A_lower_limit_holds_for_the_next_call_and_ends_none()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(calls: 3));
        Assert.All(Enumerable.Range(1, 3), call => trunk.Ask(call));
        trunk.Settings = TrunkDriver.Limited(calls: 1);
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(4));
        trunk.Free(1);
        trunk.Free(2);
        Assert.Equal(TrunkVerdict.Full, trunk.Ask(4));
        trunk.Free(3);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(4));
    }
}
