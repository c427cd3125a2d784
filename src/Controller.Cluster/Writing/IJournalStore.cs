using Controller.Sharding.Journal;

namespace Controller.Cluster.Writing;

/// <summary>What the writer thread writes into. Called on that thread only.</summary>
internal interface IJournalStore
{
    /// <summary>As a user knows it: "journal /var/lib/…/journal.db".</summary>
    string Name { get; }

    /// <summary>
    /// Makes one commit of several batches. A batch that is refused (fenced, sequence exists) leaves no trace and the others go through.
    /// </summary>
    /// <param name="results">Filled for each batch.</param>
    /// <param name="removeOutboxThrough">Delivered outbox rows up to this id are removed in the same commit; 0: nothing.</param>
    /// <returns>False if the store failed.</returns>
    bool Commit(IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removeOutboxThrough);
}
