using Controller.Cluster.Writing;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// Makes one commit of several batches. A batch that is refused (fenced, sequence exists) leaves no trace and the others go through:
/// the transaction is rolled back and done again without it, so the ordinary case pays for no savepoints.
/// </summary>
/// <remarks>Writer thread only. After a failure of the store nothing is committed; a connection that cannot be trusted is opened anew for the next commit.</remarks>
internal sealed class JournalCommit(string path, JournalTransaction transaction) : IJournalStore, IDisposable
{
    private JournalTransaction? _transaction = transaction;

    public string Name => $"journal {path}";

    public bool Commit(IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removeOutboxThrough)
    {
        Array.Clear(results, 0, batches.Count);
        try
        {
            JournalTransaction transaction = _transaction ??= JournalFile.OpenWriter(path);
            while (!TryOnce(transaction, batches, results, removeOutboxThrough))
            {
            }

            return true;
        }
        catch (SqliteFailure failure)
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
            JournalTransaction transaction = _transaction ??= JournalFile.OpenWriter(path);
            transaction.Begin();
            var fences = new Fence[shards.Count];
            for (int i = 0; i < fences.Length; i++)
            {
                fences[i] = new Fence(shards[i], transaction.Claim(shards[i]));
            }

            transaction.Commit();
            return fences;
        }
        catch (SqliteFailure failure)
        {
            Abandon(failure);
            throw JournalFile.Describe(path, failure);
        }
    }

    public void Dispose() => _transaction?.Dispose();

    /// <returns>False: a batch was refused, its result is set; do the others again.</returns>
    private static bool TryOnce(JournalTransaction transaction, IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removeOutboxThrough)
    {
        transaction.Begin();
        for (int i = 0; i < batches.Count; i++)
        {
            if (results[i] is null or AppendResult.Appended)
            {
                results[i] = Write(transaction, batches[i]);
                if (results[i] is not AppendResult.Appended)
                {
                    transaction.RollBack();
                    return false;
                }
            }
        }

        if (removeOutboxThrough > 0)
        {
            transaction.RemoveOutbox(removeOutboxThrough);
        }

        transaction.Commit();
        return true;
    }

    private static AppendResult Write(JournalTransaction transaction, JournalBatch batch)
    {
        IReadOnlyList<JournalEntry> entries = batch.Entries;
        for (int i = 0; i < entries.Count; i++)
        {
            if (transaction.Write(entries[i]) is { } refusal)
            {
                return refusal;
            }
        }

        return AppendResult.Appended.Instance;
    }

    private void Abandon(SqliteFailure failure)
    {
        _transaction?.RollBack();
        if (!failure.LeavesConnectionUsable)
        {
            _transaction?.Dispose();
            _transaction = null;
        }
    }

    private string Reason(SqliteFailure failure) => failure.Code switch
    {
        raw.SQLITE_FULL => $"journal {path}: the disk is full",
        raw.SQLITE_BUSY => $"journal {path} is locked by another program",
        _ => JournalFile.Describe(path, failure).Message,
    };
}
