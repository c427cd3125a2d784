using Controller.Cluster.Sqlite.Log;
using Controller.Cluster.Writing;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// Makes one commit of several batches. One that must be refused (fenced, sequence exists) is known before anything is written, and the others go.
/// </summary>
/// <remarks>
/// Writer thread only. After a failure of the store nothing is committed and the index is as it was; after one that leaves in doubt what is in the file, the
/// connection is opened anew and the file read again before the next commit.
/// </remarks>
internal sealed class JournalCommit : IJournalStore, IDisposable
{
    private readonly string _path;
    private readonly Admission _admission = new();
    private readonly Compaction _compaction;
    private readonly CommitBuffer _records = new();
    private readonly byte[] _slot = new byte[Slot.Length];
    private LogConnection? _connection;
    private Epochs _epochs;
    private int[] _slots = new int[64];

    private JournalCommit(string path, LogConnection connection)
    {
        _path = path;
        _connection = connection;
        _compaction = new Compaction(path);
        Log = new JournalLog(LogScan.Read(connection.Database, path));
        _epochs = Epochs.Read(connection.Database);
    }

    public string Name => $"journal {_path}";

    public JournalLog Log { get; }

    /// <exception cref="JournalException"/>
    public static JournalCommit Open(string path)
    {
        LogConnection connection = JournalFile.Create(path);
        try
        {
            return new JournalCommit(path, connection);
        }
        catch (Exception failure)
        {
            connection.Dispose();
            throw failure is SqliteFailure of ? JournalFile.Describe(path, of) : failure;
        }
    }

    public bool Commit(IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removeOutboxThrough)
    {
        Array.Clear(results, 0, batches.Count);
        try
        {
            LogConnection connection = Connection();
            LogIndex index = Log.Index;
            _admission.Begin(index, _epochs);
            for (int i = 0; i < batches.Count; i++)
            {
                results[i] = _admission.Admit(batches[i].Entries);
            }

            long removed = Math.Min(removeOutboxThrough, index.Outbox.LastId);
            if (_admission.Octets > 0 || index.Outbox.CountThrough(removed) > 0)
            {
                connection.Begin();
                Write(connection, index, batches, results, removed);
            }

            return true;
        }
        catch (Exception failure) when (failure is SqliteFailure or JournalException)
        {
            Abandon(failure);
            var failed = new AppendResult.Failed(Reason(failure));
            for (int i = 0; i < batches.Count; i++)
            {
                // What was refused is refused whatever the store does.
                results[i] = results[i] is null or AppendResult.Appended ? failed : results[i];
            }

            return false;
        }
    }

    /// <exception cref="JournalException"/>
    public Fence[] Claim(IReadOnlyList<ShardId> shards)
    {
        try
        {
            LogConnection connection = Connection();
            connection.Begin();
            var fences = new Fence[shards.Count];
            for (int i = 0; i < fences.Length; i++)
            {
                fences[i] = new Fence(shards[i], connection.Claim(shards[i]));
            }

            connection.Commit();
            Array.ForEach(fences, _epochs.Claimed);
            return fences;
        }
        catch (SqliteFailure failure)
        {
            Abandon(failure);
            throw JournalFile.Describe(_path, failure);
        }
    }

    public void Dispose() => _connection?.Dispose();

    private void Write(LogConnection connection, LogIndex index, IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removed)
    {
        _records.Clear();
        long head = _compaction.Run(index, connection.Slots, _admission.Octets, _records);
        long lastOutbox = index.Outbox.LastId;
        for (int i = 0; i < batches.Count; i++)
        {
            if (results[i] is AppendResult.Appended)
            {
                lastOutbox = Encode(batches[i].Entries, lastOutbox);
            }
        }

        int parts = Slot.PartsFor(_records.Length);
        var header = new SlotHeader(
            _records.Length, 0, parts, index.Commits.Next, head, _admission.At, lastOutbox, Math.Max(removed, index.Outbox.RemovedThrough),
            index.Actors.Rows + _admission.LiveRows, index.Outbox.Count - index.Outbox.CountThrough(removed) + _admission.OutboxRecords);
        _slots = _slots.Length < parts ? new int[parts * 2] : _slots;
        Span<int> slots = _slots.AsSpan(0, parts);
        index.NextSlots(slots);
        for (int part = 0; part < parts; part++)
        {
            Slot.Fill(_slot, header with { Part = part }, _records.Written);
            connection.Write(slots[part], slots[part] > index.Slots, _slot);
        }

        connection.Commit();
        _compaction.Committed();
        lock (Log.Gate)
        {
            index.Committed(header, slots, _records.Written);
        }
    }

    /// <returns>The last id of the outbox with these.</returns>
    private long Encode(IReadOnlyList<JournalEntry> entries, long lastOutbox)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            JournalEntry entry = entries[i];
            if (entry.Forget)
            {
                // Its last row is never stored: it would go in the same commit.
                LogRecord.WriteEnd(_records, entry.Actor);
            }
            else
            {
                LogRecord.WriteRow(_records, entry);
            }

            if (!entry.Outbox.IsEmpty)
            {
                LogRecord.WriteOutbox(_records, ++lastOutbox, entry.Outbox.Span);
            }
        }

        return lastOutbox;
    }

    private LogConnection Connection()
    {
        if (_connection is null)
        {
            LogConnection connection = JournalFile.OpenWriter(_path);
            try
            {
                LogIndex index = LogScan.Read(connection.Database, _path);
                _epochs = Epochs.Read(connection.Database);
                lock (Log.Gate)
                {
                    Log.Index = index;
                }
            }
            catch
            {
                connection.Dispose();
                throw;
            }

            _connection = connection;
        }

        return _connection;
    }

    private void Abandon(Exception failure)
    {
        _connection?.RollBack();
        if (failure is not SqliteFailure { LeavesConnectionUsable: true })
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private string Reason(Exception failure) => failure switch
    {
        SqliteFailure { Code: raw.SQLITE_FULL } => $"journal {_path}: the disk is full",
        SqliteFailure { Code: raw.SQLITE_BUSY } => $"journal {_path} is locked by another program",
        SqliteFailure other => JournalFile.Describe(_path, other).Message,
        _ => failure.Message,
    };
}
