using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>The window in which this node may act, by its monotonic clock: it ends by itself, whatever stands still.</summary>
public sealed class NodeTrust(TimeProvider clock) : ITrust
{
    private readonly long _start = clock.GetTimestamp();
    private long _until = long.MinValue;

    /// <summary>On the clock that all times of the membership are on.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_start);

    public bool Holds => Now.Ticks < Volatile.Read(ref _until);

    public void HoldUntil(TimeSpan until) => Volatile.Write(ref _until, until.Ticks);

    public void End() => Volatile.Write(ref _until, long.MinValue);
}
