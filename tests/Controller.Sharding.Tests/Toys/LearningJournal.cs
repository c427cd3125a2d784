using System.Collections.Concurrent;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Toys;

/// <summary>
/// One node's way into a store that all nodes share. Its writer knows a shard only through Recover, until Forget, as a real one does; what is appended
/// without that is written down.
/// </summary>
internal sealed class LearningJournal(IJournal store, int shards) : IJournal
{
    private readonly HashSet<ShardId> _known = [];

    public ConcurrentQueue<string> Violations { get; } = [];

    /// <summary>The shards of each reading, those of one that failed as well.</summary>
    public ConcurrentQueue<ShardId[]> Asked { get; } = [];

    /// <summary>Called before rows are read; may throw, or wait.</summary>
    public Action? OnRecover { get; set; }

    /// <summary>Called before one actor is read; may throw.</summary>
    public Action? OnLoad { get; set; }

    public bool Knows(ShardId shard)
    {
        lock (_known)
        {
            return _known.Contains(shard);
        }
    }

    public JournalClaim Claim(IReadOnlyList<ShardId> claimed) => store.Claim(claimed);

    public void Append(JournalBatch batch)
    {
        lock (_known)
        {
            foreach (var shard in batch.Entries.Select(e => e.Actor.ShardOf(shards)).Where(s => !_known.Contains(s)).Distinct())
            {
                Violations.Enqueue($"appended for shard {shard}, which has not been recovered, or was forgotten");
            }
        }

        store.Append(batch);
    }

    public void Recover(IReadOnlyCollection<ShardId> recovered, Action<JournalRow> row)
    {
        Asked.Enqueue([.. recovered]);
        OnRecover?.Invoke();
        lock (_known)
        {
            _known.UnionWith(recovered);
        }

        store.Recover(recovered, row);
    }

    public void Forget(IReadOnlyList<ShardId> forgotten)
    {
        lock (_known)
        {
            _known.ExceptWith(forgotten);
        }

        store.Forget(forgotten);
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor)
    {
        OnLoad?.Invoke();
        return store.Load(actor);
    }

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => store.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => store.RemoveOutbox(throughId);

    public void Dispose()
    {
    }
}
