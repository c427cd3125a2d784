using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Host.Console.Demo;

/// <summary>A journal that tells when a commit is on the disk, before anything that waited for it leaves.</summary>
public sealed class CommitWatch(IJournal journal, Action<int> committed) : IJournal
{
    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => journal.Claim(shards);

    public void Append(JournalBatch batch) => journal.Append(new Watched(batch, committed));

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => journal.Recover(shards, row);

    public void Forget(IReadOnlyList<ShardId> shards) => journal.Forget(shards);

    public IReadOnlyList<JournalRow> Load(ActorId actor) => journal.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => journal.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => journal.RemoveOutbox(throughId);

    public void Dispose() => journal.Dispose();

    private sealed class Watched(JournalBatch batch, Action<int> committed) : JournalBatch
    {
        public override IReadOnlyList<JournalEntry> Entries => batch.Entries;

        public override void Completed(AppendResult result)
        {
            if (result is AppendResult.Appended)
            {
                committed(batch.Entries.Count);
            }

            batch.Completed(result);
        }
    }
}
