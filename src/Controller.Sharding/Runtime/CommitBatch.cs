using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;

namespace Controller.Sharding.Runtime;

/// <summary>The effects of one decision that wait for a commit. <paramref name="Effects"/> is an array of the kind's effect type.</summary>
/// <param name="DecidedTicks">Of the clock's monotonic timestamp.</param>
internal readonly record struct WaitingEffects(ActorCell Cell, object Effects, Instant DecidedAt, long DecidedTicks, bool WithoutSends);

/// <summary>
/// What one commit carries: entries, and the effects that wait for it in the order decided. Filled by the loop, then lent to the journal
/// until <see cref="Completed"/>, which performs the effects on the journal's thread: no hop back to the loop. Reused.
/// </summary>
internal sealed class CommitBatch(CommitPipeline pipeline) : JournalBatch
{
    private readonly List<JournalEntry> _entries = [];
    private int _lent;

    public override IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>The cells of <see cref="Entries"/>, one for one.</summary>
    public List<ActorCell> Cells { get; } = [];

    public List<WaitingEffects> Waiting { get; } = [];

    /// <summary>Whose senders are told when the commit is done and its effects are out.</summary>
    public List<(Tenure Tenure, IReceipt Receipt)> Receipts { get; } = [];

    public PayloadBuffer Payloads { get; } = new();

    /// <summary>It has an entry whose effects must not leave before the commit.</summary>
    public bool Required { get; private set; }

    /// <summary>Whoever decides after this one waits as well.</summary>
    public bool Blocks => Required || Waiting.Count > 0;

    public bool HasOutbox { get; private set; }

    /// <summary>When its first entry was decided.</summary>
    public Instant Since { get; private set; }

    public long SubmittedTicks { get; set; }

    public AppendResult? Result { get; private set; }

    /// <summary>How many of <see cref="Waiting"/> have been performed, or will never be.</summary>
    public int Performed { get; set; }

    /// <summary>Committed, but trust was gone before all effects were out: the loop performs the rest when it is back. Set on the journal's thread before it lets go.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Index into <see cref="Waiting"/> of the first effects whose sends were dropped because they came too late; -1 if none.</summary>
    public int LateFrom { get; set; } = -1;

    public void Add(ActorCell cell, in JournalEntry entry, bool required)
    {
        if (_entries.Count == 0)
        {
            Since = entry.At;
        }

        _entries.Add(entry);
        Cells.Add(cell);
        Required |= required;
        HasOutbox |= !entry.Outbox.IsEmpty;
    }

    /// <summary>A shard has gone before its entries went to the journal. Effects that wait stay in their place and are passed over.</summary>
    public void Drop(Tenure tenure)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(Cells[i].Tenure, tenure))
            {
                _entries.RemoveAt(i);
                Cells.RemoveAt(i);
            }
        }

        if (_entries.Count == 0)
        {
            (Required, HasOutbox) = (false, false);
        }
    }

    /// <summary>Null if the batch has no entry of it.</summary>
    public Tenure? TenureOf(ActorId actor) => Cells.Find(c => c.Id == actor)?.Tenure;

    /// <summary>Null if the batch has no entry under it.</summary>
    public Tenure? TenureUnder(Fence fence) => Cells.Find(c => c.Tenure.Fence == fence)?.Tenure;

    /// <summary>Something of the shard has not been committed or released yet.</summary>
    public bool Carries(Tenure tenure)
    {
        foreach (var cell in Cells)
        {
            if (ReferenceEquals(cell.Tenure, tenure))
            {
                return true;
            }
        }

        foreach (var waiting in Waiting)
        {
            if (ReferenceEquals(waiting.Cell.Tenure, tenure))
            {
                return true;
            }
        }

        foreach (var (its, _) in Receipts)
        {
            if (ReferenceEquals(its, tenure))
            {
                return true;
            }
        }

        return false;
    }

    public void Clear()
    {
        _entries.Clear();
        Cells.Clear();
        Receipts.Clear();
        Payloads.Clear();
        (Required, HasOutbox, IsHeld, Result) = (false, false, false, null);
        ClearWaiting();
    }

    /// <summary>All effects that waited are out.</summary>
    public void ClearWaiting()
    {
        Waiting.Clear();
        (Performed, LateFrom) = (0, -1);
    }

    public void Lend() => Volatile.Write(ref _lent, 1);

    public override void Completed(AppendResult result)
    {
        // A journal that completes twice would release effects twice.
        if (Interlocked.Exchange(ref _lent, 0) == 0)
        {
            return;
        }

        Result = result;
        pipeline.OnCompleted(this);
    }
}
