using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Cluster.Tests.Sqlite;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>Who may write: join, fence, claim, hand-off, barrier (failover.md section 4.2), on a real server.</summary>
[Collection(OnePostgres.Name)]
public sealed class OwnershipTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private static readonly ShardId[] AllShards = [.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))];

    private readonly string _database = server.NewDatabase();
    private readonly SemaphoreSlim _written = new(0);

    public void Dispose() => _written.Dispose();

    [Fact]
    public void A_restarted_node_fences_the_run_before()
    {
        using Member old = Open(1);
        JournalClaim held = old.Claim(AllShards);
        Assert.IsType<AppendResult.Appended>(Append(old, held, 1));
        using Member next = Open(1);

        Assert.IsType<AppendResult.Fenced>(Append(old, held, 2));
        Assert.IsType<AppendResult.Appended>(Append(next, next.Claim(AllShards), 2));
        Assert.IsType<AppendResult.Fenced>(Append(old, held, 3));
    }

    [Fact]
    public void A_live_node_keeps_its_shards_and_a_fenced_one_loses_them_all()
    {
        using Member first = Open(1), second = Open(2);
        JournalClaim held = first.Claim(AllShards);
        Assert.Empty(second.Claim(AllShards).Fences);
        Assert.IsType<AppendResult.Appended>(Append(first, held, 1));

        using NpgsqlConnection connection = Connections.Open(_database);
        Assert.Equal(FenceOutcome.Done, Ownership.Fence(connection, first.Owner, second.Owner, "silence"));
        Assert.Equal(FenceOutcome.Before, Ownership.Fence(connection, first.Owner, second.Owner, "silence"));
        Assert.IsType<AppendResult.Fenced>(Append(first, held, 2));
        JournalClaim taken = second.Claim(AllShards);
        Assert.All(taken.Fences, fence => Assert.Equal(held.Fences[fence.Shard.Value].Epoch.Next, fence.Epoch));
        Assert.IsType<AppendResult.Appended>(Append(second, taken, 2));
    }

    [Fact]
    public void A_shard_handed_over_is_the_others_and_the_rest_stays()
    {
        using Member first = Open(1), second = Open(2);
        JournalClaim held = first.Claim(AllShards);
        using NpgsqlConnection connection = Connections.Open(_database);
        IReadOnlyList<Fence> moved = Ownership.HandOff(connection, first.Owner, second.Owner, [held.Fences[7], held.Fences[9]], []).Shards;

        Assert.Equal([7, 9], moved.Select(fence => fence.Shard.Value));
        Assert.Empty(Ownership.HandOff(connection, first.Owner, second.Owner, [held.Fences[7]], []).Shards);
        Assert.IsType<AppendResult.Fenced>(Append(first, held, 1, shard: 7));
        Assert.IsType<AppendResult.Appended>(Append(first, held, 1, shard: 8));
        Ownership.Barrier(connection, second.Owner, moved);
        Ownership.Barrier(connection, first.Owner, [held.Fences[8]]);
        Assert.Equal("SB002", Assert.Throws<PostgresException>(() => Ownership.Barrier(connection, first.Owner, [held.Fences[7], held.Fences[8]])).SqlState);
        Ownership.Fence(connection, first.Owner, second.Owner, "test");
        Assert.Equal("SB001", Assert.Throws<PostgresException>(() => Ownership.Barrier(connection, first.Owner, [])).SqlState);
        Assert.Equal("SB001", Assert.Throws<PostgresException>(() => Ownership.Claim(connection, first.Owner, AllShards, [], "test")).SqlState);
    }

    /// <summary>A process that stands still inside a transaction holds its lock for ever: the fence ends its sessions first.</summary>
    [Fact]
    public void A_writer_that_stands_still_does_not_hold_up_the_fence()
    {
        using Member first = Open(1), second = Open(2);
        using Process writer = ChildProcess.Start("lock", $"{_database};Application Name={first.Owner.SessionName}", "1");
        try
        {
            Assert.Equal("locked", writer.StandardOutput.ReadLine());
            using Process stop = Process.Start("kill", ["-STOP", writer.Id.ToString(CultureInfo.InvariantCulture)]);
            stop.WaitForExit();
            long began = Stopwatch.GetTimestamp();
            Assert.Equal(FenceOutcome.Done, second.Ownership.Fence(first.Owner, "silence"));
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            output.WriteLine($"fenced after {took.TotalMilliseconds:F0} ms");
            Assert.True(took < TimeSpan.FromSeconds(1), $"{took}");
        }
        finally
        {
            writer.Kill();
        }
    }

    /// <summary>failover.md 0.3: row locks starve the fencer (4.35 s at 16 writers); the advisory lock queues first come, first served.</summary>
    [Fact]
    public void Sixteen_writers_do_not_starve_the_fence()
    {
        var took = new List<TimeSpan>();
        for (int round = 0; round < 5; round++)
        {
            using Member first = Open(1), second = Open(2);
            took.Add(FenceBesideWriters(first, second));
        }

        took.Sort();
        output.WriteLine($"fenced beside 16 writers after {string.Join(", ", took.Select(time => $"{time.TotalMilliseconds:F0}"))} ms");
        Assert.True(took[^1] < TimeSpan.FromSeconds(1), $"{took[^1]}");
    }

    private TimeSpan FenceBesideWriters(Member first, Member second)
    {
        JournalClaim held = first.Claim(AllShards);
        using var enough = new CancellationTokenSource();
        Thread[] writers = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() => WriteUntilFenced(first.Owner, held, enough.Token)))];
        foreach (Thread writer in writers)
        {
            writer.Start();
        }

        for (int i = 0; i < writers.Length * 5; i++)
        {
            Assert.True(_written.Wait(TimeSpan.FromSeconds(60)));
        }

        long began = Stopwatch.GetTimestamp();
        FenceOutcome fenced = second.Ownership.Fence(first.Owner, "silence");
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        foreach (Thread writer in writers)
        {
            writer.Join();
        }

        Assert.True(fenced == FenceOutcome.Done && !enough.IsCancellationRequested);
        return took;
    }

    private void WriteUntilFenced(Incarnation owner, JournalClaim held, CancellationToken enough)
    {
        using NpgsqlConnection connection = Connections.Open($"{_database};Application Name=writer");
        try
        {
            while (!enough.IsCancellationRequested)
            {
                Ownership.Barrier(connection, owner, held.Fences);
                _written.Release();
            }
        }
        catch (PostgresException fenced) when (fenced.SqlState == "SB001")
        {
            // As it should be.
        }
    }

    private Member Open(int node) => Member.Join(new PostgresOptions(_database, node, AllowSingle: true));

    private static AppendResult Append(Member journal, JournalClaim claim, long sequence, int shard = 0)
    {
        var actor = new ActorId(new ActorKind(1), new UInt128((ulong)shard << 48, 1));
        var batch = new TestBatch(new JournalEntry(actor, sequence, claim.Fences[shard], new Instant(1_700_000_000_000), "x"u8.ToArray(), false, false, default));
        journal.Append(batch);
        return batch.Wait();
    }
}
