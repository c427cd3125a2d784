using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The transactions by which ownership begins and ends, each exactly once, here; the one that writes is <see cref="WriteSet.Transaction"/>.
/// failover.md section 4.2, with L(n) the advisory lock of node n:
/// <code>
///   join      exclusive L(n)   a new incarnation of n: the old one is fenced by it
///   fence     exclusive L(n)   (n, i) may write no more; by any survivor
///   claim     exclusive L(m)     shards that nobody owns who may still write become m's, at the next epoch
///   hand off  exclusive L(n)   n itself gives shards to (m, j)
///   barrier   shared L(n)      am I still who I think? before any negative answer
/// </code>
/// Invariant: a shard leaves a live, unfenced node only by that node's own hand-off, and writers hold L(n) shared from before their check until
/// their commit; so whoever owns a shard next reads everything that was ever committed for it. Each is one pipelined round trip in READ COMMITTED:
/// lock and check must be two statements, for a statement sees what was committed before it began, not before its lock was granted.
/// </summary>
internal static class Ownership
{
    // 21314 = 0x5342, the first key of all our advisory locks; the second is the node.
    private const string LockShared = "SELECT pg_advisory_xact_lock_shared(21314, $1)";
    private const string LockExclusive = "SELECT pg_advisory_xact_lock(21314, $1)";
    private const string RequireOwnership = "SELECT require_ownership($1, $2, $3, $4)";

    /// <summary>A session that stands still inside a transaction would keep its lock: it is ended first.</summary>
    private const string EndSessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid() AND datname = current_database()";

