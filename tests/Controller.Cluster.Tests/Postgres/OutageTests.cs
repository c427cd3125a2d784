using System.Text;
using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>The server is killed and comes back while batches are written: what was acknowledged is there, once, and writing goes on by itself.</summary>
public sealed class OutageTests(ITestOutputHelper output) : IDisposable
{
    private static readonly ShardId[] AllShards = [.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))];

    private readonly PostgresServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_killed_server_loses_nothing_that_was_acknowledged()
    {
        string connection = _server.NewDatabase();
        var acknowledged = new List<string>();
        using (Member journal = Member.Join(new PostgresOptions(connection, Node: 1, AllowSingle: true) { TryFor = TimeSpan.FromSeconds(20) }))
        {
            JournalClaim claim = journal.Claim(AllShards);
            for (int kill = 0; kill < 3; kill++)
            {
                TestBatch[] batches = [.. Enumerable.Range(0, 200).Select(i => new TestBatch(Entry(claim, (kill * 200) + i)))];
                for (int i = 0; i < batches.Length; i++)
                {
                    journal.Append(batches[i]);
                    if (i == 100)
                    {
                        batches[50].Wait();
                        _server.Kill();
                    }
                }

                _server.Start();
                for (int i = 0; i < batches.Length; i++)
                {
                    Assert.IsType<AppendResult.Appended>(batches[i].Wait());
                    acknowledged.Add(Text((kill * 200) + i));
                }
            }
        }

        using Member after = Member.Join(new PostgresOptions(connection, Node: 1, AllowSingle: true));
        var found = new List<string>();
        after.Recover(AllShards, row => found.Add(Encoding.UTF8.GetString(row.Payload.Span)));
        output.WriteLine($"{acknowledged.Count} batches over 3 kills");
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal(acknowledged, after.ReadOutbox(1000).Select(row => Encoding.UTF8.GetString(row.Payload.Span)));
    }

    [Fact]
    public void A_server_that_stays_away_fails_the_batch_with_one_line_and_the_next_may_succeed()
    {
        string connection = _server.NewDatabase();
        using Member journal = Member.Join(new PostgresOptions(connection, Node: 1, AllowSingle: true) { TryFor = TimeSpan.FromSeconds(2) });
        JournalClaim claim = journal.Claim(AllShards);
        Assert.IsType<AppendResult.Appended>(Append(journal, Entry(claim, 1)));
        _server.Kill();

        string reason = Assert.IsType<AppendResult.Failed>(Append(journal, Entry(claim, 2))).Reason;
        Assert.StartsWith($"PostgreSQL at 127.0.0.1:{_server.Port} cannot be reached", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
        Assert.Throws<JournalException>(() => journal.Load(Entry(claim, 1).Actor));

        _server.Start();
        Assert.IsType<AppendResult.Appended>(Append(journal, Entry(claim, 2)));
        Assert.Single(journal.Load(Entry(claim, 2).Actor));
    }

    private static AppendResult Append(Member journal, JournalEntry entry)
    {
        var batch = new TestBatch(entry);
        journal.Append(batch);
        return batch.Wait();
    }

    private static JournalEntry Entry(JournalClaim claim, int number)
    {
        byte[] payload = Encoding.UTF8.GetBytes(Text(number));
        int shard = number % 256;
        return new JournalEntry(
            new ActorId(new ActorKind(1), new UInt128((ulong)shard << 48, (ulong)number)), 1, claim.Fences[shard], new Instant(1_700_000_000_000 + number), payload, false, false, payload);
    }

    private static string Text(int number) => $"row {number:0000}";
}
