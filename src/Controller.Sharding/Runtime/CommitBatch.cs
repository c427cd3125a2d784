using Controller.Sharding.Journal;
using Controller.Sharding.Model;

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

    public void Clear()
    {
        _entries.Clear();
        Cells.Clear();
        Waiting.Clear();
        Payloads.Clear();
        (Required, HasOutbox, Result, LateFrom) = (false, false, null, -1);
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
