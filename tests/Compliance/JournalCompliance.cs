using System.Text;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Compliance;

/// <summary>What every journal must do. A journal's test project derives from this class and gives it a store.</summary>
public abstract class JournalCompliance : IDisposable
{
    private const int ShardCount = 256;
    private static readonly Instant At = new(1_700_000_000_123);
    private IJournal? _journal;

    /// <summary>Opens this test's own store. Called again after the journal before was disposed: then it is the same store, reopened.</summary>
    protected abstract IJournal Open();

    /// <summary>Removes the store; the journal is disposed already.</summary>
    protected virtual void Remove()
    {
    }

    protected IJournal Journal => _journal ??= Open();

    public void Dispose()
    {
        _journal?.Dispose();
        Remove();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_claim_gives_every_shard_a_higher_epoch_and_keeps_the_secret()
    {
        var first = Journal.Claim(AllShards);
        var second = Journal.Claim(AllShards);
        Reopen();
        var third = Journal.Claim(AllShards);

        Assert.Equal(AllShards, first.Fences.Select(f => f.Shard));
        Assert.Equal(32, first.Secret.Length);
        Assert.Contains(first.Secret.ToArray(), b => b != 0);
        Assert.True(second.Secret.Span.SequenceEqual(first.Secret.Span));
        Assert.True(third.Secret.Span.SequenceEqual(first.Secret.Span));
        for (var i = 0; i < ShardCount; i++)
        {
            Assert.True(second.Fences[i].Epoch.Value > first.Fences[i].Epoch.Value);
            Assert.True(third.Fences[i].Epoch.Value > second.Fences[i].Epoch.Value);
        }
    }

    [Fact]
    public void A_claim_of_some_shards_leaves_the_others_alone()
    {
        var all = Journal.Claim(AllShards);
        Journal.Claim([new ShardId(7)]);

        Assert.IsType<AppendResult.Appended>(Append(Entry(all, Actor(8), 1, "still mine")));
        Assert.IsType<AppendResult.Fenced>(Append(Entry(all, Actor(7), 1, "not mine")));
    }

    [Fact]
    public void A_claim_of_nothing_gives_the_secret()
    {
        var none = Journal.Claim([]);
        Assert.Empty(none.Fences);
        Assert.True(Journal.Claim(AllShards).Secret.Span.SequenceEqual(none.Secret.Span));
        Assert.Equal(32, none.Secret.Length);
    }

    [Fact]
    public void A_forgotten_shard_keeps_its_rows_and_goes_on_after_a_recovery()
    {
        var claim = Journal.Claim(AllShards);
        var gone = new ShardId(3);
        Append(Entry(claim, Actor(3), 1, "a"), Entry(claim, Actor(3, low: 7), 1, "b"), Entry(claim, Actor(4), 1, "c"));
        Journal.Forget([gone, new ShardId(200)]);
        Journal.Forget([gone]);
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, Actor(4), 2, "the other shard goes on")));
        Assert.Equal([(1L, "a")], Load(Actor(3)));

        var again = Journal.Claim([gone]);
        var rows = new List<string>();
        Journal.Recover([gone], row => rows.Add(Encoding.UTF8.GetString(row.Payload.Span)));
        Assert.Equal(["a", "b"], rows.Order());
        Assert.IsType<AppendResult.Appended>(Append(Entry(again, Actor(3), 2, "d"), Entry(again, Actor(3, low: 7), 2, "") with { Forget = true }));
        Assert.Equal([(1L, "a"), (2L, "d")], Load(Actor(3)));
        Assert.Empty(Load(Actor(3, low: 7)));
        Assert.Equal([(1L, "c"), (2L, "the other shard goes on")], Load(Actor(4)));
    }

    [Fact]
    public void Rows_come_back_as_they_were_given_in_order()
    {
        var claim = Journal.Claim(AllShards);
        var actor = new ActorId(new ActorKind(255), UInt128.MaxValue);
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, actor, 1, "one"), Entry(claim, actor, 2, "")));
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, actor, 3, "three")));

        Assert.Equal([(1L, "one"), (2L, ""), (3L, "three")], Load(actor));
        Assert.All(Journal.Load(actor), row => Assert.Equal((actor, At), (row.Actor, row.At)));
        Assert.Empty(Journal.Load(new ActorId(new ActorKind(254), UInt128.MaxValue)));
        Assert.Empty(Journal.Load(new ActorId(new ActorKind(255), UInt128.Zero)));
    }

    [Fact]
    public void Payload_may_be_reused_once_the_batch_is_complete()
    {
        var claim = Journal.Claim(AllShards);
        var buffer = Encoding.UTF8.GetBytes("before");
        Append(Entry(claim, Actor(1), 1, "") with { Payload = buffer, Outbox = buffer });
        Encoding.UTF8.GetBytes("behind", buffer);

        Assert.Equal([(1L, "before")], Load(Actor(1)));
        Assert.Equal("before", Encoding.UTF8.GetString(Journal.ReadOutbox(10).Single().Payload.Span));
    }

    [Fact]
    public void Recovery_gives_the_rows_of_the_asked_shards_by_actor_and_sequence()
    {
        var claim = Journal.Claim(AllShards);
        var actors = Enumerable.Range(0, 40).Select(i => Actor(i * 5 % ShardCount, low: (ulong)(97 * i))).ToArray();
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            Append(actors.Select(a => Entry(claim, a, sequence, $"{a}#{sequence}")).ToArray());
        }

        var asked = Enumerable.Range(0, 100).Select(s => new ShardId(s)).ToArray();
        var rows = new List<(ActorId Actor, long Sequence, string Text)>();
        Journal.Recover(asked, row => rows.Add((row.Actor, row.Sequence, Encoding.UTF8.GetString(row.Payload.Span))));

        var expected = actors.Where(a => a.ShardOf(ShardCount).Value < 100).ToArray();
        Assert.Equal(expected.ToHashSet(), rows.Select(r => r.Actor).ToHashSet());
        Assert.Equal(expected.Length * 3, rows.Count);
        foreach (var three in rows.Chunk(3))
        {
            Assert.Single(three.Select(r => r.Actor).Distinct());
            Assert.Equal([1L, 2L, 3L], three.Select(r => r.Sequence));
        }

        Assert.All(rows, r => Assert.Equal($"{r.Actor}#{r.Sequence}", r.Text));
    }

    [Fact]
    public void An_earlier_owner_cannot_commit_and_leaves_no_trace()
    {
        var old = Journal.Claim(AllShards);
        Append(Entry(old, Actor(3), 1, "mine"));
        var next = Journal.Claim([new ShardId(3)]);

        // One stale fence spoils the whole batch: nothing of it is stored, not even for shards still owned.
        var result = Append(Entry(old, Actor(4), 1, "lost"), Entry(old, Actor(3), 2, "lost", outbox: "lost"));

        Assert.Equal(new ShardId(3), Assert.IsType<AppendResult.Fenced>(result).Fence.Shard);
        Assert.Empty(Journal.Load(Actor(4)));
        Assert.Empty(Journal.ReadOutbox(10));
        Assert.Equal([(1L, "mine")], Load(Actor(3)));
        Assert.IsType<AppendResult.Appended>(Append(Entry(next, Actor(3), 2, "theirs")));
    }

    [Fact]
    public void A_sequence_that_exists_is_a_conflict_and_nothing_is_stored()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "first"));

        var result = Append(Entry(claim, Actor(2), 1, "other", outbox: "other"), Entry(claim, Actor(1), 1, "again"));

        Assert.Equal(Actor(1), Assert.IsType<AppendResult.SequenceConflict>(result).Actor);
        Assert.Equal([(1L, "first")], Load(Actor(1)));
        Assert.Empty(Journal.Load(Actor(2)));
        Assert.Empty(Journal.ReadOutbox(10));
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, Actor(1), 2, "second")));
    }

    [Fact]
    public void A_superseding_row_removes_the_earlier_ones_and_the_sequence_goes_on()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "a"), Entry(claim, Actor(1), 2, "b"), Entry(claim, Actor(2), 1, "bystander"));
        Append(Entry(claim, Actor(1), 3, "c") with { Supersedes = true }, Entry(claim, Actor(1), 4, "d"));

        Assert.Equal([(3L, "c"), (4L, "d")], Load(Actor(1)));
        Assert.Equal([(1L, "bystander")], Load(Actor(2)));
        Append(Entry(claim, Actor(1), 5, "e") with { Supersedes = true }, Entry(claim, Actor(1), 6, "f") with { Supersedes = true });
        Assert.Equal([(6L, "f")], Load(Actor(1)));
        Assert.IsType<AppendResult.SequenceConflict>(Append(Entry(claim, Actor(1), 6, "f again")));
    }

    [Fact]
    public void A_forgotten_actor_leaves_no_rows_and_may_begin_again()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "a"), Entry(claim, Actor(1), 2, "b"));
        Append(Entry(claim, Actor(1), 3, "") with { Forget = true });
        Append(Entry(claim, Actor(2), 1, "born and gone in one commit"), Entry(claim, Actor(2), 2, "bye") with { Forget = true });

        Assert.Empty(Journal.Load(Actor(1)));
        Assert.Empty(Journal.Load(Actor(2)));
        Assert.Equal(0, RowsOfAll());
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, Actor(1), 1, "again")));
        Assert.Equal([(1L, "again")], Load(Actor(1)));
    }

    [Fact]
    public void An_only_row_may_be_the_one_that_forgets()
    {
        var claim = Journal.Claim(AllShards);
        Assert.IsType<AppendResult.Appended>(Append(Entry(claim, Actor(1), 1, "x", outbox: "record") with { Forget = true }));
        Assert.Equal(0, RowsOfAll());
        Assert.Equal(["record"], Outbox());
    }

    [Fact]
    public void Outbox_rows_are_in_the_commit_outlive_their_actor_and_a_restart()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "a", outbox: "r1"), Entry(claim, Actor(2), 1, "b"), Entry(claim, Actor(3), 1, "c", outbox: "r2"));
        Append(Entry(claim, Actor(1), 2, "", outbox: "r3") with { Forget = true });
        Reopen();

        Assert.Equal(["r1", "r2", "r3"], Outbox());
        Assert.Equal(2, Journal.ReadOutbox(2).Count);
        var ids = Journal.ReadOutbox(10).Select(r => r.Id).ToArray();
        Assert.Equal(ids.Order().Distinct(), ids);
    }

    [Fact]
    public void Delivered_outbox_rows_are_removed_and_their_ids_never_return()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "a", outbox: "r1"), Entry(claim, Actor(1), 2, "b", outbox: "r2"), Entry(claim, Actor(1), 3, "c", outbox: "r3"));
        var ids = Journal.ReadOutbox(10).Select(r => r.Id).ToArray();

        Journal.RemoveOutbox(ids[1]);
        Append(Entry(claim, Actor(1), 4, "behind the removal in the queue"));
        Assert.Equal(["r3"], Outbox());

        Journal.RemoveOutbox(ids[2]);
        Append(Entry(claim, Actor(1), 5, "behind the removal in the queue"));
        Assert.Empty(Outbox());

        // A sink that must not repeat itself remembers the highest id it has seen: ids grow for ever, also across a restart.
        Reopen();
        claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 6, "d", outbox: "r4"));
        Assert.True(Journal.ReadOutbox(10).Single().Id > ids[2]);
    }

    [Fact]
    public void Batches_complete_once_in_order_of_submission_on_one_thread()
    {
        var claim = Journal.Claim(AllShards);
        var order = new List<int>();
        var threads = new HashSet<int>();
        var batches = Enumerable.Range(0, 200).Select(i => new TestBatch(Entry(claim, Actor(i % 7), (i / 7) + 1, $"{i}"))
        {
            OnCompleted = batch =>
            {
                order.Add(i);
                threads.Add(batch.CompletedOnThread);
            },
        }).ToArray();

        foreach (var batch in batches)
        {
            Journal.Append(batch);
        }

        Assert.All(batches, b => Assert.IsType<AppendResult.Appended>(b.Wait()));
        Append(Entry(claim, Actor(100), 1, "barrier"));
        Assert.All(batches, b => Assert.Equal(1, b.Completions));
        Assert.Equal(Enumerable.Range(0, 200), order);
        Assert.Single(threads);
    }

    [Fact]
    public void A_batch_that_fails_does_not_spoil_its_neighbours()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "a"));
        TestBatch good = new(Entry(claim, Actor(2), 1, "b")), bad = new(Entry(claim, Actor(1), 1, "again")), after = new(Entry(claim, Actor(3), 1, "c"));
        Journal.Append(good);
        Journal.Append(bad);
        Journal.Append(after);

        Assert.IsType<AppendResult.Appended>(good.Wait());
        Assert.IsType<AppendResult.SequenceConflict>(bad.Wait());
        Assert.IsType<AppendResult.Appended>(after.Wait());
        Assert.Equal(3, RowsOfAll());
    }

    [Fact]
    public void What_is_committed_is_there_after_a_restart()
    {
        var claim = Journal.Claim(AllShards);
        var large = new string('x', 100_000);
        var actors = Enumerable.Range(0, 500).Select(i => Actor(i % ShardCount, (ulong)i)).ToArray();
        Append(actors.Select(a => Entry(claim, a, 1, $"{a}")).ToArray());
        Append(Entry(claim, actors[0], 2, large));
        Reopen();

        Assert.Equal(501, RowsOfAll());
        Assert.Equal([(1L, $"{actors[0]}"), (2L, large)], Load(actors[0]));
        Assert.Equal([(1L, $"{actors[499]}")], Load(actors[499]));
    }

    [Fact]
    public void Rows_can_be_read_while_others_are_written()
    {
        var claim = Journal.Claim(AllShards);
        Append(Entry(claim, Actor(1), 1, "steady"));
        var batches = Enumerable.Range(1, 100).Select(i => new TestBatch(Entry(claim, Actor(2), i, $"{i}"))).ToArray();
        foreach (var batch in batches)
        {
            Journal.Append(batch);
            Assert.Equal([(1L, "steady")], Load(Actor(1)));
        }

        Assert.IsType<AppendResult.Appended>(batches[^1].Wait());
        Assert.Equal(100, Journal.Load(Actor(2)).Count);
    }

    private static readonly ShardId[] AllShards = Enumerable.Range(0, ShardCount).Select(s => new ShardId(s)).ToArray();

    protected static ActorId Actor(int shard, ulong low = 0) => new(new ActorKind(1), new UInt128((ulong)shard << 48, low));

    private static JournalEntry Entry(JournalClaim claim, ActorId actor, long sequence, string payload, string outbox = "")
    {
        var shard = actor.ShardOf(ShardCount);
        return new JournalEntry(actor, sequence, claim.Fences.Single(f => f.Shard == shard), At, Encoding.UTF8.GetBytes(payload), false, false, Encoding.UTF8.GetBytes(outbox));
    }

    private AppendResult Append(params JournalEntry[] entries)
    {
        var batch = new TestBatch(entries);
        Journal.Append(batch);
        return batch.Wait();
    }

    private (long, string)[] Load(ActorId actor) =>
        Journal.Load(actor).Select(r => (r.Sequence, Encoding.UTF8.GetString(r.Payload.Span))).ToArray();

    private string[] Outbox() => Journal.ReadOutbox(100).Select(r => Encoding.UTF8.GetString(r.Payload.Span)).ToArray();

    private int RowsOfAll()
    {
        var rows = 0;
        Journal.Recover(AllShards, _ => rows++);
        return rows;
    }

    private void Reopen()
    {
        Journal.Dispose();
        _journal = Open();
    }
}
