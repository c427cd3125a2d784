using System.Diagnostics;
using System.Text;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>Shards come and go while a node writes: what comes is read back fast and completely, and nothing stale is remembered of what went.</summary>
[Collection(OnePostgres.Name)]
public sealed class RecoveryTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly ShardId Seven = new(7), Nine = new(9);

    private readonly string _database = server.NewDatabase();

    [Fact]
    public void A_shard_that_comes_back_is_known_as_the_other_node_left_it()
    {
        using Member first = Member.Join(_database, 1), second = Member.Join(_database, 2);
        IReadOnlyList<Fence> held = first.Claim([Seven, Nine]).Fences;
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held[0], 1)));
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held[1], 1)));

        Fence there = first.Ownership.HandOff(second.Owner, [held[0]], []).Shards.Single();
        first.Forget([Seven]);
        Assert.Equal([1L], Recovered(second, Seven));
        Assert.IsType<AppendResult.Appended>(second.Append(Entry(there, 2)));
        Assert.IsType<AppendResult.Appended>(second.Append(Entry(there, 3)));

        Fence back = second.Ownership.HandOff(first.Owner, [there], []).Shards.Single();
        second.Forget([Seven]);
        Assert.Equal([1L, 2L, 3L], Recovered(first, Seven));
        Assert.IsType<AppendResult.SequenceConflict>(first.Append(Entry(back, 2)));
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(back, 4)));
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held[1], 2)));
    }

    [Fact]
    public void An_actor_that_ended_elsewhere_may_begin_again_here()
    {
        using Member first = Member.Join(_database, 1), second = Member.Join(_database, 2);
        Fence held = first.Claim([Seven]).Fences[0];
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held, 1)));
        Fence there = first.Ownership.HandOff(second.Owner, [held], []).Shards.Single();
        Assert.Equal([1L], Recovered(second, Seven));
        Assert.IsType<AppendResult.Appended>(second.Append(Entry(there, 2) with { Forget = true }));

        // Without a word to the journal that it went: what is recovered replaces what was known.
        Fence back = second.Ownership.HandOff(first.Owner, [there], []).Shards.Single();
        Assert.Empty(Recovered(first, Seven));
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(back, 1)));
        Assert.Equal([1L], Recovered(first, Seven));
    }

    [Fact]
    public void What_is_forgotten_is_not_known()
    {
        using Member first = Member.Join(_database, 1);
        Fence held = first.Claim([Seven]).Fences[0];
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held, 1)));
        first.Forget([Seven, Nine]);
        Assert.IsType<AppendResult.SequenceConflict>(first.Append(Entry(held, 2)));
        Assert.Equal([1L], Recovered(first, Seven));
        Assert.IsType<AppendResult.Appended>(first.Append(Entry(held, 2)));
    }

    /// <summary>While a commit of other shards has no answer, shards that come are read and known before the next batch.</summary>
    [Fact]
    public void Shards_are_recovered_while_the_writer_waits()
    {
        using Member first = Member.Join(_database, 1), second = Member.Join(_database, 2);
        Fence nine = first.Claim([Nine]).Fences[0], seven = second.Claim([Seven]).Fences[0];
        Assert.IsType<AppendResult.Appended>(second.Append(Entry(seven, 1)));
        Fence come = second.Ownership.HandOff(first.Owner, [seven], []).Shards.Single();
        using NpgsqlConnection holder = Connections.Open(_database);
        using NpgsqlTransaction holding = holder.BeginTransaction();
        using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(21314, 1)", holder))
        {
            hold.ExecuteNonQuery();
        }

        var waiting = new TestBatch(Entry(nine, 1));
        first.Append(waiting);
        Assert.Equal([1L], Recovered(first, Seven));
        var next = new TestBatch(Entry(come, 2));
        first.Append(next);
        Assert.Equal(0, waiting.Completions);
        holding.Commit();
        Assert.IsType<AppendResult.Appended>(waiting.Wait());
        Assert.IsType<AppendResult.Appended>(next.Wait());
    }

    /// <summary>failover.md section 4.4: a survivor of six nodes gets 45 of 256 shards, and the calls in them wait for this.</summary>
    [Fact]
    public void Forty_five_shards_with_a_thousand_actors_are_back_in_half_a_second()
    {
        using Member first = Member.Join(_database, 1);
        first.Claim(Member.AllShards);
        Fill(actors: 5700, rows: 10);
        ShardId[] some = Member.AllShards[100..145];
        (TimeSpan all, int rows) = Enumerable.Range(0, 5).Select(_ => Measure(first, some)).Min();
        (TimeSpan one, _) = Enumerable.Range(0, 5).Select(_ => Measure(first, [Seven])).Min();
        output.WriteLine($"{some.Length} shards, {rows} rows: {all.TotalMilliseconds:F0} ms; one shard: {one.TotalMilliseconds:F1} ms");
        Assert.InRange(rows, 9_500, 10_500);
        Assert.True(all < TimeSpan.FromMilliseconds(500) && one < TimeSpan.FromMilliseconds(100), $"{all}, {one}");
    }

    private static (TimeSpan Took, int Rows) Measure(Member member, ShardId[] shards)
    {
        int rows = 0;
        long began = Stopwatch.GetTimestamp();
        member.Recover(shards, _ => rows++);
        return (Stopwatch.GetElapsedTime(began), rows);
    }

    /// <summary>Actors evenly in all shards, in a table that also has the rows of as many that have ended, and that nobody has analyzed.</summary>
    private void Fill(int actors, int rows)
    {
        using NpgsqlConnection connection = Connections.Open(_database);
        using var fill = new NpgsqlCommand(
            $"""
            CREATE TABLE journal_2030010100 (LIKE journal_template INCLUDING ALL) WITH (toast_tuple_target = 8160, autovacuum_enabled = false);
            INSERT INTO live_actor SELECT decode(lpad(to_hex(1), 2, '0') || '00' || lpad(to_hex(n % 256), 2, '0') || lpad(to_hex(n), 28, '0'), 'hex'), n % 256, 2030010100, n, 1
            FROM generate_series(1, {actors}) AS n;
            INSERT INTO journal_2030010100 SELECT a.actor, l, s, a.shard_id, 1, 1, 1, 0, convert_to(repeat(md5(s::text || a.life), 24), 'UTF8')
            FROM live_actor a, LATERAL (VALUES (a.life), (a.life + 1000000)) AS lives(l), generate_series(1, {rows}) AS s;
            """, connection)
        { CommandTimeout = 60 };
        fill.ExecuteNonQuery();
    }

    private static List<long> Recovered(Member member, ShardId shard)
    {
        var sequences = new List<long>();
        member.Recover([shard], row => sequences.Add(row.Sequence));
        return sequences;
    }

    private static JournalEntry Entry(Fence fence, long sequence)
    {
        var actor = new ActorId(new ActorKind(1), new UInt128((ulong)fence.Shard.Value << 48, 1));
        return new JournalEntry(actor, sequence, fence, new Instant(1_700_000_000_000), Encoding.UTF8.GetBytes($"{sequence}"), false, false, default);
    }
}
