using Controller.Sharding.Model;
using Controller.Sharding.Timers;

namespace Controller.Sharding.Tests.Timers;

public sealed class TimingWheelTests
{
    [Fact]
    public void Entries_fire_at_their_millisecond_and_not_before()
    {
        var wheel = new TimingWheel();
        long[] dues = [1, 63, 64, 65, 4095, 4096, 1_000_000, 1_700_000_000_000, 1_700_000_000_001];
        foreach (var due in dues)
        {
            wheel.Arm(new Entry(due), new Instant(due));
        }

        foreach (var due in dues)
        {
            Assert.Null(wheel.PopDue(new Instant(due - 1)));
            Assert.True(wheel.NextDue() <= new Instant(due));
            Assert.Equal(due, ((Entry)wheel.PopDue(new Instant(due))!).Number);
        }

        Assert.Equal((0, Instant.Never), (wheel.Count, wheel.NextDue()));
    }

    [Fact]
    public void Rearming_moves_and_never_disarms()
    {
        var wheel = new TimingWheel();
        var (a, b) = (new Entry(1), new Entry(2));
        wheel.Arm(a, new Instant(100));
        wheel.Arm(b, new Instant(100));
        wheel.Arm(a, new Instant(5000));
        wheel.Arm(b, Instant.Never);
        Assert.Equal(1, wheel.Count);
        Assert.Null(wheel.PopDue(new Instant(4999)));
        wheel.Arm(a, new Instant(10));
        Assert.Same(a, wheel.PopDue(new Instant(4999)));
        Assert.Equal(Instant.Never, a.Due);
        Assert.Null(wheel.PopDue(new Instant(long.MaxValue - 1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_agrees_with_a_sorted_list(int seed)
    {
        var random = new Random(seed);
        var wheel = new TimingWheel();
        var expected = new Dictionary<Entry, long>();
        var entries = Enumerable.Range(0, 200).Select(i => new Entry(i)).ToArray();
        var now = 1_700_000_000_000L;
        for (var step = 0; step < 20_000; step++)
        {
            var entry = entries[random.Next(entries.Length)];
            switch (random.Next(4))
            {
                case 0 or 1:
                    var due = now + (long)Math.Pow(2, random.NextDouble() * 30) - 10;
                    wheel.Arm(entry, new Instant(due));
                    expected[entry] = due;
                    break;
                case 2 when random.Next(4) == 0:
                    wheel.Arm(entry, Instant.Never);
                    expected.Remove(entry);
                    break;
                default:
                    now += (long)Math.Pow(2, random.NextDouble() * 22);
                    var first = expected.Count == 0 ? long.MaxValue : expected.Values.Min();
                    Assert.True(wheel.NextDue().Milliseconds <= Math.Max(first, now));
                    var armedLate = expected.Where(e => e.Value <= now).Select(e => e.Key).ToHashSet();
                    while (wheel.PopDue(new Instant(now)) is Entry fired)
                    {
                        Assert.True(armedLate.Remove(fired), "fired early or twice");
                        expected.Remove(fired);
                    }

                    Assert.Empty(armedLate);
                    break;
            }

            Assert.Equal(expected.Count, wheel.Count);
        }
    }

    private sealed class Entry(long number) : TimerEntry
    {
        public long Number { get; } = number;
    }
}
