using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>failover.md section 2.9: whatever stands still, no call of the arbiter's hangs, and none leaves a lock behind.</summary>
[Collection(OnePostgres.Name)]
public sealed class BoundedTimeTests(PostgresServer server)
{
    private readonly string _database = server.NewDatabase();

    [Fact]
    public void Heartbeats_go_on_while_the_write_path_waits()
    {
        // The locks are held until all beats are through: one that waited for them would never be. A machine that stands still for a second is another matter.
        using Member first = Member.Join(new PostgresOptions(_database, 1, AllowSingle: true) { BeatWithin = TimeSpan.FromSeconds(10) });
        Fence held = first.Claim([new ShardId(1)]).Fences[0];
        using NpgsqlConnection holder = Connections.Open(_database);
        using NpgsqlTransaction holding = holder.BeginTransaction();
        Run(holder, "SELECT pg_advisory_xact_lock(21314, 1), pg_advisory_xact_lock(21315, 2)");
        var waiting = new TestBatch(Entry(held, 1));
        first.Append(waiting);
        Task claim = Task.Run(() => first.Ownership.Claim([new ShardId(2)], [], "test"));
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, first.Ownership.Beat(default, -1).Nodes[0].Beat);
        }

        Assert.Equal(0, waiting.Completions);
        // The claim gives up behind the lock, definitely undone, and does not keep the writer waiting.
        Assert.Contains("55P03", Assert.Throws<JournalException>(claim.GetAwaiter().GetResult).Message, StringComparison.Ordinal);
        holding.Commit();
        Assert.IsType<AppendResult.Appended>(waiting.Wait());
        Assert.Single(first.Ownership.Claim([new ShardId(2)], [], "test").Shards);
    }

    [Fact]
    public void A_heartbeat_that_has_no_answer_is_given_up_and_the_next_one_goes_on()
    {
        using Member first = Member.Join(_database, 1);
        first.Ownership.Beat(default, -1);
        using NpgsqlConnection observer = Connections.Open(_database);
        Stopped(observer, first, "COMMIT", () =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Contains("no answer within", Assert.Throws<JournalException>(() => first.Ownership.Beat(default, -1)).Message, StringComparison.Ordinal);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"{watch.Elapsed}");
            Assert.Equal(3, first.Ownership.Beat(default, -1).Nodes[0].Beat);
        });

        // What had been abandoned comes to pass late, and does not set the count back.
        Assert.Equal(4, first.Ownership.Beat(default, -1).Nodes[0].Beat);
    }

    [Fact]
    public void A_session_that_does_not_answer_is_left_for_another_and_ended()
    {
        using Member first = Member.Join(_database, 1);
        first.Ownership.Enter(MemberPhase.Up);
        using NpgsqlConnection observer = Connections.Open(_database);
        Stopped(observer, first, "%feature_level%", () =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Single(first.Ownership.Claim([new ShardId(1)], [], "test").Shards);
            Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        });
        using var sessions = new NpgsqlCommand($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{first.Owner.SessionName}'", observer);
        // The reader's, the writer's, which is opened at joining, and the one that claims: the one that stood still has been told to end, and does.
        Assert.True(SpinWait.SpinUntil(() => sessions.ExecuteScalar() is 3L, TimeSpan.FromSeconds(10)));
    }

    /// <summary>Nobody waits for a node that joins: no connection that it makes then is held to the second that one on the path of a call is.</summary>
    [Fact]
    public void A_server_that_is_slow_to_accept_is_joined()
    {
        string slow = $"{_database};Options=-c post_auth_delay=2"; // Seconds, of each connection.
        using PostgresCluster joined = PostgresCluster.Join(new PostgresOptions(slow, 1, AllowSingle: true), Member.Ordinary);
        Assert.Null(joined.Versions.Newest());
        Assert.Equal(32, joined.Secret.Length);
    }

    /// <summary>The server's process of the session whose last statement was this one stands still meanwhile.</summary>
    private static void Stopped(NpgsqlConnection observer, Member member, string last, Action action)
    {
        using var which = new NpgsqlCommand($"SELECT pid FROM pg_stat_activity WHERE application_name = '{member.Owner.SessionName}' AND query LIKE '{last}'", observer);
        int process = (int)which.ExecuteScalar()!;
        Signal(process, "STOP");
        try
        {
            action();
        }
        finally
        {
            Signal(process, "CONT");
        }
    }

    private static void Signal(int process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static JournalEntry Entry(Fence fence, long sequence) =>
        new(new ActorId(new ActorKind(1), new UInt128((ulong)fence.Shard.Value << 48, 1)), sequence, fence, new Instant(1_700_000_000_000), "row"u8.ToArray(), false, false, default);
}
