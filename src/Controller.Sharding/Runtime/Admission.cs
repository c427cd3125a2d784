using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>Whether a loop decides at all, and whether anything should be begun: trust may be gone, the journal may fail or not answer. Loop thread, but where noted.</summary>
internal sealed class Admission(EngineContext context, CommitPipeline commits)
{
    private volatile bool _behind;
    private Instant _distrustedSince = Instant.Never;
    private long _distrusted;

    /// <summary>As it was at the beginning of this round.</summary>
    public bool Trusted { get; private set; } = true;

    /// <summary>Trust has come or gone since.</summary>
    public bool HasChanged => context.Trust.Holds != Trusted;

    /// <summary>Nothing should be begun. Any thread.</summary>
    public bool IsBehind => _behind;

    /// <summary>Trust has been gone for so long that nobody should wait for it.</summary>
    public bool IsHopeless { get; private set; }

    /// <summary>For how long decisions stood still for want of trust, over all times. Any thread.</summary>
    public TimeSpan Distrusted => TimeSpan.FromMilliseconds(Volatile.Read(ref _distrusted));

    /// <summary>When that begins if nothing happens.</summary>
    public Instant Due => _behind ? Instant.Never : Instant.Earlier(_distrustedSince, commits.UnansweredSince).After(context.Options.RefuseAfter);

    /// <summary>Begins a round.</summary>
    /// <returns>True if trust is back.</returns>
    public bool Look(Instant now)
    {
        var holds = context.Trust.Holds;
        if (holds == Trusted)
        {
            return false;
        }

        Trusted = holds;
        if (holds)
        {
            Volatile.Write(ref _distrusted, _distrusted + now.Milliseconds - _distrustedSince.Milliseconds);
        }

        _distrustedSince = holds ? Instant.Never : now;
        return holds;
    }

    /// <summary>Ends a round.</summary>
    public void Settle(Instant now)
    {
        IsHopeless = IsPast(_distrustedSince, now);
        var behind = commits.IsAway || IsHopeless || IsPast(commits.UnansweredSince, now);
        if (behind != _behind)
        {
            _behind = behind;
        }
    }

    private bool IsPast(Instant since, Instant now) => since.After(context.Options.RefuseAfter) <= now;
}
