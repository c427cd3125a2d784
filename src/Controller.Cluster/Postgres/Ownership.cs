using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The transactions by which ownership begins and ends, each exactly once, here; the one that writes is <see cref="WriteSet.Transaction"/> (docs/adr/0044, 0048).
/// failover.md section 4.2, with L(n) the advisory lock of node n:
/// <code>
///   join      exclusive L(n), map      a new incarnation of n: the old one is fenced by it
///   enter     exclusive L(n), map      the phases of its life; the last one is a fence
///   accuse    shared L(n)              what n votes
///   fence     exclusive L(n), shared L(m)   (n, i) may write no more; by any survivor m. For links alone: map as well, and only if those live whom m takes for living
///   claim     exclusive L(m), map        shards and addresses that nobody owns who may still write become m's, at the next epoch
///   hand off  exclusive L(n)           n itself gives shards and addresses to (m, j)
///   barrier   shared L(n)              am I still who I think? before any negative answer
/// </code>
/// Invariant: a shard leaves a live, unfenced node only by that node's own hand-off, and writers hold L(n) shared from before their check until
/// their commit; so whoever owns a shard next reads everything that was ever committed for it. Each is one pipelined round trip in READ COMMITTED:
/// lock and check must be two statements, for a statement sees what was committed before it began, not before its lock was granted.
/// The lock of the map makes claims and joins wait for each other: a claim that waited at the row of a shard for another claim would look at its new
/// owner with the snapshot from before the wait, find no such incarnation, and take the shard from a live node.
/// </summary>
internal static class Ownership
{
    /// <summary>SQLSTATE of a check: the caller's incarnation is fenced or replaced.</summary>
    public const string FencedNode = "SB001";

    /// <summary>SQLSTATE of a check: shards of another owner or epoch.</summary>
    public const string FencedShards = "SB002";

    /// <summary>SQLSTATE of a check: this program is too old for what the cluster writes.</summary>
    public const string LevelTooLow = "SB003";

    private const string LockNotAvailable = "55P03";
    private const int Attempts = 3;

    // 21314 = 0x5342, the first key of the nodes' locks; the second is the node. 21315 for what there is one of: 0 schema, 1 tables, 2 the map, 3 the configuration.
    private const string LockShared = "SELECT pg_advisory_xact_lock_shared(21314, $1)";
    private const string LockExclusive = "SELECT pg_advisory_xact_lock(21314, $1)";
    private const string LockMap = "SELECT pg_advisory_xact_lock(21315, 2)";
    private const string RequireOwnership = "SELECT require_ownership($1, $2, $3, $4)";

    /// <summary>Behind whoever waits for an exclusive lock, the writers of that node wait as well.</summary>
    private const string LimitWait = "SELECT set_config('lock_timeout', '1s', true)";

    /// <summary>A session that stands still inside a transaction would keep its lock: it is ended first.</summary>
    private const string EndSessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 AND pid <> pg_backend_pid() AND datname = current_database()";

    /// <summary>The owner in a row <c>s</c> may write.</summary>
    private const string OwnerLives = "EXISTS (SELECT FROM node n WHERE n.node_id = s.owner_node AND n.incarnation = s.owner_incarnation AND NOT n.fenced)";

