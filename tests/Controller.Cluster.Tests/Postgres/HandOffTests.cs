using System.Collections.Concurrent;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>Shards change hands while their owner writes to them as fast as it can: what the next owner reads is all that is ever there of the old epoch.</summary>
[Collection(OnePostgres.Name)]
public sealed class HandOffTests(PostgresServer server, ITestOutputHelper output)
{
    private const int Shards = 8, Rounds = 6, AtOnce = 16;

    private readonly string _database = server.NewDatabase();

    [Fact]
    public void Nothing_of_the_old_epoch_appears_after_a_hand_off()
    {
        using Member first = Member.Join(_database, 1), second = Member.Join(_database, 2);
        Dictionary<ShardId, Fence> held = first.Claim(Member.AllShards[..Shards]).Fences.ToDictionary(fence => fence.Shard);
        Dictionary<ShardId, long> sequences = held.Keys.ToDictionary(shard => shard, _ => 0L);
        (Member Owner, Member Next) sides = (first, second);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            refused += HandOver(sides.Owner, sides.Next, held, sequences);
            sides = (sides.Next, sides.Owner);
        }

        output.WriteLine($"{sequences.Values.Sum()} rows in {Rounds * Shards} hand-offs, {refused} refused behind them");
        Assert.True(refused > 0, "no write ever met a hand-off");
    }

    private static int HandOver(Member owner, Member next, Dictionary<ShardId, Fence> held, Dictionary<ShardId, long> sequences)
    {
        using var writing = new CountdownEvent(Shards);
        var acknowledged = new ConcurrentDictionary<ShardId, long>();
        Task<int>[] writers = [.. held.Values.Select(fence => Task.Factory.StartNew(
            () => WriteUntilFenced(owner, fence, sequences[fence.Shard], acknowledged, writing), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Assert.True(writing.Wait(TimeSpan.FromSeconds(60)));
        var read = new Dictionary<ShardId, List<long>>();
        foreach (Fence fence in held.Values.ToArray())
        {
            held[fence.Shard] = owner.Ownership.HandOff(next.Owner, [fence], []).Shards.Single();
            read[fence.Shard] = Recover(next, fence.Shard);
        }

        Task.WaitAll(writers);
        owner.Forget([.. held.Keys]);
        foreach ((ShardId shard, List<long> rows) in read)
        {
            Assert.Equal(rows, Recover(next, shard));
            Assert.Equal(Enumerable.Range(1, rows.Count).Select(n => (long)n), rows);
            Assert.True(acknowledged[shard] <= rows.Count, $"shard {shard}: {acknowledged[shard]} acknowledged, {rows.Count} there");
            sequences[shard] = rows.Count;
        }

        return writers.Sum(writer => writer.Result);
    }

    /// <returns>How many were refused.</returns>
    private static int WriteUntilFenced(Member owner, Fence fence, long last, ConcurrentDictionary<ShardId, long> acknowledged, CountdownEvent writing)
    {
        acknowledged[fence.Shard] = last;
        bool first = true;
        while (true)
        {
            TestBatch[] batches = [.. Enumerable.Range(1, AtOnce).Select(i => new TestBatch(Entry(fence, last + i)))];
            Array.ForEach(batches, owner.Append);
            AppendResult[] results = [.. batches.Select(batch => batch.Wait())];
            last += results.TakeWhile(result => result is AppendResult.Appended).Count();
            acknowledged[fence.Shard] = last;
            if (first)
            {
                first = false;
                writing.Signal();
            }

            int refused = results.Count(result => result is AppendResult.Fenced);
            Assert.All(results, result => Assert.True(result is AppendResult.Appended or AppendResult.Fenced, $"{result}"));
            if (refused > 0)
            {
                return refused;
            }
        }
    }

    private static List<long> Recover(Member member, ShardId shard)
    {
        var sequences = new List<long>();
        member.Recover([shard], row => sequences.Add(row.Sequence));
        return sequences;
    }

    private static JournalEntry Entry(Fence fence, long sequence) =>
        new(new ActorId(new ActorKind(1), new UInt128((ulong)fence.Shard.Value << 48, 1)), sequence, fence, new Instant(1_700_000_000_000), "row"u8.ToArray(), false, false, default);
}
