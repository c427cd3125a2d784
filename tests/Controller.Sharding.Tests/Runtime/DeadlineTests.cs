using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

public sealed class DeadlineTests
{
    [Fact]
    public void An_actor_is_woken_at_its_deadline_once()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Arm(bench.Now.After(TimeSpan.FromMilliseconds(500))));
        bench.Released.Clear();
        bench.Advance(499);
        Assert.Empty(bench.Released.Texts);
        bench.Advance(1);
        bench.Advance(10_000);
        Assert.Equal(["fired 0"], bench.Released.Texts);
    }

    [Fact]
    public void A_new_deadline_replaces_the_old_one()
    {
        using var bench = new Bench();
        bench.Tell(1, new CounterInput.Arm(bench.Now.After(TimeSpan.FromMilliseconds(100))), new CounterInput.Arm(bench.Now.After(TimeSpan.FromMilliseconds(900))));
        bench.Advance(800);
        Assert.Equal(0, bench.Stored(1).Fired);
        bench.Advance(100);
        Assert.Equal(1, bench.Stored(1).Fired);
    }

    [Fact]
    public void A_sleeping_loop_follows_a_virtual_clock()
    {
        using var bench = new Bench(threaded: true);
        bench.Tell(1, new CounterInput.Arm(bench.Now.After(TimeSpan.FromHours(5))));
        Bench.Until(() => bench.Released.Texts.Length == 1, "armed");
        bench.Clock.Advance(TimeSpan.FromHours(5));
        Bench.Until(() => bench.Released.Texts is ["armed 0", "fired 0"], "fired");
    }

    [Fact]
    public void A_sleeping_loop_follows_the_real_clock()
    {
        using var bench = new Bench(threaded: true, time: TimeProvider.System);
        var due = new Model.Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 100);
        bench.Tell(1, new CounterInput.Arm(due));
        Bench.Until(() => bench.Released.Texts is ["armed 0", "fired 0"], "fired");
        Assert.True(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() >= due.Milliseconds);
    }
}
