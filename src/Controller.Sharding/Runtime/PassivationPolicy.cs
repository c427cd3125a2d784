namespace Controller.Sharding.Runtime;

/// <summary>When an idle actor of a kind may leave memory. It keeps its key and its next deadline here and is loaded again by an input or when due.</summary>
public sealed record PassivationPolicy
{
    private PassivationPolicy(TimeSpan idleFor) => IdleFor = idleFor;

    /// <summary>Stays in memory for as long as it lives.</summary>
    public static readonly PassivationPolicy Never = new(Timeout.InfiniteTimeSpan);

    /// <summary>Without an input for this long. <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    public TimeSpan IdleFor { get; }

    public static PassivationPolicy After(TimeSpan idle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idle, TimeSpan.Zero);
        return new PassivationPolicy(idle);
    }
}
