using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>One run of a node, as the tests hold it: its journal, which closes all of it.</summary>
internal sealed class Member(PostgresCluster cluster) : IJournal
{
    public static readonly NodeDescription Ordinary = new("n", NodeRoles.Edge | NodeRoles.Actors, Level: 1, "127.0.0.1:7000");

    public static readonly ShardId[] AllShards = [.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))];

    public IOwnershipStore Ownership => cluster.Ownership;

    public Incarnation Owner => cluster.Ownership.Self;

    public static Member Join(PostgresOptions options, NodeDescription? about = null) => new(PostgresCluster.Join(options, about ?? Ordinary));

    public static Member Join(string database, int node, NodeDescription? about = null) => Join(new PostgresOptions(database, node, AllowSingle: true), about);

    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => cluster.Journal.Claim(shards);

    public void Append(JournalBatch batch) => cluster.Journal.Append(batch);

    public AppendResult Append(JournalEntry entry)
    {
        var batch = new TestBatch(entry);
        Append(batch);
        return batch.Wait();
    }

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => cluster.Journal.Recover(shards, row);

    public void Forget(IReadOnlyList<ShardId> shards) => cluster.Journal.Forget(shards);

    public IReadOnlyList<JournalRow> Load(ActorId actor) => cluster.Journal.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => cluster.Journal.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => cluster.Journal.RemoveOutbox(throughId);

    public void Dispose() => cluster.Dispose();
}
