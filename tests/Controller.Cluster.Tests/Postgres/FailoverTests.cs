using System.Diagnostics;
using System.Globalization;
using System.Text;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>
/// The database's host is lost and its synchronous standby promoted (failover.md section 2.4): what was acknowledged is there, fences included, and the nodes go
/// on without anybody's hands.
/// </summary>
public sealed class FailoverTests(ITestOutputHelper output) : IDisposable
{
    private readonly PostgresServer _primary = new();
    private PostgresServer? _standby;

    public void Dispose()
    {
        _standby?.Dispose();
        _primary.Dispose();
    }

    [Fact]
    public void Nothing_acknowledged_is_lost_when_the_standby_takes_over()
    {
        string database = _primary.NewDatabase().Split("Database=")[1];
        _standby = _primary.SynchronousStandby();
        // The standby first: whoever connects finds the one that can be written.
        string both = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{_standby.Port},127.0.0.1:{_primary.Port};Username=controller;Database={database}");
        using Member first = Member.Join(new PostgresOptions(both, 1)), second = Member.Join(new PostgresOptions(both, 2)), third = Member.Join(new PostgresOptions(both, 3));
        IReadOnlyList<Fence> held = first.Claim(Member.AllShards[..128]).Fences;
        IReadOnlyList<Fence> others = second.Claim(Member.AllShards[128..]).Fences;
        third.Ownership.Claim([], ["10.9.0.10/24"], "test");
        Assert.Equal(FenceOutcome.Done, first.Ownership.Fence(third.Owner, "just before"));

        TestBatch[] batches = [.. Enumerable.Range(0, 400).Select(i => new TestBatch(Entry(held[i % 128], i)))];
        for (int i = 0; i < 200; i++)
        {
            first.Append(batches[i]);
        }

        batches[100].Wait();
        _primary.Kill();
        for (int i = 200; i < 400; i++)
        {
            first.Append(batches[i]);
        }

        Assert.Throws<JournalException>(() => first.Ownership.Beat(default, -1));
        long promoted = Stopwatch.GetTimestamp();
        _standby.Promote();
        Assert.All(batches, batch => Assert.IsType<AppendResult.Appended>(batch.Wait()));
        output.WriteLine($"all acknowledged {Stopwatch.GetElapsedTime(promoted).TotalMilliseconds:F0} ms after the promotion was asked for");
        ClusterView view = Persist(() => first.Ownership.Beat(default, -1));
        output.WriteLine($"heartbeats {Stopwatch.GetElapsedTime(promoted).TotalMilliseconds:F0} ms after it");
        Assert.True(view.Nodes[2].Fenced, "the fence was lost");
        Assert.Equal(held.Concat(others), view.Shards.Select(shard => new Fence(shard.Shard, shard.Epoch)));
        Assert.Throws<FencedException>(() => Persist(() => third.Ownership.Beat(default, -1)));

        // Ownership goes on as well, and what is taken over is complete.
        Assert.Equal(FenceOutcome.Done, Persist(() => second.Ownership.Fence(first.Owner, "test")));
        Assert.Equal(128, second.Ownership.Claim(Member.AllShards[..128], ["10.9.0.10/24"], "test").Shards.Length);
        var found = new List<string>();
        second.Recover(Member.AllShards, row => found.Add(Encoding.UTF8.GetString(row.Payload.Span)));
        Assert.Equal(Enumerable.Range(0, 400).Select(Text).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_standby_that_is_waited_for_a_node_does_not_start_unless_told_so()
    {
        string alone = _primary.NewDatabase();
        Assert.Contains("synchronous_standby_names is empty", Refusal(alone), StringComparison.Ordinal);
        _standby = _primary.SynchronousStandby();
        using (Member.Join(new PostgresOptions(alone, 1)))
        {
        }

        foreach (string careless in new[] { "off", "local" })
        {
            _primary.Ask(alone, $"ALTER ROLE controller SET synchronous_commit = {careless}");
            Assert.Contains($"synchronous_commit = {careless} for this role", Refusal(alone), StringComparison.Ordinal);
        }

        Member.Join(alone, 1).Dispose();
    }

    private static string Refusal(string database)
    {
        string line = Assert.Throws<JournalException>(() => Member.Join(new PostgresOptions(database, 1))).Message;
        Assert.DoesNotContain('\n', line);
        Assert.Contains("controller.journal.postgres.allow-single = true", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>As a node does: what has no answer is asked again.</summary>
    private static T Persist<T>(Func<T> question)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return question();
            }
            catch (JournalException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20))
            {
                // Again.
            }
        }
    }

    private static JournalEntry Entry(Fence fence, int number)
    {
        var actor = new ActorId(new ActorKind(1), new UInt128((ulong)fence.Shard.Value << 48, (ulong)number));
        return new JournalEntry(actor, 1, fence, new Instant(1_700_000_000_000), Encoding.UTF8.GetBytes(Text(number)), false, false, default);
    }

    private static string Text(int number) => $"row {number:0000}";
}
