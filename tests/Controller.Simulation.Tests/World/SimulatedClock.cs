namespace Controller.Simulation.Tests.World;

/// <summary>Time that only the simulation moves.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    public const long Epoch = 1_700_000_000_000;

    /// <summary>Milliseconds since the beginning of the run.</summary>
    public long Now { get; set; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Epoch + Now);

    public override long GetTimestamp() => Now;

    public override long TimestampFrequency => 1000;

    /// <summary>Nobody sleeps in a simulation, so nobody is woken.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Unused();

    private sealed class Unused : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
