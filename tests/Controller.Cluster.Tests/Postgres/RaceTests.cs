using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Servers;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>
/// failover.md section 2.1 against a real server: which ways to check ownership inside a write are safe. The law: what a claimant does not see when it
/// recovers must never appear afterwards. Each wrong variant is shown to break it, and ours to hold.
/// </summary>
[Collection(OnePostgres.Name)]
public sealed class RaceTests(PostgresServer server)
{
    private const string Unlocked = "INSERT INTO events SELECT 1 WHERE EXISTS (SELECT FROM owner WHERE epoch = 1 AND NOT fenced)";

    /// <summary>Statements of the writer, in one transaction; statement by statement, as a pipeline runs them.</summary>
    private static readonly Dictionary<string, (string Isolation, string[] Write)> Variants = new()
    {
        ["no lock"] = ("READ COMMITTED", [Unlocked]),
        ["FOR KEY SHARE"] = ("READ COMMITTED",
            ["WITH held AS (SELECT 1 FROM owner WHERE epoch = 1 AND NOT fenced FOR KEY SHARE) INSERT INTO events SELECT 1 FROM held"]),
        ["lock and check in one statement"] = ("READ COMMITTED",
            ["WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(1, 1)) INSERT INTO events SELECT 1 FROM lock, owner WHERE epoch = 1 AND NOT fenced"]),
        ["two statements, REPEATABLE READ"] = ("REPEATABLE READ", ["SELECT pg_advisory_xact_lock_shared(1, 1)", Unlocked]),
        ["FOR SHARE"] = ("READ COMMITTED",
            ["WITH held AS (SELECT 1 FROM owner WHERE epoch = 1 AND NOT fenced FOR SHARE) INSERT INTO events SELECT 1 FROM held"]),
        ["lock, then check"] = ("READ COMMITTED", ["SELECT pg_advisory_xact_lock_shared(1, 1)", Unlocked]),
    };

    [Theory]
    [InlineData("no lock", false)]
    [InlineData("FOR KEY SHARE", false)]
    [InlineData("lock and check in one statement", false)]
    [InlineData("two statements, REPEATABLE READ", false)]
    [InlineData("FOR SHARE", true)]
    [InlineData("lock, then check", true)]
    public void Only_a_lock_that_the_fence_waits_for_and_a_check_after_it_are_safe(string variant, bool safe)
    {
        bool writerFirst = Holds(variant, WriterFirst), fencerFirst = Holds(variant, FencerFirst);
        Assert.Equal(safe, writerFirst && fencerFirst);
    }

    /// <summary>
    /// A claim that has waited at a row looks at a shard's new owner with the snapshot from before the wait. Were claims and joins not to wait for each other, it
    /// would find no such incarnation, and take the shard from a node that lives and writes.
    /// </summary>
    [Fact]
    public void A_claim_that_has_waited_takes_nothing_from_a_node_that_joined_meanwhile()
    {
        string database = server.NewDatabase();
        using Member first = Member.Join(database, 1);
        using var holder = new Session(database);
        using NpgsqlConnection newcomer = Connections.Open(database);
        holder.Run("BEGIN");
        holder.Run("UPDATE shard SET since = now() WHERE shard_id = 0");
        ShardId[] both = [new ShardId(0), new ShardId(5)];
        Holdings waited = Holdings.None, joined = Holdings.None;
        var claiming = new Thread(() => waited = first.Ownership.Claim(both, [], "waited"));
        claiming.Start();
        holder.WaitUntil("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%claimed%'");
        var joining = new Thread(() =>
        {
            var second = new Incarnation(new NodeId(2), Ownership.Join(newcomer, 2, Member.Ordinary, TimeSpan.FromMinutes(1)));
            joined = Ownership.Claim(newcomer, second, [both[1]], [], "joined meanwhile");
        });
        joining.Start();
        holder.WaitUntil("SELECT (SELECT owner_node IS NOT NULL FROM shard WHERE shard_id = 5) OR EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 21315 AND NOT granted)");
        holder.Run("COMMIT");
        claiming.Join();
        joining.Join();
        Assert.Single(waited.Shards.Concat(joined.Shards), fence => fence.Shard == both[1]);
    }

