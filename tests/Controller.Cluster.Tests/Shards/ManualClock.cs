namespace Controller.Cluster.Tests.Shards;

/// <summary>Time that passes when it is told to.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _milliseconds = 1_700_000_000_000;

    public override long TimestampFrequency => 1000;

    public void Pass(int milliseconds) => _milliseconds += milliseconds;

    public override long GetTimestamp() => _milliseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds);
}
