namespace Controller.Sharding.Tests.Toys;

/// <summary>A machine whose wall clock anybody may set, and whose monotonic clock may run badly or stand still. Its timers are those of the virtual time.</summary>
/// <param name="wrong">How much too fast its monotonic clock is, in millionths.</param>
internal sealed class Machine(VirtualClock time, int wrong = 0) : TimeProvider
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Somebody has set the wall clock by so much.</summary>
    public TimeSpan Set { get; set; }

    /// <summary>It was suspended, its monotonic clock with it.</summary>
    public TimeSpan Slept { get; set; }

    /// <summary>Happens once, when whoever reads the monotonic clock next has read it and not yet used it.</summary>
    public Action? Meanwhile { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Set;

    public override long GetTimestamp()
    {
        var passed = time.GetTimestamp() - _start;
        var stamp = passed + (passed / 1_000_000 * wrong) - Slept.Ticks;
        var meanwhile = Meanwhile;
        Meanwhile = null;
        meanwhile?.Invoke();
        return stamp;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
