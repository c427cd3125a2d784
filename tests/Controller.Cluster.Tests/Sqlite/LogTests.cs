using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>What a log can get wrong that a table of rows cannot.</summary>
public sealed class LogTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteJournal? _journal;
    private Fence[] _fences = [];

    public void Dispose()
    {
        _journal?.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Actors_that_live_for_ever_among_many_short_ones_do_not_let_it_grow_and_are_read_while_they_are_moved()
    {
        const int Eternal = 200;
        Open();
        for (int i = 0; i < Eternal; i++)
        {
            Append(Entry(Of(i), 1, 700), Entry(Of(1000 + i), 1, 3000));
            Append(Entry(Of(i), 2, 500), End(Of(1000 + i), 2));
        }

        using var stop = new CancellationTokenSource();
        Task<int> reading = Task.Run(() =>
        {
            int reads = 0;
            for (; !stop.IsCancellationRequested; reads++)
            {
                Assert.Equal([(1L, 700), (2L, 500)], Load(Of(reads % Eternal)));
            }

            return reads;
        });

        long early = 0;
        for (int i = 0; i < 6000; i++)
        {
            Append(Entry(Of(5000 + i), 1, 2500), Entry(Of(5000 + i), 2, 1500), i > 0 ? End(Of(4999 + i), 3) : Entry(Of(4999), 1, 10));
            early = i == 2500 ? Slots() : early;
        }

        await stop.CancelAsync();
        long late = Slots();
        output.WriteLine($"{early} slots, then {late}; {await reading} reads meanwhile");
        Assert.InRange(late, 1, early);
        Assert.InRange(late, 1, 1500);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < Eternal; i++)
            {
                Assert.Equal([(1L, 700), (2L, 500)], Load(Of(i)));
            }

            Open();
        }
    }

    [Fact]
    public void A_large_commit_is_moved_in_steps_and_no_commit_is_large_for_it()
    {
        Open();
        Append([.. Enumerable.Range(0, 1500).Select(i => Entry(Of(i), 1, 1000))]);
        Append([.. Enumerable.Range(0, 1499).Select(i => Entry(Of(10_000 + i), 1, 4000))]);
        Append([.. Enumerable.Range(0, 1499).Select(i => End(Of(10_000 + i), 2))]);
        int largest = 0;
        for (int i = 0; i < 3000; i++)
        {
            Append(Entry(Of(20_000), i + 1, 3000) with { Supersedes = true });
            largest = Math.Max(largest, i % 50 == 0 ? LargestSince(3) : 0);
        }

        Assert.InRange(largest, 1, 3);
        Open();
        Assert.Equal([(3000L, 3000)], Load(Of(20_000)));
        for (int i = 0; i < 1500; i += 7)
        {
            Assert.Equal([(1L, 1000)], Load(Of(i)));
        }
    }

    [Fact]
    public void An_actor_that_ended_stays_ended_and_one_that_began_anew_has_its_new_rows_only()
    {
        Open();
        Append(Entry(Of(9), 1, 9));
        for (int life = 1; life < 20; life++)
        {
            Append(Entry(Of(1), 1, life), Entry(Of(1), 2, 100 + life));
            Append(Entry(Of(1), 3, 200 + life));
            Append(Entry(Of(2), 1, life));
            if (life % 3 == 0)
            {
                Open();
            }

            Append(End(Of(1), 4), Entry(Of(1), 1, 300 + life), Entry(Of(1), 2, 400 + life) with { Supersedes = true }, End(Of(2), 2));
            Assert.Equal([(2L, 400 + life)], Load(Of(1)));
            Open();
            Assert.Equal([(2L, 400 + life)], Load(Of(1)));
            Assert.Empty(Load(Of(2)));
            Append(Entry(Of(1), 3, 5) with { Supersedes = true }, End(Of(1), 4));
            Assert.Empty(Load(Of(1)));
        }

        Open();
        Assert.Empty(Load(Of(1)));
        Assert.Equal([(1L, 9)], Load(Of(9)));
    }

    [Fact]
    public void Outbox_records_that_wait_long_are_kept_and_keep_their_ids()
    {
        Open();
        Append(Entry(Of(1), 1, 10) with { Outbox = new byte[] { 1 } }, Entry(Of(2), 1, 10) with { Outbox = new byte[] { 2, 2 } });
        for (int i = 0; i < 2500; i++)
        {
            Append(Entry(Of(3), i + 1, 3000) with { Supersedes = true });
        }

        Append(Entry(Of(1), 2, 1) with { Outbox = new byte[] { 3, 3, 3 } });
        Assert.InRange(Slots(), 1, 1200);
        Assert.Equal([(1L, 1), (2L, 2), (3L, 3)], _journal!.ReadOutbox(10).Select(record => (record.Id, record.Payload.Length)));
        Open();
        Assert.Equal([(1L, 1), (2L, 2), (3L, 3)], _journal.ReadOutbox(10).Select(record => (record.Id, record.Payload.Length)));
        _journal.RemoveOutbox(3);
        Append(End(Of(1), 3));
        Open();
        Append(Entry(Of(2), 2, 1) with { Outbox = new byte[] { 4 } });
        Assert.Equal([4L], _journal.ReadOutbox(10).Select(record => record.Id));
    }

    [Fact]
    public void Newest_is_the_time_of_the_last_decision_also_of_one_that_forgets_and_zero_when_nothing_is_kept()
    {
        Open();
        Assert.Equal(Instant.Zero, _journal!.Newest);
        Append(Entry(Of(1), 1, 1) with { At = new Instant(500) });
        Append(Entry(Of(2), 1, 1) with { At = new Instant(700) }, Entry(Of(3), 1, 1) with { At = new Instant(600) });
        Assert.Equal(new Instant(700), _journal.Newest);
        Append(End(Of(2), 2) with { At = new Instant(800) });
        Open();
        Assert.Equal(new Instant(800), _journal.Newest);
        Append(End(Of(1), 2), End(Of(3), 2));
        Open();
        Assert.Equal(Instant.Zero, _journal.Newest);
    }

    [Fact]
    public void A_commit_that_is_missing_is_told()
    {
        Open();
        for (int i = 0; i < 5; i++)
        {
            Append(Entry(Of(i), 1, 100));
        }

        _journal!.Dispose();
        using (Database database = Database.Open(Path, create: false))
        {
            database.Execute("DELETE FROM slot WHERE id = 3");
        }

        JournalException told = Assert.Throws<JournalException>(Open);
        Assert.Contains("corrupt (commit 3 is missing or not whole)", told.Message, StringComparison.Ordinal);
    }

    private string Path => _directory.File("journal.db");

    private static ActorId Of(int number) => new(new ActorKind(1), new UInt128((ulong)number << 48, (ulong)number));

    private JournalEntry Entry(ActorId actor, long sequence, int octets) =>
        new(actor, sequence, _fences[actor.ShardOf(256).Value], default, new byte[octets], false, false, default);

    private JournalEntry End(ActorId actor, long sequence) => Entry(actor, sequence, 0) with { Forget = true };

    private void Open()
    {
        _journal?.Dispose();
        _journal = SqliteJournal.Open(Path);
        _fences = [.. _journal.Claim(Appender.Shards).Fences];
    }

    private void Append(params JournalEntry[] entries)
    {
        var batch = new TestBatch(entries);
        _journal!.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());
    }

    private (long, int)[] Load(ActorId actor) => [.. _journal!.Load(actor).Select(row => (row.Sequence, row.Payload.Length))];

    private long Slots()
    {
        using Database database = Database.Open(Path, create: false);
        return database.ReadInteger("SELECT count(*) FROM slot");
    }

    /// <summary>The parts of the largest commit after the first so many.</summary>
    private int LargestSince(int number)
    {
        using Database database = Database.Open(Path, create: false);
        return (int)database.ReadInteger(
            $"SELECT max(parts) FROM (SELECT count(*) AS parts FROM slot WHERE substr(octets, 17, 8) > x'{number:x16}' GROUP BY substr(octets, 17, 8))");
    }
}
