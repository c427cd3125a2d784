namespace Controller.Simulation.Tests.FullStack;

/// <summary>The system's time, and what a process has slept through: after a jump it finds itself later, with nothing done meanwhile.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _slept;

    public override long TimestampFrequency => System.TimestampFrequency;

    public void Jump(TimeSpan time) => Interlocked.Add(ref _slept, time.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Volatile.Read(ref _slept));

    public override long GetTimestamp() => System.GetTimestamp() + (long)(new TimeSpan(Volatile.Read(ref _slept)).TotalSeconds * TimestampFrequency);
}
