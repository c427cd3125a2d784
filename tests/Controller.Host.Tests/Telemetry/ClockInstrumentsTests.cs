using Controller.Host.Telemetry;
using Controller.Sharding.Clocks;

namespace Controller.Host.Tests.Telemetry;

public sealed class ClockInstrumentsTests
{
    [Fact]
    public void A_reference_that_was_set_is_a_figure_and_one_line()
    {
        using var metrics = new MetricsListener(meter => meter == "Controller.Clock");
        var lines = new Lines();
        var clock = new ClusterClock(TimeProvider.System, DateTimeOffset.UtcNow);
        using (new ClockInstruments(clock, "the database's clock", lines))
        {
            Learn(0);
            Assert.Empty(lines.Written);
            Learn(600);
            Learn(600);
            Assert.Equal(["Warning clock: the time that timers run by is 600 s behind the database's clock, which was set or was wrong; no timer jumps, the difference is gone in 334 h"], lines.Written);
            Assert.Matches(@"\ncontroller_clock_offset_seconds -(600|599\.99)", metrics.Expose());
        }

        Learn(0);
        Learn(-600);
        Assert.Single(lines.Written);

        void Learn(int seconds)
        {
            long now = clock.GetTimestamp();
            clock.Learn(new ClockReading(now, now, clock.GetUtcNow().AddSeconds(seconds)));
        }
    }
}
