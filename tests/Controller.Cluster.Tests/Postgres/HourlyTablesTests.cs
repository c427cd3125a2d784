using System.Text;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>An hourly table and the function that writes into it come and go together, and a commit may have rows in two of them.</summary>
[Collection(OnePostgres.Name)]
public sealed class HourlyTablesTests(PostgresServer server)
{
    private static readonly Instant FirstHour = new(1_700_000_000_000); // 2023-11-14, 22:13:20 UTC
    private static readonly Instant NextHour = new(1_700_003_600_000);
    private static readonly ActorId Early = new(new ActorKind(1), 1);
    private static readonly ActorId Late = new(new ActorKind(1), 2);

    private readonly string _database = server.NewDatabase();

    [Fact]
    public void A_commit_with_rows_in_two_tables_is_one()
    {
        using Member member = Member.Join(_database, 1);
        JournalClaim claim = member.Claim(Member.AllShards);
        Assert.IsType<AppendResult.Appended>(member.Append(Entry(claim, Early, 1, FirstHour)));

        // Early stays where it began.
        Append(member, Entry(claim, Early, 2, NextHour), Entry(claim, Late, 1, NextHour));
        Append(member, Entry(claim, Early, 3, NextHour) with { Outbox = "record"u8.ToArray() }, Entry(claim, Late, 2, NextHour));
        Assert.Equal(["1", "2", "3"], Texts(member, Early));
        Assert.Equal(["1", "2"], Texts(member, Late));
        Assert.Equal("3", server.Ask(_database, "SELECT count(*) FROM journal_2023111422"));
        Assert.Single(member.ReadOutbox(10));

        // Another claim of the node's own: what is refused is in neither.
        member.Ownership.Claim([Early.ShardOf(256)], [], "test");
        var refused = new TestBatch(Entry(claim, Late, 3, NextHour), Entry(claim, Early, 4, NextHour));
        member.Append(refused);
        Assert.IsType<AppendResult.Fenced>(refused.Wait());
        Assert.Equal(["1", "2", "3"], Texts(member, Early));
        Assert.Equal(["1", "2"], Texts(member, Late));
    }

    [Fact]
    public void A_commit_may_have_rows_in_more_tables_than_statements_are_kept_prepared()
    {
        const int Hours = 40;
        using Member member = Member.Join(_database, 1);
        JournalClaim claim = member.Claim(Member.AllShards);
        ActorId[] actors = [.. Enumerable.Range(0, Hours).Select(hour => new ActorId(new ActorKind(1), (UInt128)hour))];
        for (int hour = 0; hour < Hours; hour++)
        {
            Append(member, Entry(claim, actors[hour], 1, new Instant(FirstHour.Milliseconds + (hour * 3_600_000L))));
        }

        for (int sequence = 2; sequence < 4; sequence++)
        {
            Append(member, [.. actors.Select(actor => Entry(claim, actor, sequence, NextHour))]);
        }

        Assert.All(actors, actor => Assert.Equal(["1", "2", "3"], Texts(member, actor)));
    }

    [Fact]
    public void A_commit_that_no_buffer_holds_is_one_all_the_same()
    {
        using Member member = Member.Join(_database, 1);
        JournalClaim claim = member.Claim(Member.AllShards);
        byte[] payload = new byte[8000];
        new Random(7).NextBytes(payload);
        Append(member, [.. Enumerable.Range(1, 2000).Select(sequence => Entry(claim, Early, sequence, FirstHour) with { Payload = payload })]);
        IReadOnlyList<JournalRow> rows = member.Load(Early);
        Assert.Equal(2000, rows.Count);
        Assert.All(rows, row => Assert.True(row.Payload.Span.SequenceEqual(payload)));
    }

    [Fact]
    public void A_table_that_a_program_made_that_knew_of_no_function_is_written_like_any_other()
    {
        using Member member = Member.Join(_database, 1);
        server.Ask(_database, "CREATE TABLE journal_2023111422 (LIKE journal_template INCLUDING ALL) WITH (toast_tuple_target = 8160)");
        Assert.IsType<AppendResult.Appended>(member.Append(Entry(member.Claim(Member.AllShards), Early, 1, FirstHour)));
        Assert.Equal(["1"], Texts(member, Early));
    }

    [Fact]
    public void What_is_dropped_is_dropped_with_its_function()
    {
        using Member member = Member.Join(_database, 1);
        JournalClaim claim = member.Claim(Member.AllShards);
        member.Append(Entry(claim, Early, 1, FirstHour));
        member.Append(Entry(claim, Early, 2, FirstHour) with { Forget = true });
        Assert.IsType<AppendResult.Appended>(member.Append(Entry(claim, Late, 1, new Instant(FirstHour.Milliseconds + (3 * 3_600_000)))));
        Assert.Equal("journal_2023111501", server.Ask(_database, "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'r' AND relname ~ '^journal_[0-9]'"));
        Assert.Equal("commit_journal_2023111501", server.Ask(_database, "SELECT string_agg(proname, ' ') FROM pg_proc WHERE proname ~ '_journal_[0-9]'"));
    }

    private static void Append(Member member, params JournalEntry[] entries)
    {
        var batch = new TestBatch(entries);
        member.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());
    }

    private static JournalEntry Entry(JournalClaim claim, ActorId actor, long sequence, Instant at) =>
        new(actor, sequence, claim.Fences.Single(fence => fence.Shard == actor.ShardOf(256)), at, Encoding.UTF8.GetBytes($"{sequence}"), false, false, default);

    private static IEnumerable<string> Texts(Member member, ActorId actor) => member.Load(actor).Select(row => Encoding.UTF8.GetString(row.Payload.Span));
}