    /// <returns>The new incarnation's number.</returns>
    public static long Join(NpgsqlConnection connection, int node)
    {
        EndSessionsOf(connection, $"sbc/{node}/%");
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LockExclusive, Of(node));
        batch.Add(
            """
            INSERT INTO node (node_id, incarnation, fenced) VALUES ($1, nextval('incarnation_seq'), false)
            ON CONFLICT (node_id) DO UPDATE SET incarnation = excluded.incarnation, fenced = false, fenced_by = NULL, fenced_at = NULL, cause = NULL
            """, Of(node));
        batch.Add(
            """
            INSERT INTO last_batch (node_id, incarnation, batch) SELECT node_id, incarnation, 0 FROM node WHERE node_id = $1
            ON CONFLICT (node_id) DO UPDATE SET incarnation = excluded.incarnation, batch = 0
            """, Of(node));
        batch.Add("SELECT incarnation FROM node WHERE node_id = $1", Of(node));
        using NpgsqlDataReader reader = batch.ExecuteReader();
        reader.NextResult();
        reader.Read();
        return reader.GetInt64(0);
    }

    /// <returns>True if it was this call that fenced it; false if it is fenced already or another incarnation has begun.</returns>
    /// <exception cref="PostgresException">55P03: somebody holds the lock; end its sessions and try again.</exception>
    public static bool Fence(NpgsqlConnection connection, Incarnation suspect, int by, string cause)
    {
        EndSessionsOf(connection, suspect.SessionName);
        using var batch = new NpgsqlBatch(connection);
        batch.Add("SELECT set_config('lock_timeout', '1s', true)");
        batch.Add(LockExclusive, Of(suspect.Node.Value));
        batch.Add(
            """
            WITH done AS (
              UPDATE node SET fenced = true, fenced_by = $3, fenced_at = clock_timestamp(), cause = $4
              WHERE node_id = $1 AND incarnation = $2 AND NOT fenced RETURNING 1),
            moved AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM done))
            SELECT count(*) FROM done
            """, Of(suspect.Node.Value), Of(suspect.Number), Of(by), Of(cause));
        using NpgsqlDataReader reader = batch.ExecuteReader();
        reader.NextResult();
        reader.NextResult();
        reader.Read();
        return reader.GetInt64(0) == 1;
    }

    /// <returns>The shards that are ours now; those of a node that may still write are left out.</returns>
    /// <exception cref="PostgresException">SB001: we are fenced ourselves.</exception>
    public static List<Fence> Claim(NpgsqlConnection connection, Incarnation claimant, IEnumerable<ShardId> shards, string cause)
    {
        using var batch = new NpgsqlBatch(connection);
        // Exclusive, not shared: a shard of our own may be claimed again, and then our writes under the old epoch must be over.
        batch.Add(LockExclusive, Of(claimant.Node.Value));
        batch.Add(RequireOwnership, Of(claimant.Node.Value), Of(claimant.Number), Of(new List<short>()), Of(new List<long>()));
        batch.Add(
            """
            WITH claimed AS (
              UPDATE shard s SET owner_node = $1, owner_incarnation = $2, epoch = epoch + 1, since = clock_timestamp()
              WHERE shard_id = ANY ($3) AND (owner_node IS NULL OR owner_node = $1
                OR NOT EXISTS (SELECT FROM node n WHERE n.node_id = s.owner_node AND n.incarnation = s.owner_incarnation AND NOT n.fenced))
              RETURNING shard_id, epoch),
            logged AS (INSERT INTO shard_log SELECT shard_id, epoch, $1, $2, $4, clock_timestamp() FROM claimed),
            moved AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM claimed))
            SELECT shard_id, epoch FROM claimed ORDER BY shard_id
            """, Of(claimant.Node.Value), Of(claimant.Number), Of(shards.Select(shard => (short)shard.Value).ToList()), Of(cause));
        return ReadFences(batch, resultsBefore: 2);
    }

    /// <summary>Waits for our own writes in flight, on every connection, before it gives the shards away.</summary>
    /// <returns>The fences of the new owner, for those shards that were ours at the epoch given.</returns>
    public static List<Fence> HandOff(NpgsqlConnection connection, Incarnation owner, Incarnation to, IReadOnlyList<Fence> held)
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LockExclusive, Of(owner.Node.Value));
        batch.Add(
            """
            WITH moved AS (
              UPDATE shard s SET owner_node = $3, owner_incarnation = $4, epoch = s.epoch + 1, since = clock_timestamp()
              FROM unnest($5, $6) AS held(id, at_epoch)
              WHERE s.shard_id = held.id AND s.epoch = held.at_epoch AND s.owner_node = $1 AND s.owner_incarnation = $2
                AND EXISTS (SELECT FROM node WHERE node_id = $1 AND incarnation = $2 AND NOT fenced)
                AND EXISTS (SELECT FROM node WHERE node_id = $3 AND incarnation = $4 AND NOT fenced)
              RETURNING s.shard_id, s.epoch),
            logged AS (INSERT INTO shard_log SELECT shard_id, epoch, $3, $4, 'handed over', clock_timestamp() FROM moved),
            version AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM moved))
            SELECT shard_id, epoch FROM moved ORDER BY shard_id
            """, Of(owner.Node.Value), Of(owner.Number), Of(to.Node.Value), Of(to.Number), Of(ShardsOf(held)), Of(EpochsOf(held)));
        return ReadFences(batch, resultsBefore: 1);
    }

    /// <exception cref="PostgresException">SB001, SB002: not any more.</exception>
    public static void Barrier(NpgsqlConnection connection, Incarnation owner, IReadOnlyList<Fence> held)
    {
        using var batch = new NpgsqlBatch(connection);
        AddGuard(batch, owner, ShardsOf(held), EpochsOf(held));
        batch.ExecuteNonQuery();
    }

    /// <summary>The first two statements of every write: the lock, then the check.</summary>
    public static void AddGuard(NpgsqlBatch batch, Incarnation owner, List<short> shards, List<long> epochs)
    {
        batch.Add(LockShared, Of(owner.Node.Value));
        batch.Add(RequireOwnership, Of(owner.Node.Value), Of(owner.Number), Of(shards), Of(epochs));
    }

    private static void EndSessionsOf(NpgsqlConnection connection, string name) => connection.Run(EndSessions, Of(name));

    private static List<short> ShardsOf(IReadOnlyList<Fence> fences) => [.. fences.Select(fence => (short)fence.Shard.Value)];

    private static List<long> EpochsOf(IReadOnlyList<Fence> fences) => [.. fences.Select(fence => fence.Epoch.Value)];

    private static List<Fence> ReadFences(NpgsqlBatch batch, int resultsBefore)
    {
        using NpgsqlDataReader reader = batch.ExecuteReader();
        for (int i = 0; i < resultsBefore; i++)
        {
            reader.NextResult();
        }

        var fences = new List<Fence>();
        while (reader.Read())
        {
            fences.Add(new Fence(new ShardId(reader.GetInt16(0)), new Epoch(reader.GetInt64(1))));
        }

        return fences;
    }
}
