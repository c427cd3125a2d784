namespace Controller.Sharding.Clocks;

/// <summary>For a node alone: its own machine's wall clock is the reference. Where that is set, the time goes after it as slowly as after any other.</summary>
public sealed class WallReference : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _machine;
    private readonly ITimer _timer;

    /// <param name="newest">The last that is known to have happened: before it the time does not begin, for what was stored would have to wait.</param>
    public WallReference(TimeProvider machine, DateTimeOffset newest)
    {
        ArgumentNullException.ThrowIfNull(machine);
        _machine = machine;
        DateTimeOffset wall = machine.GetUtcNow();
        Clock = new ClusterClock(machine, newest > wall && newest - wall < ClusterClock.Furthest ? newest : wall);
        _timer = machine.CreateTimer(static self => ((WallReference)self!).Look(), this, Period, Period);
    }

    public ClusterClock Clock { get; }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long before = _machine.GetTimestamp();
        DateTimeOffset wall = _machine.GetUtcNow();
        Clock.Learn(new ClockReading(before, _machine.GetTimestamp(), wall));
    }
}
