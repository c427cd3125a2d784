using Controller.Compliance;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Embedded;

public sealed class InMemoryJournalTests : JournalCompliance
{
    private readonly InMemoryJournal _store = new();

    protected override IJournal Open() => new Reopenable(_store);

    protected override void Remove() => _store.Dispose();

    /// <summary>The memory outlives the journal that is closed over it, as a file would.</summary>
    private sealed class Reopenable(InMemoryJournal store) : IJournal
    {
        public JournalClaim Claim(IReadOnlyList<ShardId> shards) => store.Claim(shards);
        public void Append(JournalBatch batch) => store.Append(batch);
        public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => store.Recover(shards, row);
        public void Forget(IReadOnlyList<ShardId> shards) => store.Forget(shards);
        public IReadOnlyList<JournalRow> Load(ActorId actor) => store.Load(actor);
        public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => store.ReadOutbox(limit);
        public void RemoveOutbox(long throughId) => store.RemoveOutbox(throughId);

        public void Dispose()
        {
        }
    }
}
