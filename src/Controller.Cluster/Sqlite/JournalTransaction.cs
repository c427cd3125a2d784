using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// The prepared statements of the writing connection: what one commit is made of. Every row is written under the fence of its shard,
/// read in the same transaction: the row count is the answer.
/// </summary>
internal sealed class JournalTransaction(Database database) : IDisposable
{
    private readonly Statement _begin = database.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = database.Prepare("COMMIT");

    // OR IGNORE: a row that exists changes nothing (and needs no statement journal); Refusal says which of the two reasons it was.
    private readonly Statement _insert = database.Prepare(
        """
        INSERT OR IGNORE INTO journal (actor, seq, shard, epoch, at, crc, payload)
        SELECT ?1, ?2, shard, epoch, ?5, ?6, ?7 FROM shard WHERE shard = ?3 AND epoch = ?4
        """);
    private readonly Statement _epoch = database.Prepare("SELECT epoch FROM shard WHERE shard = ?1");
    private readonly Statement _reached = database.Prepare("SELECT 1 FROM journal WHERE actor = ?1 AND seq >= ?2 LIMIT 1");
    private readonly Statement _supersede = database.Prepare("DELETE FROM journal WHERE actor = ?1 AND seq < ?2");
    private readonly Statement _forget = database.Prepare("DELETE FROM journal WHERE actor = ?1");
    private readonly Statement _outbox = database.Prepare("INSERT INTO outbox (payload) VALUES (?1)");
    private readonly Statement _removeOutbox = database.Prepare("DELETE FROM outbox WHERE id <= ?1");
    private readonly Statement _claim = database.Prepare(
        "INSERT INTO shard (shard, epoch) VALUES (?1, 1) ON CONFLICT (shard) DO UPDATE SET epoch = epoch + 1 RETURNING epoch");
    private readonly byte[] _actor = new byte[StoredActor.Length];

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void RollBack() => database.RollBack();

    /// <summary>Null: written. Else why the batch that the entry is of must not be committed.</summary>
    public AppendResult? Write(in JournalEntry entry)
    {
        StoredActor.Write(entry.Actor, _actor);
        AppendResult? refusal = entry.Forget ? Forget(entry) : Insert(entry);
        if (refusal is null && !entry.Outbox.IsEmpty)
        {
            _outbox.Bind(1, entry.Outbox.Span).Run();
        }

        return refusal;
    }

    public void RemoveOutbox(long throughId) => _removeOutbox.Bind(1, throughId).Run();

    public Epoch Claim(ShardId shard) => new(_claim.Bind(1, shard.Value).RunForInteger()!.Value);

    public void Dispose() => database.Dispose();

    private AppendResult? Insert(in JournalEntry entry)
    {
        ReadOnlySpan<byte> payload = entry.Payload.Span;
        _insert.Bind(1, _actor).Bind(2, entry.Sequence).Bind(3, entry.Fence.Shard.Value).Bind(4, entry.Fence.Epoch.Value)
            .Bind(5, entry.At.Milliseconds).Bind(6, Checksum.Of(payload)).Bind(7, payload).Run();
        if (database.Changes == 0)
        {
            return FencedOrNull(entry) is { } fenced ? fenced : new AppendResult.SequenceConflict(entry.Actor);
        }

        if (entry.Supersedes && entry.Sequence > 1)
        {
            _supersede.Bind(1, _actor).Bind(2, entry.Sequence).Run();
        }

        return null;
    }

    /// <summary>The last row of an actor is never stored: it would go in the same commit.</summary>
    private AppendResult? Forget(in JournalEntry entry)
    {
        if (FencedOrNull(entry) is { } fenced)
        {
            return fenced;
        }

        if (_reached.Bind(1, _actor).Bind(2, entry.Sequence).RunForInteger() is not null)
        {
            return new AppendResult.SequenceConflict(entry.Actor);
        }

        _forget.Bind(1, _actor).Run();
        return null;
    }

    private AppendResult.Fenced? FencedOrNull(in JournalEntry entry) =>
        _epoch.Bind(1, entry.Fence.Shard.Value).RunForInteger() == entry.Fence.Epoch.Value ? null : new AppendResult.Fenced(entry.Fence);
}
