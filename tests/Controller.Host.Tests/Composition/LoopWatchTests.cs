using Controller.Host.Composition;

namespace Controller.Host.Tests.Composition;

public class LoopWatchTests
{
    private TimeSpan _round;

    [Fact]
    public async Task A_process_whose_decision_does_not_end_is_given_up()
    {
        using LoopWatch watch = Looked(LoopWatch.Looks, LoopWatch.Limit, LoopWatch.Interval);
        Assert.True(watch.Stuck.IsCompletedSuccessfully);
        Assert.Contains("has not ended for 5 s", await watch.Stuck, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_round_that_ends_is_none()
    {
        using LoopWatch watch = Looked(LoopWatch.Looks - 1, LoopWatch.Limit, LoopWatch.Interval);
        Look(watch, 1, TimeSpan.FromMilliseconds(1), LoopWatch.Interval);
        Look(watch, LoopWatch.Looks - 1, LoopWatch.Limit, LoopWatch.Interval);
        Assert.False(watch.Stuck.IsCompleted);
    }

    /// <summary>Stopped for 30 s, and then slow to come back: the watchdog was no faster.</summary>
    [Fact]
    public void A_process_that_was_stopped_is_none()
    {
        using LoopWatch watch = Looked(20, TimeSpan.FromSeconds(30), LoopWatch.Interval * 2);
        Assert.False(watch.Stuck.IsCompleted);
    }

    [Fact]
    public async Task It_looks_by_itself()
    {
        _round = TimeSpan.FromMinutes(1);
        using LoopWatch watch = new(() => _round);
        watch.Start();
        await watch.Stuck.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private LoopWatch Looked(int times, TimeSpan round, TimeSpan sinceLast)
    {
        var watch = new LoopWatch(() => _round);
        Look(watch, times, round, sinceLast);
        return watch;
    }

    private void Look(LoopWatch watch, int times, TimeSpan round, TimeSpan sinceLast)
    {
        _round = round;
        for (int i = 0; i < times; i++)
        {
            watch.Look(sinceLast);
        }
    }
}
