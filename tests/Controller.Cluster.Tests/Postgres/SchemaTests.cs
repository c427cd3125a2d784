using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>A rolling upgrade: the tables of the next version come while nodes of the version before write (docs/adr/0025).</summary>
[Collection(OnePostgres.Name)]
public sealed class SchemaTests(PostgresServer server)
{
    private const string First = "Controller.Cluster.Postgres.Migrations.0001-first.sql";

    private readonly string _database = server.NewDatabase();

    /// <summary>The statements are those of version 1, as it sent them.</summary>
    [Fact]
    public void A_node_of_the_first_version_goes_on_writing_while_the_second_comes_and_after_it()
    {
        using NpgsqlConnection old = Connections.Open($"{_database};Application Name=sbc/7/1");
        Run(old, "CREATE TABLE schema_version (id int PRIMARY KEY CHECK (id = 1), version int NOT NULL); INSERT INTO schema_version VALUES (1, 1)");
        using (Stream script = typeof(PostgresCluster).Assembly.GetManifestResourceStream(First)!)
        using (var reader = new StreamReader(script))
        {
            Run(old, reader.ReadToEnd());
        }

        Run(old, "INSERT INTO cluster (id, n_shards, map_version, secret) VALUES (1, 256, 0, 'x'); INSERT INTO shard (shard_id, epoch) SELECT id, 0 FROM generate_series(0, 255) AS id");
        Run(old, "INSERT INTO node (node_id, incarnation, fenced) VALUES (7, nextval('incarnation_seq'), false); INSERT INTO last_batch VALUES (7, 1, 0)");
        Run(old, "UPDATE shard SET owner_node = 7, owner_incarnation = 1, epoch = 1; CREATE TABLE journal_2023111422 (LIKE journal_template INCLUDING ALL) WITH (toast_tuple_target = 8160)");
        Write(old, 1);
        using (Member next = JoinWhileItWrites(old))
        {
            // It is no member that could be heard, owns what it owned, and gives it up like any other when it is fenced.
            Assert.Empty(next.Ownership.Claim(Member.AllShards, [], "test").Shards);
            NodeRow row = next.Ownership.Beat(default, -1).Nodes.Single(node => node.Incarnation.Node.Value == 7);
            Assert.Equal((MemberPhase.Up, 0L, 1), (row.Phase, row.Beat, row.Level));
            // What was there when the column came is the node's that brought it; what came later is of whoever wrote it.
            Assert.InRange(next.ReadOutbox(1000).Count, 1, int.Parse(server.Ask(_database, "SELECT count(*) - 1 FROM outbox"), System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(FenceOutcome.Done, next.Ownership.Fence(row.Incarnation, "upgrade"));
            using NpgsqlConnection reconnected = Connections.Open($"{_database};Application Name=sbc/7/1");
            Assert.Equal("SB001", Assert.Throws<PostgresException>(() => Write(reconnected, 0)).SqlState);
            Assert.Equal(256, next.Ownership.Claim(Member.AllShards, [], "test").Shards.Length);
        }

        // What it left in the outbox is its own again when it comes back as a newer program.
        using Member again = Member.Join(_database, 7);
        Assert.NotEmpty(again.ReadOutbox(1000));
    }

    [Fact]
    public void A_newer_schema_is_worked_with_if_it_says_that_this_version_may()
    {
        Member.Join(_database, 1).Dispose();
        string version = server.Ask(_database, "SELECT version FROM schema_version");
        server.Ask(_database, "UPDATE schema_version SET version = version + 1");
        Member.Join(_database, 1).Dispose();
        Assert.Equal($"{int.Parse(version, System.Globalization.CultureInfo.InvariantCulture) + 1}", server.Ask(_database, "SELECT version FROM schema_version"));
        server.Ask(_database, "UPDATE schema_version SET compatible_from = version");
        Assert.Contains("start the newer program", Assert.Throws<JournalException>(() => Member.Join(_database, 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>However it ends, nothing is under way on the connection any more.</summary>
    private Member JoinWhileItWrites(NpgsqlConnection old)
    {
        using var enough = new CancellationTokenSource();
        Task<int> writing = Task.Run(() => WriteUntil(old, enough.Token));
        Member? next = null;
        try
        {
            next = Member.Join(_database, 2);
            WaitFor("SELECT count(*) > 0 FROM outbox WHERE node = 7");
            enough.Cancel();
            Assert.True(writing.GetAwaiter().GetResult() >= 1);
            return next;
        }
        catch
        {
            enough.Cancel();
            ((IAsyncResult)writing).AsyncWaitHandle.WaitOne();
            next?.Dispose();
            throw;
        }
    }

    private void WaitFor(string condition) => Assert.True(SpinWait.SpinUntil(() => server.Ask(_database, condition) == "t", TimeSpan.FromSeconds(20)), condition);

    private static int WriteUntil(NpgsqlConnection connection, CancellationToken enough)
    {
        int written = 0;
        while (!enough.IsCancellationRequested)
        {
            Write(connection, 2 + written++);
        }

        return written;
    }

    private static void Write(NpgsqlConnection connection, int number)
    {
        using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock_shared(21314, 7)"),
                new NpgsqlBatchCommand("SELECT require_ownership(7, 1, '{5}', '{1}')"),
                new NpgsqlBatchCommand($"UPDATE last_batch SET batch = {number} WHERE node_id = 7 AND incarnation = 1"),
                new NpgsqlBatchCommand($"INSERT INTO live_actor (actor, shard_id, bucket, life, first_seq) VALUES ('a{number}', 5, 2023111422, {number}, 1)"),
                new NpgsqlBatchCommand($"INSERT INTO journal_2023111422 (actor, life, seq, shard_id, epoch, node, incarnation, at, payload) VALUES ('a{number}', {number}, 1, 5, 1, 7, 1, 0, 'p')"),
                new NpgsqlBatchCommand("INSERT INTO outbox (shard_id, payload) SELECT * FROM unnest('{5}'::smallint[], '{record}'::bytea[])"),
            },
        };
        batch.ExecuteNonQuery();
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
