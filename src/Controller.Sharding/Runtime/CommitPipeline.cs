using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;

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
    private Instant _submittedAt = Instant.Never;

    /// <summary>Where effects leave.</summary>
    public ReleaseGate Gate { get; } = new(context);

    public CommitBatch Building => _building ??= new CommitBatch(this);

    public CommitBatch? InFlight { get; private set; }

    /// <summary>Something decided earlier on this loop is not out yet: who decides now waits behind it.</summary>
    public bool Blocks => Building.Blocks || IsAwaited;

    /// <summary>Nothing that is decided now leaves before the commit in flight is done: inputs may as well wait for it, and share its wake-up.</summary>
    public bool IsAwaited => InFlight is { Blocks: true };

    public bool Failing => _failingSince != Instant.Never;

    /// <summary>No decision before this; <see cref="Instant.Never"/> unless the loop pauses.</summary>
    public Instant ResumeAt { get; private set; } = Instant.Never;

    /// <summary>The journal has failed for so long that inputs are to be refused.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Since when a commit has had no answer; <see cref="Instant.Never"/> if none is open.</summary>
    public Instant UnansweredSince => InFlight is not null && Volatile.Read(ref _completed) is null ? _submittedAt : Instant.Never;

    /// <summary>Somebody waits for the end of what is decided: it is committed without waiting for company.</summary>
    public bool Hurry { get; set; }

    public bool IsIdle => InFlight is null && Building.Entries.Count == 0 && Building.Waiting.Count == 0 && Building.Receipts.Count == 0;

    /// <summary>What waits in the batch being built waits for nothing any more but to be released.</summary>
    public bool HasUnblocked =>
        InFlight is null && !Building.Required && (Building.Waiting.Count > 0 || (Building.Receipts.Count > 0 && Building.Entries.Count == 0));

    /// <summary>The next decision has room.</summary>
    public bool CanTake =>
        ResumeAt == Instant.Never
        && Building.Entries.Count < context.Options.MaxBatchEntries
        && Building.Waiting.Count < context.Options.MaxBatchEntries * 4
        && Building.Receipts.Count < context.Options.MaxBatchEntries * 4
        && (!Failing || (InFlight is null && Building.Entries.Count == 0));

    public bool HasCompletion => Volatile.Read(ref _completed) is { } batch && (!batch.IsHeld || context.Trust.Holds);

    /// <summary>Something of the shard is decided and not committed, or committed and not released.</summary>
    public bool Carries(Tenure tenure) => Building.Carries(tenure) || (InFlight?.Carries(tenure) ?? false);

    /// <summary>Whoever sent what was just decided is told with the commit it goes into; at once if it waits for nothing.</summary>
    public void Acknowledge(ActorCell cell, IReceipt receipt)
    {
        if (Building.Entries.Count > 0 || Blocks)
        {
            Building.Receipts.Add((cell.Tenure, receipt));
        }
        else
        {
            context.Settle(receipt);
        }
    }

    /// <summary>When <see cref="SubmitIfDue"/> will have something to do without a further input.</summary>
    public Instant SubmitDue => InFlight is null && Building.Entries.Count > 0 ? Building.Since.After(context.Options.LazyFlush) : Instant.Never;

    /// <returns>True if a batch went to the journal.</returns>
    public bool SubmitIfDue(Instant now)
    {
        if (InFlight is not null || Building.Entries.Count == 0)
        {
            return false;
        }

        var urgent = Building.Required || Failing || Hurry || context.Draining || Building.Entries.Count >= context.Options.MaxBatchEntries;
        if (!urgent && now < SubmitDue)
        {
            return false;
        }

        var batch = Building;
        InFlight = batch;
        _submittedAt = now;
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
            batch.IsHeld = !Gate.Perform(batch);
            if (!batch.IsHeld)
            {
                Gate.Settle(batch);
            }

            if (batch.HasOutbox)
            {
                context.OutboxCommitted?.Invoke();
            }
        }

        Volatile.Write(ref _completed, batch);
        wake();
    }

    /// <summary>
    /// The loop takes a finished batch back; it is cleared with <see cref="Recycle"/> after use. One whose effects were held for want of
    /// trust is in flight until they are out.
    /// </summary>
    public CommitBatch? TakeCompleted()
    {
        if (Volatile.Read(ref _completed) is not { } batch)
        {
            return null;
        }

        if (batch.IsHeld)
        {
            if (!Gate.Perform(batch))
            {
                return null;
            }

            Gate.Settle(batch);
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
        IsAway = now.Since(_failingSince) >= context.Options.RefuseAfter;
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
        IsAway = false;
        return true;
    }
}
