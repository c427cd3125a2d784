using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>The clocks of a machine. Its monotonic one is everybody's; the other one may be set by anybody.</summary>
internal sealed class NodeClock(SimulatedClock clock) : TimeProvider
{
    /// <summary>In milliseconds.</summary>
    public long Wrong { get; set; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow().AddMilliseconds(Wrong);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