    /// <summary>The writer has checked and not committed when the fence comes.</summary>
    private static int WriterFirst(Session writer, Session fencer, Func<int> recover, (string Isolation, string[] Write) variant)
    {
        writer.Run($"BEGIN ISOLATION LEVEL {variant.Isolation}");
        foreach (string statement in variant.Write)
        {
            writer.Run(statement);
        }

        using Task<int> takeover = Task.Run(() =>
        {
            Fence(fencer);
            return recover();
        });
        fencer.WaitUntilBlockedOr(takeover);
        writer.Run("COMMIT");
        return takeover.GetAwaiter().GetResult();
    }

    /// <summary>The fence is under way when the writer begins.</summary>
    private static int FencerFirst(Session writer, Session fencer, Func<int> recover, (string Isolation, string[] Write) variant)
    {
        fencer.Run("BEGIN");
        fencer.Run("SELECT pg_advisory_xact_lock(1, 1)");
        fencer.Run("UPDATE owner SET fenced = true");
        writer.Run($"BEGIN ISOLATION LEVEL {variant.Isolation}");
        using Task write = Task.Run(() =>
        {
            foreach (string statement in variant.Write)
            {
                writer.Run(statement);
            }
        });
        writer.WaitUntilBlockedOr(write);
        fencer.Run("COMMIT");
        int seen = recover();
        try
        {
            write.GetAwaiter().GetResult();
            writer.Run("COMMIT");
        }
        catch (PostgresException serialization) when (serialization.SqlState == "40001")
        {
            writer.Run("ROLLBACK");
        }

        return seen;
    }

    private static void Fence(Session fencer)
    {
        fencer.Run("BEGIN");
        fencer.Run("SELECT pg_advisory_xact_lock(1, 1)");
        fencer.Run("UPDATE owner SET fenced = true");
        fencer.Run("COMMIT");
    }

    private bool Holds(string variant, Func<Session, Session, Func<int>, (string, string[]), int> interleaving)
    {
        string database = server.NewDatabase();
        using var writer = new Session(database);
        using var fencer = new Session(database);
        using var claimant = new Session(database);
        claimant.Run("CREATE TABLE owner (id int PRIMARY KEY, epoch int NOT NULL, fenced boolean NOT NULL)");
        claimant.Run("CREATE TABLE events (n int NOT NULL)");
        claimant.Run("INSERT INTO owner VALUES (1, 1, false)");
        int seen = interleaving(writer, fencer, () => claimant.Count("events"), Variants[variant]);
        return claimant.Count("events") == seen;
    }

    private sealed class Session : IDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlConnection _observer;

        public Session(string database)
        {
            _connection = Connections.Open(database);
            _observer = Connections.Open(database);
        }

        public void Run(string sql)
        {
            using var command = new NpgsqlCommand(sql, _connection);
            command.ExecuteNonQuery();
        }

        public void WaitUntil(string condition)
        {
            using var command = new NpgsqlCommand(condition, _observer);
            Assert.True(SpinWait.SpinUntil(() => command.ExecuteScalar() is true, TimeSpan.FromSeconds(20)), condition);
        }

        public int Count(string table)
        {
            using var command = new NpgsqlCommand($"SELECT count(*)::int FROM {table}", _connection);
            return (int)command.ExecuteScalar()!;
        }

        /// <summary>The server says whether this session waits for a lock.</summary>
        public void WaitUntilBlockedOr(Task done)
        {
            using var command = new NpgsqlCommand("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1", _observer);
            command.Parameters.AddWithValue(_connection.ProcessID);
            while (!done.IsCompleted && command.ExecuteScalar() is not true)
            {
                Thread.Yield();
            }
        }

        public void Dispose()
        {
            _connection.Dispose();
            _observer.Dispose();
        }
    }
}
