using System.Globalization;
using System.Text;
using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>A connection breaks in the middle of a commit: its fate is found out, and each batch happens exactly once.</summary>
[Collection(OnePostgres.Name)]
public sealed class DoubtfulCommitTests : IDisposable
{
    private static readonly ShardId[] AllShards = [.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))];

    private readonly PostgresServer _server;
    private readonly string _connection;
    private readonly Cut _cut;
    private readonly Member _journal;
    private readonly JournalClaim _claim;

    public DoubtfulCommitTests(PostgresServer server)
    {
        _server = server;
        _connection = server.NewDatabase();
        _cut = new Cut(server.Port);
        string through = _connection.Replace(string.Create(CultureInfo.InvariantCulture, $"Port={server.Port}"), string.Create(CultureInfo.InvariantCulture, $"Port={_cut.Port}"), StringComparison.Ordinal);
        _journal = Member.Join(new PostgresOptions(through, Node: 1, AllowSingle: true) { TryFor = TimeSpan.FromSeconds(10) });
        _claim = _journal.Claim(AllShards);
        Assert.IsType<AppendResult.Appended>(Append("before").Wait());
    }

    public void Dispose()
    {
        _journal.Dispose();
        _cut.Dispose();
    }

    [Fact]
    public void A_commit_whose_answer_was_lost_happened_once()
    {
        _cut.Lose(Cut.Direction.Answers, "marked"u8.ToArray());
        TestBatch marked = Append("marked");
        Assert.IsType<AppendResult.Appended>(marked.Wait());
        Assert.True(_cut.Happened.Wait(0), "the wire was not cut");
        AssertStored("before", "marked");
    }

    /// <summary>It has its mark to tell its fate by.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_commit_without_rows_happens_once(bool arrives)
    {
        _cut.Lose(arrives ? Cut.Direction.Answers : Cut.Direction.Requests, "marked"u8.ToArray());
        Assert.IsType<AppendResult.Appended>(Append("marked", forget: true).Wait());
        Assert.True(_cut.Happened.Wait(0), "the wire was not cut");
        using Member next = Member.Join(new PostgresOptions(_connection, Node: 1, AllowSingle: true));
        Assert.Empty(next.Load(new ActorId(new ActorKind(1), 1)));
        Assert.Equal(["before", "marked"], next.ReadOutbox(10).Select(row => Encoding.UTF8.GetString(row.Payload.Span)));
    }

    [Fact]
    public void A_commit_that_never_arrived_is_sent_again()
    {
        _cut.Lose(Cut.Direction.Requests, "marked"u8.ToArray());
        Assert.IsType<AppendResult.Appended>(Append("marked").Wait());
        Assert.True(_cut.Happened.Wait(0), "the wire was not cut");
        AssertStored("before", "marked");
    }

    [Fact]
    public void A_session_that_is_still_at_work_is_ended_before_its_batch_is_sent_again()
    {
        // The commit waits for the lock of its node; meanwhile its connection breaks. Were it only sent again, both could happen.
        using NpgsqlConnection holder = Connections.Open(_connection);
        using NpgsqlTransaction holding = holder.BeginTransaction();
        Run(holder, "SELECT pg_advisory_xact_lock(21314, 1)");
        TestBatch marked = Append("marked");
        WaitFor(holder, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 21314 AND NOT granted");
        int first = (int)Ask(holder, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 21314 AND NOT granted")!;
        Run(holder, $"SELECT pg_terminate_backend({first})");
        WaitFor(holder, $"SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 21314 AND NOT granted AND pid <> {first}");
        holding.Commit();
        Assert.IsType<AppendResult.Appended>(marked.Wait());
        AssertStored("before", "marked");
    }

    private TestBatch Append(string text, bool forget = false)
    {
        long sequence = text == "before" ? 1 : 2;
        byte[] payload = Encoding.UTF8.GetBytes(text);
        var batch = new TestBatch(new JournalEntry(new ActorId(new ActorKind(1), 1), sequence, _claim.Fences[0], new Instant(1_700_000_000_000), payload, false, forget, payload));
        _journal.Append(batch);
        return batch;
    }

    private void AssertStored(params string[] texts)
    {
        using Member next = Member.Join(new PostgresOptions(_connection, Node: 1, AllowSingle: true));
        Assert.Equal(texts, next.Load(new ActorId(new ActorKind(1), 1)).Select(row => Encoding.UTF8.GetString(row.Payload.Span)));
        Assert.Equal(texts, next.ReadOutbox(10).Select(row => Encoding.UTF8.GetString(row.Payload.Span)));
    }

    private static void WaitFor(NpgsqlConnection connection, string condition)
    {
        long began = Environment.TickCount64;
        while (Ask(connection, condition) is not true)
        {
            Assert.True(Environment.TickCount64 - began < 10_000, condition);
            Thread.Yield();
        }
    }

    private static object? Ask(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    private static void Run(NpgsqlConnection connection, string sql) => Ask(connection, sql);
}
