using Controller.Sharding.Model;

namespace Controller.Sharding.Timers;

/// <summary>What can be armed in a <see cref="TimingWheel"/>: the links live in the thing itself, so arming allocates nothing.</summary>
public abstract class TimerEntry
{
    internal const short Unarmed = -1;

    internal TimerEntry? Next { get; set; }
    internal TimerEntry? Previous { get; set; }
    internal short List { get; set; } = Unarmed;

    /// <summary>When it fires; <see cref="Instant.Never"/> if it is not armed.</summary>
    public Instant Due { get; internal set; } = Instant.Never;
}
