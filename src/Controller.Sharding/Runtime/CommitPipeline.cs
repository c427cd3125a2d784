using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>
/// The batches of one loop: one being built, at most one with the journal. One, because a batch may continue what the one before it
/// began: if that fails, nothing that stands on it may reach the store.
/// </summary>
/// <remarks>
/// While the journal fails the loop pauses, longer each time up to a second, then takes exactly one decision as a probe. What a probe
/// decides is lost with it like everything unacknowledged: peers repeat it, or recovery re-emits it.
/// </remarks>
internal sealed class CommitPipeline(EngineContext context, LoopCounters counters, Action wake)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private CommitBatch? _spare;
    private CommitBatch? _completed;
    private CommitBatch? _building;
    private TimeSpan _pause = ShortestPause;
    private Instant _failingSince = Instant.Never;
    private volatile bool _refusing;

    public CommitBatch Building => _building ??= new CommitBatch(this);

    public CommitBatch? InFlight { get; private set; }

    /// <summary>Something decided earlier on this loop is not out yet: who decides now waits behind it.</summary>
    public bool Blocks => Building.Blocks || InFlight is { Blocks: true };

    public bool Failing => _failingSince != Instant.Never;

    /// <summary>No decision before this; <see cref="Instant.Never"/> unless the loop pauses.</summary>
    public Instant ResumeAt { get; private set; } = Instant.Never;

    /// <summary>The journal has failed for so long that inputs are refused at once. Read by any thread.</summary>
    public bool Refusing => _refusing;

    public bool IsIdle => InFlight is null && Building.Entries.Count == 0 && Building.Waiting.Count == 0;

    /// <summary>The next decision has room.</summary>
    public bool CanTake =>
        ResumeAt == Instant.Never
        && Building.Entries.Count < context.Options.MaxBatchEntries
        && Building.Waiting.Count < context.Options.MaxBatchEntries * 4
        && (!Failing || (InFlight is null && Building.Entries.Count == 0));

    public bool HasCompletion => Volatile.Read(ref _completed) is not null;

    /// <summary>When <see cref="SubmitIfDue"/> will have something to do without a further input.</summary>
    public Instant SubmitDue => InFlight is null && Building.Entries.Count > 0 ? Building.Since.After(context.Options.LazyFlush) : Instant.Never;

    /// <returns>True if a batch went to the journal.</returns>
    public bool SubmitIfDue(Instant now)
    {
        if (InFlight is not null || Building.Entries.Count == 0)
        {
            return false;
        }

        var urgent = Building.Required || Failing || context.Draining || Building.Entries.Count >= context.Options.MaxBatchEntries;
        if (!urgent && now < SubmitDue)
        {
            return false;
        }

        var batch = Building;
        InFlight = batch;
        _building = _spare ?? new CommitBatch(this);
        _spare = null;
        batch.SubmittedTicks = context.Clock.GetTimestamp();
        batch.Lend();
        try
        {
            context.Journal.Append(batch);
        }
        catch (Exception e)
        {
            batch.Completed(new AppendResult.Failed(e.Message));
        }

        return true;
    }

    /// <summary>The journal's thread: effects first, then the loop is told.</summary>
    public void OnCompleted(CommitBatch batch)
    {
        context.Instruments.Commit(batch.Entries.Count, context.Clock.GetElapsedTime(batch.SubmittedTicks));
        if (batch.Result is AppendResult.Appended)
        {
            Perform(batch);
            if (batch.HasOutbox)
            {
                context.OutboxCommitted?.Invoke();
            }
        }

        Volatile.Write(ref _completed, batch);
        wake();
    }

    /// <summary>Performs what waits in a batch. Sends that come too late are left out and <see cref="CommitBatch.LateFrom"/> is set.</summary>
    /// <remarks>
    /// failover.md 4.3.9: a process may have stood still between decision and send; a minute later the same bytes are a ghost. The age is
    /// looked at immediately before each decision's effects. From the first late one on, no send of the batch is made, so that nothing
    /// overtakes; the loop then gives these actors Recovered, and what is still pending leaves again, from a state that knows the time.
    /// </remarks>
    public void Perform(CommitBatch batch)
    {
        var guard = context.Options.SendGuard;
        for (var i = 0; i < batch.Waiting.Count; i++)
        {
            if (context.Dead)
            {
                return;
            }

            var waiting = batch.Waiting[i];
            if (batch.LateFrom < 0 && context.Clock.GetElapsedTime(waiting.DecidedTicks) > guard)
            {
                batch.LateFrom = i;
            }

            waiting.Cell.Kind.Release(waiting.Cell.Id, waiting.Effects, waiting.DecidedAt, waiting.WithoutSends || batch.LateFrom >= 0);
        }
    }

    /// <summary>The loop takes a finished batch back; it is cleared with <see cref="Recycle"/> after use.</summary>
    public CommitBatch? TakeCompleted()
    {
        if (Volatile.Read(ref _completed) is not { } batch)
        {
            return null;
        }

        Volatile.Write(ref _completed, null);
        InFlight = null;
        return batch;
    }

    public void Recycle(CommitBatch batch)
    {
        batch.Clear();
        _spare = batch;
    }

    public void Succeeded(Instant now)
    {
        counters.Commit();
        if (Failing)
        {
            context.Report(new EngineFault(EngineFaultKind.JournalBack, $"the journal works again after {now.Since(_failingSince).TotalSeconds:F1} s"));
            _failingSince = Instant.Never;
            _pause = ShortestPause;
        }
    }

    public void Failed(Instant now, string reason)
    {
        context.Report(new EngineFault(EngineFaultKind.JournalFailed, reason));
        _failingSince = Instant.Earlier(_failingSince, now);
        _refusing = now.Since(_failingSince) >= context.Options.RefuseAfter;
        ResumeAt = now.After(_pause);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    /// <summary>Ends a pause that is over.</summary>
    public bool ResumeIfDue(Instant now)
    {
        if (ResumeAt == Instant.Never || now < ResumeAt)
        {
            return false;
        }

        ResumeAt = Instant.Never;
        _refusing = false;
        return true;
    }
}