    /// <returns>The new incarnation's number.</returns>
    /// <exception cref="PostgresException">SB003: the cluster writes what this program cannot read.</exception>
    public static long Join(NpgsqlConnection connection, int node, NodeDescription about, TimeSpan quarantine) => Insist(connection, $"sbc/{node}/%", () =>
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LimitWait);
        batch.Add(LockExclusive, Of(node));
        batch.Add(LockMap);
        batch.Add("SELECT require_level($1)", Of(about.Level));
        batch.Add(
            """
            INSERT INTO node (node_id, incarnation, fenced, name, phase, roles, level, link) VALUES ($1, nextval('incarnation_seq'), false, $2, 1, $3, $4, $5)
            ON CONFLICT (node_id) DO UPDATE SET incarnation = excluded.incarnation, fenced = false, fenced_by = NULL, fenced_at = NULL, cause = NULL,
              name = excluded.name, phase = excluded.phase, roles = excluded.roles, level = excluded.level, link = excluded.link
            """, Of(node), Of(about.Name), Of((short)about.Roles), Of(about.Level), Of(about.Link));
        batch.Add(
            """
            UPDATE node SET quarantined_until = clock_timestamp() + make_interval(secs => $2)
            WHERE node_id = $1 AND (SELECT count(*) FROM fence_log WHERE node_id = $1 AND at > clock_timestamp() - make_interval(secs => $2)) >= 2
            """, Of(node), Of(quarantine.TotalSeconds));
        batch.Add(
            """
            INSERT INTO last_batch (node_id, incarnation, batch) SELECT node_id, incarnation, 0 FROM node WHERE node_id = $1
            ON CONFLICT (node_id) DO UPDATE SET incarnation = excluded.incarnation, batch = 0
            """, Of(node));
        batch.Add(
            """
            INSERT INTO node_hb (node_id, incarnation, beat, at, dispatch_lag_ms, commit_ms, calls) SELECT node_id, incarnation, 0, clock_timestamp(), 0, 0, 0 FROM node WHERE node_id = $1
            ON CONFLICT (node_id) DO UPDATE SET incarnation = excluded.incarnation, beat = 0, at = excluded.at, clock = NULL, config = 0, config_problem = NULL
            """, Of(node));
        batch.Add("DELETE FROM suspicion WHERE voter = $1 OR target = $1", Of(node));
        batch.Add("SELECT incarnation FROM node WHERE node_id = $1", Of(node));
        return Rows(batch, resultsBefore: 4, row => row.GetInt64(0))[0];
    });

    /// <summary>
    /// Up, leaving, down: with this, its last word, the node fences itself, and what it has left is free. The level of what is written rises when the last node of
    /// a lower one has gone.
    /// </summary>
    public static void Enter(NpgsqlConnection connection, Incarnation self, MemberPhase phase)
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LimitWait);
        batch.Add(LockExclusive, Of(self.Node.Value));
        batch.Add(LockMap);
        batch.Add(RequireOwnership, Of(self.Node.Value), Of(self.Number), Of(new List<short>()), Of(new List<long>()));
        batch.Add("UPDATE node SET phase = $2 WHERE node_id = $1", Of(self.Node.Value), Of((short)phase));
        if (phase == MemberPhase.Down)
        {
            batch.Add("UPDATE node SET fenced = true, fenced_by = $1, fenced_at = clock_timestamp(), cause = 'has left' WHERE node_id = $1", Of(self.Node.Value));
            batch.Add("UPDATE cluster SET map_version = map_version + 1");
        }

        batch.Add(
            """
            UPDATE cluster SET feature_level = lowest.level FROM (SELECT min(level) AS level FROM node WHERE phase <> 4 AND NOT fenced) AS lowest
            WHERE lowest.level > feature_level
            """);
        batch.ExecuteNonQuery();
    }

    /// <summary>Instead of what it voted before.</summary>
    public static void Accuse(NpgsqlConnection connection, Incarnation voter, IReadOnlyList<Incarnation> targets)
    {
        using var batch = new NpgsqlBatch(connection);
        AddGuard(batch, voter, [], []);
        batch.Add("DELETE FROM suspicion WHERE voter = $1", Of(voter.Node.Value));
        batch.Add("INSERT INTO suspicion SELECT target, incarnation, $1, $2, clock_timestamp() FROM unnest($3, $4) AS t(target, incarnation)",
            Of(voter.Node.Value), Of(voter.Number), Of(targets.Select(target => target.Node.Value).ToList()), Of(targets.Select(target => target.Number).ToList()));
        batch.ExecuteNonQuery();
    }

    /// <param name="living">See <see cref="IOwnershipStore.Fence"/>.</param>
    /// <exception cref="PostgresException">SB001: <paramref name="by"/> is fenced itself. 55P03: somebody holds the lock, whose session does not end.</exception>
    public static FenceOutcome Fence(NpgsqlConnection connection, Incarnation suspect, Incarnation by, string cause, params IReadOnlyCollection<Incarnation> living)
    {
        List<int> nodes = [.. living.Select(node => node.Node.Value)];
        List<long> runs = [.. living.Select(node => node.Number)];
        // Its sessions are ended first, which would cost a node that is to live its commits: whoever is late is to see that before.
        return living.Count > 0 && !connection.Read<bool>($"SELECT {AllLive("$1", "$2")}", Of(nodes), Of(runs))
            ? FenceOutcome.Overtaken
            : Insist(connection, suspect.SessionName, () => TryFence(connection, suspect, by, cause, nodes, runs));
    }

    /// <returns>What is ours now; what belongs to a node that may still write is left out.</returns>
    /// <exception cref="PostgresException">SB001: we are fenced ourselves. 55P03: not done, something of ours has held the lock too long.</exception>
    public static Holdings Claim(NpgsqlConnection connection, Incarnation claimant, IReadOnlyList<ShardId> shards, IReadOnlyList<string> addresses, string cause)
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LimitWait);
        // Exclusive, not shared: a shard of our own may be claimed again, and then our writes under the old epoch must be over.
        batch.Add(LockExclusive, Of(claimant.Node.Value));
        batch.Add(LockMap);
        batch.Add(RequireOwnership, Of(claimant.Node.Value), Of(claimant.Number), Of(new List<short>()), Of(new List<long>()));
        batch.Add("INSERT INTO address (address, epoch) SELECT unnest($1), 0 ON CONFLICT (address) DO NOTHING", Of(addresses.ToList()));
        batch.Add(
            $"""
            WITH claimed AS (
              UPDATE shard s SET owner_node = $1, owner_incarnation = $2, epoch = epoch + 1, since = clock_timestamp()
              WHERE shard_id = ANY ($3) AND (owner_node IS NULL OR owner_node = $1 OR NOT {OwnerLives})
              RETURNING shard_id, epoch),
            taken AS (
              UPDATE address s SET owner_node = $1, owner_incarnation = $2, epoch = epoch + 1, since = clock_timestamp()
              WHERE address = ANY ($4) AND (owner_node IS NULL OR owner_node = $1 OR NOT {OwnerLives})
              RETURNING address, epoch),
            logged AS (INSERT INTO shard_log SELECT shard_id, epoch, $1, $2, $5, clock_timestamp() FROM claimed),
            noted AS (INSERT INTO address_log SELECT address, epoch, $1, $2, $5, clock_timestamp() FROM taken),
            moved AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM claimed) OR EXISTS (SELECT FROM taken))
            SELECT shard_id, NULL, epoch FROM claimed UNION ALL SELECT NULL, address, epoch FROM taken ORDER BY 1, 2
            """, Of(claimant.Node.Value), Of(claimant.Number), Of(shards.Select(shard => (short)shard.Value).ToList()), Of(addresses.ToList()), Of(cause));
        return HoldingsOf(batch, resultsBefore: 4, claimant);
    }

    /// <summary>Waits for our own writes in flight, on every connection, before it gives anything away.</summary>
    /// <returns>What the new owner has now, of that which was ours at the epochs given; nothing if the new owner may not write.</returns>
    /// <exception cref="PostgresException">SB001: we are fenced. 55P03: not done, something of ours has held the lock too long.</exception>
    public static Holdings HandOff(NpgsqlConnection connection, Incarnation owner, Incarnation to, IReadOnlyList<Fence> shards, IReadOnlyList<OwnedAddress> addresses)
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LimitWait);
        batch.Add(LockExclusive, Of(owner.Node.Value));
        batch.Add(RequireOwnership, Of(owner.Node.Value), Of(owner.Number), Of(new List<short>()), Of(new List<long>()));
        batch.Add(
            """
            WITH target AS (SELECT FROM node WHERE node_id = $3 AND incarnation = $4 AND NOT fenced),
            moved AS (
              UPDATE shard s SET owner_node = $3, owner_incarnation = $4, epoch = s.epoch + 1, since = clock_timestamp()
              FROM unnest($5, $6) AS held(id, at_epoch)
              WHERE s.shard_id = held.id AND s.epoch = held.at_epoch AND s.owner_node = $1 AND s.owner_incarnation = $2 AND EXISTS (SELECT FROM target)
              RETURNING s.shard_id, s.epoch),
            given AS (
              UPDATE address s SET owner_node = $3, owner_incarnation = $4, epoch = s.epoch + 1, since = clock_timestamp()
              FROM unnest($7, $8) AS held(id, at_epoch)
              WHERE s.address = held.id AND s.epoch = held.at_epoch AND s.owner_node = $1 AND s.owner_incarnation = $2 AND EXISTS (SELECT FROM target)
              RETURNING s.address, s.epoch),
            logged AS (INSERT INTO shard_log SELECT shard_id, epoch, $3, $4, 'handed over', clock_timestamp() FROM moved),
            noted AS (INSERT INTO address_log SELECT address, epoch, $3, $4, 'handed over', clock_timestamp() FROM given),
            version AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM moved) OR EXISTS (SELECT FROM given))
            SELECT shard_id, NULL, epoch FROM moved UNION ALL SELECT NULL, address, epoch FROM given ORDER BY 1, 2
            """, Of(owner.Node.Value), Of(owner.Number), Of(to.Node.Value), Of(to.Number), Of(ShardsOf(shards)), Of(EpochsOf(shards)),
            Of(addresses.Select(address => address.Address).ToList()), Of(addresses.Select(address => address.Epoch.Value).ToList()));
        return HoldingsOf(batch, resultsBefore: 3, to);
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

    private static FenceOutcome TryFence(NpgsqlConnection connection, Incarnation suspect, Incarnation by, string cause, List<int> nodes, List<long> runs)
    {
        using var batch = new NpgsqlBatch(connection);
        batch.Add(LimitWait);
        // In the order of their numbers: two nodes that fence each other must not wait for each other.
        if (by.Node.Value < suspect.Node.Value)
        {
            batch.Add(LockShared, Of(by.Node.Value));
            batch.Add(LockExclusive, Of(suspect.Node.Value));
        }
        else
        {
            batch.Add(LockExclusive, Of(suspect.Node.Value));
            batch.Add(LockShared, Of(by.Node.Value));
        }

        if (nodes.Count > 0)
        {
            batch.Add(LockMap);
        }

        batch.Add(RequireOwnership, Of(by.Node.Value), Of(by.Number), Of(new List<short>()), Of(new List<long>()));
        batch.Add(
            $"""
            WITH living AS (SELECT {AllLive("$5", "$6")} AS whole),
            done AS (
              UPDATE node SET fenced = true, phase = 4, fenced_by = $3, fenced_at = clock_timestamp(), cause = $4
              WHERE node_id = $1 AND incarnation = $2 AND NOT fenced AND (SELECT whole FROM living) RETURNING 1),
            logged AS (INSERT INTO fence_log SELECT $1, $2, $3, $4, clock_timestamp() FROM done),
            moved AS (UPDATE cluster SET map_version = map_version + 1 WHERE EXISTS (SELECT FROM done))
            SELECT (SELECT count(*) FROM done), whole FROM living
            """, Of(suspect.Node.Value), Of(suspect.Number), Of(by.Node.Value), Of(cause), Of(nodes), Of(runs));
        return Rows(batch, resultsBefore: nodes.Count > 0 ? 5 : 4, row => row.GetInt64(0) == 1 ? FenceOutcome.Done : row.GetBoolean(1) ? FenceOutcome.Before : FenceOutcome.Overtaken)[0];
    }

    /// <summary>Of two arrays, nodes and incarnations, each may still write.</summary>
    private static string AllLive(string nodes, string incarnations) =>
        $"(SELECT count(*) FROM unnest({nodes}, {incarnations}) AS k(id, run) JOIN node n ON n.node_id = k.id AND n.incarnation = k.run AND NOT n.fenced) = cardinality({nodes})";

    /// <summary>Ends the sessions that may hold the lock, then tries; again if others have come between.</summary>
    private static T Insist<T>(NpgsqlConnection connection, string sessions, Func<T> transaction)
    {
        for (int attempt = 1; ; attempt++)
        {
            connection.Run(EndSessions, Of(sessions));
            try
            {
                return transaction();
            }
            catch (PostgresException held) when (held.SqlState == LockNotAvailable && attempt < Attempts)
            {
                // Once more.
            }
        }
    }

    private static List<short> ShardsOf(IReadOnlyList<Fence> fences) => [.. fences.Select(fence => (short)fence.Shard.Value)];

    private static List<long> EpochsOf(IReadOnlyList<Fence> fences) => [.. fences.Select(fence => fence.Epoch.Value)];

    private static Holdings HoldingsOf(NpgsqlBatch batch, int resultsBefore, Incarnation owner)
    {
        ImmutableArray<Fence>.Builder shards = ImmutableArray.CreateBuilder<Fence>();
        ImmutableArray<OwnedAddress>.Builder addresses = ImmutableArray.CreateBuilder<OwnedAddress>();
        Rows(batch, resultsBefore, row =>
        {
            var epoch = new Epoch(row.GetInt64(2));
            if (row.IsDBNull(0))
            {
                addresses.Add(new OwnedAddress(row.GetString(1), owner, epoch));
            }
            else
            {
                shards.Add(new Fence(new ShardId(row.GetInt16(0)), epoch));
            }

            return epoch;
        });
        return new Holdings(shards.ToImmutable(), addresses.ToImmutable());
    }

    private static List<T> Rows<T>(NpgsqlBatch batch, int resultsBefore, Func<NpgsqlDataReader, T> read)
    {
        using NpgsqlDataReader reader = batch.ExecuteReader();
        for (int i = 0; i < resultsBefore; i++)
        {
            reader.NextResult();
        }

        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
