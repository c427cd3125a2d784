using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// What is live in the log and where it stands, as of the last commit. Built by reading the log, and kept by reading each commit that was written:
/// one way for both, so a journal that is opened again knows what it knew before.
/// </summary>
internal sealed class LogIndex
{
    private readonly List<int> _free = [];

    public LogIndex(long head)
    {
        Commits = new CommitRing(head);
        Actors = new LiveActors(Commits);
        Outbox = new WaitingOutbox(Commits);
    }

    public CommitRing Commits { get; }

    public LiveActors Actors { get; }

    public WaitingOutbox Outbox { get; }

    /// <summary>Rows of the table, those that are free included.</summary>
    public int Slots { get; private set; }

    /// <summary>The last of all decisions.</summary>
    public Instant LastAt { get; private set; }

    /// <summary>The slots that the next commit is written to: first those given free last, for their pages are in the log of SQLite already; then new ones.</summary>
    public void NextSlots(Span<int> slots)
    {
        for (int part = 0; part < slots.Length; part++)
        {
            slots[part] = part < _free.Count ? _free[^(part + 1)] : Slots + 1 + part - _free.Count;
        }
    }

    /// <summary>The commit is durable.</summary>
    /// <param name="slots">As <see cref="NextSlots"/> said.</param>
    public void Committed(in SlotHeader header, ReadOnlySpan<int> slots, ReadOnlySpan<byte> records)
    {
        int reused = Math.Min(slots.Length, _free.Count);
        _free.RemoveRange(_free.Count - reused, reused);
        Slots += slots.Length - reused;
        Apply(header, slots, records);
        Commits.Advance(header.Head, _free);
    }

    /// <summary>The next commit of a log that is read. Its head is of no interest: only that of the newest is.</summary>
    public void Apply(in SlotHeader header, ReadOnlySpan<int> slots, ReadOnlySpan<byte> records)
    {
        if (header.Number != Commits.Next)
        {
            throw new InvalidOperationException($"commit {header.Number} does not follow {Commits.Next - 1}");
        }

        Commits.Add(slots);
        int offset = 0;
        for (; LogRecord.TryRead(records[offset..], out LogRecord record); offset += record.Length)
        {
            Apply(record, new RowPlace(header.Number, offset, record.Length));
        }

        if (offset != records.Length)
        {
            throw new InvalidOperationException($"commit {header.Number} has {records.Length} octets of which {offset} can be read");
        }

        Outbox.LastId = header.LastOutbox;
        Outbox.RemoveThrough(header.RemovedOutbox);
        LastAt = header.At;
    }

    /// <summary>The log is read to its end: these slots are not of it.</summary>
    public void Found(int slots, IEnumerable<int> free)
    {
        Slots = slots;
        _free.AddRange(free);
    }

    private void Apply(in LogRecord record, in RowPlace place)
    {
        switch (record.Kind)
        {
            case RecordKind.Row:
                Actors.Add(record.Actor, record.Shard, record.Sequence, place);
                if (record.Supersedes)
                {
                    Actors.Supersede(record.Actor, record.Sequence);
                }

                break;
            case RecordKind.End:
                Actors.End(record.Actor);
                break;
            case RecordKind.Outbox:
                Outbox.Add(record.Id, place);
                break;
        }
    }
}
