using Controller.Sharding.Threads;

namespace Controller.Sharding.Tests.Threads;

public sealed class SleeperTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void What_is_written_before_a_wake_is_never_slept_over()
    {
        const int Turns = 50_000;
        var sleepers = new[] { new Sleeper(), new Sleeper() };
        var turn = 0;
        var threads = Enumerable.Range(0, 2).Select(mine => new Thread(() => Take(mine)) { IsBackground = true }).ToList();
        threads.ForEach(static t => t.Start());
        Assert.All(threads, static t => Assert.True(t.Join(Long)));

        void Take(int mine)
        {
            for (var i = mine; i < Turns; i += 2)
            {
                while (Volatile.Read(ref turn) != i)
                {
                    sleepers[mine].FallAsleep();
                    if (Volatile.Read(ref turn) == i)
                    {
                        sleepers[mine].Stay();
                    }
                    else
                    {
                        sleepers[mine].Sleep(Timeout.InfiniteTimeSpan);
                    }
                }

                Volatile.Write(ref turn, i + 1);
                sleepers[1 - mine].Wake();
            }
        }
    }

    [Fact]
    public void Who_was_woken_already_does_not_sleep()
    {
        var sleeper = new Sleeper();
        sleeper.FallAsleep();
        sleeper.Wake();
        sleeper.Sleep(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void A_sleep_ends_with_its_time()
    {
        var sleeper = new Sleeper();
        sleeper.FallAsleep();
        sleeper.Sleep(TimeSpan.FromMilliseconds(20));
        Assert.Equal(0, sleeper.Depth());
    }

    [Fact]
    public void Others_see_how_deep_it_sleeps()
    {
        var sleeper = new Sleeper();
        Assert.Equal(0, sleeper.Depth());
        sleeper.FallAsleep(2);
        Assert.Equal(2, sleeper.Depth());
        sleeper.Stay();
        Assert.Equal(0, sleeper.Depth());
    }
}
