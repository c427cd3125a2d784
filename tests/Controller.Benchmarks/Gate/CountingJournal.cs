using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Benchmarks.Gate;

/// <summary>Counts what it is given and keeps none of it. A commit is done when it is told so: batches are the same whenever the same is done.</summary>
internal sealed class CountingJournal : IJournal
{
    private readonly Queue<JournalBatch> _open = new();

    public static ReadOnlyMemory<byte> Secret { get; } = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();

    public int Commits { get; private set; }
    public int Entries { get; private set; }
    public long Octets { get; private set; }

    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => new([.. shards.Select(shard => new Fence(shard, new Epoch(1)))], Secret);

    public void Append(JournalBatch batch) => _open.Enqueue(batch);

    /// <returns>False if nothing waits for a commit.</returns>
    public bool CommitNext()
    {
        if (!_open.TryDequeue(out JournalBatch? batch))
        {
            return false;
        }

        Commits++;
        for (int i = 0; i < batch.Entries.Count; i++)
        {
            Entries++;
            Octets += batch.Entries[i].Payload.Length + batch.Entries[i].Outbox.Length;
        }

        batch.Completed(AppendResult.Appended.Instance);
        return true;
    }

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row)
    {
        // Nothing is kept.
    }

    public void Forget(IReadOnlyList<ShardId> shards)
    {
        // Nothing is known of them.
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor) => [];

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => [];

    public void RemoveOutbox(long throughId)
    {
        // Nothing is kept.
    }

    public void Dispose()
    {
        // There is nothing to close.
    }
}
