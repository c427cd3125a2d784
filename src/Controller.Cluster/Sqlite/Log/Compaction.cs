namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// Moves the head of the log: past commits that are dead for nothing; past others, when the log is much larger than what is live in it, by writing their
/// live records again in the commit that goes anyway. No commit writes more than about twice its own slots, however much there is to do.
/// </summary>
internal sealed class Compaction(string path)
{
    // Beyond what is live, in slots (4 MiB), and how many times as much as is live. A log of three times the live rows writes each of them again for two new
    // ones at the most; calls that are of a length are over when their commits are the oldest, and nothing of them is written again.
    private const int Slack = 1024;
    private const int Spread = 3;
    private const int MaxCommits = 4096;

    private readonly CommitBuffer _old = new();
    private (long Commit, int Offset) _searched;
    private (long Commit, int Offset) _reached;
    private int _room;
    private int _reads;
    private bool _moved;

    /// <summary>Called inside the transaction, before the new records are written: what they end may be moved for nothing, but is never raised from the dead.</summary>
    /// <returns>The new head.</returns>
    public long Run(LogIndex index, SlotReader slots, int octets, CommitBuffer into)
    {
        CommitRing commits = index.Commits;
        int parts = Slot.PartsFor(octets);
        bool crowded = commits.Slots > Slack + (Spread * (commits.LiveOctets / Slot.Room));
        (_room, _reads, _moved, _reached) = (crowded ? (2 * parts * Slot.Room) - octets : 0, crowded ? (2 * parts) + 4 : 0, false, _searched);
        slots.Forget();

        long head = commits.Head;
        long limit = Math.Min(commits.Next, head + MaxCommits);
        while (head < limit && (commits.LiveIn(head) == 0 || (crowded && IsMoved(index, slots, head, into))))
        {
            head++;
        }

        return head;
    }

    /// <summary>The commit in which records were moved is durable: the search goes on where it ended.</summary>
    public void Committed() => _searched = _reached;

    /// <returns>True: all live records of this commit stand in the new one as well.</returns>
    private bool IsMoved(LogIndex index, SlotReader slots, long commit, CommitBuffer into)
    {
        int start = _searched.Commit == commit ? _searched.Offset : 0;
        int offset = start;
        int firstPart = offset / Slot.Room, part = firstPart;
        _old.Clear();
        for (int live = index.Commits.LiveIn(commit); live > 0;)
        {
            LogRecord record;
            while (!LogRecord.TryRead(_old.Written[Math.Min(_old.Length, offset - (firstPart * Slot.Room))..], out record))
            {
                if (part == index.Commits.PartsOf(commit))
                {
                    throw JournalSchema.Corrupt(path, $"{live} live records of commit {commit} are missing");
                }

                if (_reads <= 0 && (_moved || offset > start))
                {
                    _reached = (commit, offset);
                    return false;
                }

                ReadOnlySpan<byte> read = slots.Read(index.Commits.SlotOf(commit, part), commit, part);
                read.CopyTo(_old.Add(read.Length));
                part++;
                _reads--;
            }

            if (IsLive(index, record, new RowPlace(commit, offset, record.Length)))
            {
                if (record.Length > _room && _moved)
                {
                    _reached = (commit, offset);
                    return false;
                }

                record.Move(into);
                _room -= record.Length;
                _moved = true;
                live--;
            }

            offset += record.Length;
        }

        return true;
    }

    private static bool IsLive(LogIndex index, in LogRecord record, in RowPlace place) => record.Kind switch
    {
        RecordKind.Row => index.Actors.PlaceOf(record.Actor, record.Sequence) == place,
        RecordKind.Outbox => index.Outbox.Has(record.Id, place),
        _ => false,
    };
}
