using Controller.Sharding.Model;

namespace Controller.Benchmarks.Gate;

/// <summary>Time that passes only when it is told to.</summary>
internal sealed class StillClock : TimeProvider
{
    public Instant Now { get; set; } = new(1_700_000_000_000);

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();

    public override long GetTimestamp() => Now.Milliseconds * TimeSpan.TicksPerMillisecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
