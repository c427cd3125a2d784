using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>What the arbiter says of nodes, votes, addresses and levels, and whom it lets own what (failover.md sections 3 and 4.2).</summary>
[Collection(OnePostgres.Name)]
public sealed class ArbiterTests(PostgresServer server)
{
    private static readonly BeatReport Report = new(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(4), 5);

    private readonly string _database = server.NewDatabase();

    [Fact]
    public void A_heartbeat_tells_of_all_nodes_and_of_ownership_only_what_is_new()
    {
        using Member first = Join(1), second = Join(2, new NodeDescription("two", NodeRoles.Edge, Level: 3, "10.0.0.2:7000"));
        first.Ownership.Enter(MemberPhase.Up);
        second.Ownership.Beat(Report, knownMapVersion: -1);
        second.Ownership.Beat(Report, knownMapVersion: -1);
        ClusterView view = first.Ownership.Beat(default, knownMapVersion: -1);

        Assert.Equal([first.Owner, second.Owner], view.Nodes.Select(node => node.Incarnation));
        Assert.Equal(new NodeRow(first.Owner, "n", MemberPhase.Up, false, NodeRoles.Edge | NodeRoles.Actors, 1, "127.0.0.1:7000", 1, default, false), view.Nodes[0]);
        Assert.Equal(new NodeRow(second.Owner, "two", MemberPhase.Joining, false, NodeRoles.Edge, 3, "10.0.0.2:7000", 2, Report, false), view.Nodes[1]);
        Assert.Equal(256, view.Shards.Length);
        Assert.All(view.Shards, shard => Assert.Null(shard.Owner));

        ClusterView same = first.Ownership.Beat(default, view.MapVersion);
        Assert.Equal((view.MapVersion, true, true, 2L), (same.MapVersion, same.Shards.IsDefault, same.Addresses.IsDefault, same.Nodes[0].Beat));
        Holdings claimed = second.Ownership.Claim([new ShardId(7)], ["10.9.0.10/24"], "test");
        ClusterView changed = first.Ownership.Beat(default, view.MapVersion);
        Assert.True(changed.MapVersion > view.MapVersion);
        Assert.Equal(new OwnedShard(new ShardId(7), second.Owner, claimed.Shards[0].Epoch), changed.Shards[7]);
        Assert.Equal([new OwnedAddress("10.9.0.10/24", second.Owner, new Epoch(1))], changed.Addresses.ToArray());
    }

    [Fact]
    public void Whoever_is_fenced_or_replaced_or_has_left_may_do_nothing_any_more()
    {
        using Member fenced = Join(1), replaced = Join(2), successor = Join(2), left = Join(3);
        Assert.Equal(FenceOutcome.Done, successor.Ownership.Fence(fenced.Owner, "silence"));
        Assert.Equal(FenceOutcome.Before, successor.Ownership.Fence(fenced.Owner, "silence"));
        Assert.Equal(FenceOutcome.Before, successor.Ownership.Fence(replaced.Owner, "silence"));
        left.Ownership.Enter(MemberPhase.Down);
        foreach (IOwnershipStore store in new[] { fenced.Ownership, replaced.Ownership, left.Ownership })
        {
            // The fence has ended its sessions: the first of its own that finds out may find a broken connection.
            Assert.Throws<FencedException>(() => Eventually(() => store.Beat(default, -1)));
            Assert.Throws<FencedException>(() => store.Enter(MemberPhase.Up));
            Assert.Throws<FencedException>(() => store.Accuse([successor.Owner]));
            Assert.Throws<FencedException>(() => store.Fence(successor.Owner, "revenge"));
            Assert.Throws<FencedException>(() => store.Claim(Member.AllShards, [], "test"));
            Assert.Throws<FencedException>(() => store.HandOff(successor.Owner, [], []));
        }

        ClusterView view = successor.Ownership.Beat(default, -1);
        Assert.Equal([(1, MemberPhase.Down, true), (2, MemberPhase.Joining, false), (3, MemberPhase.Down, true)], view.Nodes.Select(node => (node.Incarnation.Node.Value, node.Phase, node.Fenced)));
    }

    [Fact]
    public void Votes_are_replaced_and_void_when_either_side_is_gone()
    {
        using Member first = Join(1), second = Join(2), third = Join(3);
        first.Ownership.Accuse([second.Owner, third.Owner]);
        second.Ownership.Accuse([third.Owner]);
        Assert.Equal([new Vote(second.Owner, first.Owner), new Vote(third.Owner, first.Owner), new Vote(third.Owner, second.Owner)], Votes(first));
        first.Ownership.Accuse([third.Owner]);
        Assert.Equal([new Vote(third.Owner, first.Owner), new Vote(third.Owner, second.Owner)], Votes(first));
        Assert.Equal(FenceOutcome.Done, third.Ownership.Fence(second.Owner, "test"));
        Assert.Equal([new Vote(third.Owner, first.Owner)], Votes(first));
        using Member again = Join(3);
        Assert.Empty(Votes(first));
        Assert.Equal([], first.Ownership.Beat(default, -1).Votes.Where(vote => vote.Target == again.Owner));
    }

    [Fact]
    public void Addresses_are_taken_from_the_dead_and_go_with_the_shards()
    {
        using Member first = Join(1), second = Join(2);
        Holdings own = first.Ownership.Claim([new ShardId(1)], ["10.9.0.10/24", "fd00::10/64"], "test");
        Assert.Equal([new OwnedAddress("10.9.0.10/24", first.Owner, new Epoch(1)), new OwnedAddress("fd00::10/64", first.Owner, new Epoch(1))], own.Addresses.ToArray());
        Assert.Empty(second.Ownership.Claim([new ShardId(1)], ["10.9.0.10/24"], "test").Addresses);

        // At an epoch that is not its own any more, or to somebody who may not write: nothing.
        Assert.Empty(first.Ownership.HandOff(second.Owner, [], [own.Addresses[0] with { Epoch = new Epoch(0) }]).Addresses);
        Assert.Empty(first.Ownership.HandOff(new Incarnation(second.Owner.Node, 999), own.Shards, own.Addresses).Addresses);
        Holdings given = first.Ownership.HandOff(second.Owner, own.Shards, [own.Addresses[0]]);
        Assert.Equal([new OwnedAddress("10.9.0.10/24", second.Owner, new Epoch(2))], given.Addresses.ToArray());
        Assert.Equal([new Fence(new ShardId(1), own.Shards[0].Epoch.Next)], given.Shards.ToArray());

        Assert.Equal(FenceOutcome.Done, second.Ownership.Fence(first.Owner, "test"));
        Assert.Equal([new OwnedAddress("fd00::10/64", second.Owner, new Epoch(2))], second.Ownership.Claim([], ["fd00::10/64"], "test").Addresses.ToArray());
        Assert.Equal("2", server.Ask(_database, "SELECT count(*) FROM address_log WHERE address = '10.9.0.10/24'"));
    }

    /// <summary>The owner's row says an incarnation that is not its node's newest: it was never fenced, it was replaced.</summary>
    [Fact]
    public void What_a_restarted_node_owned_before_anybody_may_claim()
    {
        using Member first = Join(1), second = Join(2);
        Holdings own = first.Ownership.Claim(Member.AllShards, ["10.9.0.10/24"], "test");
        Assert.Equal(Holdings.None, Empty(second.Ownership.Claim(Member.AllShards, ["10.9.0.10/24"], "test")));
        using Member restarted = Join(1);
        Holdings taken = second.Ownership.Claim(Member.AllShards[..100], ["10.9.0.10/24"], "test");
        Assert.Equal(own.Shards.Take(100).Select(fence => new Fence(fence.Shard, fence.Epoch.Next)), taken.Shards);
        Assert.Equal(new Epoch(2), taken.Addresses.Single().Epoch);
        Assert.Equal(Member.AllShards[100..], restarted.Ownership.Claim(Member.AllShards, [], "test").Shards.Select(fence => fence.Shard));
    }

    [Fact]
    public void A_node_that_was_fenced_twice_in_short_time_is_in_quarantine_when_it_comes_back()
    {
        using Member judge = Join(1);
        TimeSpan quarantine = TimeSpan.FromHours(1);
        Assert.False(Quarantined(judge));
        for (int run = 1; run <= 3; run++)
        {
            using Member suspect = Member.Join(new PostgresOptions(_database, 2, AllowSingle: true) { Quarantine = quarantine });
            Assert.Equal(run == 3, Quarantined(judge));
            judge.Ownership.Fence(suspect.Owner, "silence");
        }

        // It stays so over a restart without a fence; and with a short time, what was long ago does not count.
        using Member other = Member.Join(new PostgresOptions(_database, 2, AllowSingle: true) { Quarantine = TimeSpan.FromTicks(10) });
        Assert.True(Quarantined(judge));
        server.Ask(_database, "UPDATE node SET quarantined_until = now()");
        Assert.False(Quarantined(judge));
    }

    [Fact]
    public void The_level_of_the_cluster_rises_with_its_last_node_and_never_falls()
    {
        using Member old = Join(1, Level(1)), newer = Join(2, Level(2));
        old.Ownership.Enter(MemberPhase.Up);
        newer.Ownership.Enter(MemberPhase.Up);
        Assert.Equal(1, newer.Ownership.Beat(default, -1).FeatureLevel);
        using Member replacing = Join(1, Level(2));
        replacing.Ownership.Enter(MemberPhase.Up);
        Assert.Equal(2, newer.Ownership.Beat(default, -1).FeatureLevel);
        string refused = Assert.Throws<JournalException>(() => Join(3, Level(1))).Message;
        Assert.Contains("the cluster writes at level 2, this program reads up to 1: start the newer program", refused, StringComparison.Ordinal);
        Assert.Equal("2", server.Ask(_database, "SELECT count(*) FROM node"));
    }

    /// <summary>Of a broken link either end may go. Whoever judges by older votes finds its counterpart gone already, and both must not be.</summary>
    [Fact]
    public async Task Two_judges_of_one_broken_link_do_not_fence_both_ends()
    {
        for (int round = 0; round < 20; round++)
        {
            using Member one = Join(1), two = Join(2), three = Join(3), four = Join(4);
            Incarnation[] living = [one.Owner, two.Owner, three.Owner, four.Owner];
            using var start = new Barrier(2);
            FenceOutcome[] outcomes = await Task.WhenAll(Fence(one, three), Fence(four, two));
            Assert.Equal([FenceOutcome.Done, FenceOutcome.Overtaken], outcomes.Order());
            Assert.Equal(outcomes[0] == FenceOutcome.Done ? "3" : "2", server.Ask(_database, "SELECT node_id FROM node WHERE fenced"));

            // With what it knows now, it may.
            Member late = outcomes[0] == FenceOutcome.Done ? four : one;
            Incarnation gone = outcomes[0] == FenceOutcome.Done ? three.Owner : two.Owner, left = outcomes[0] == FenceOutcome.Done ? two.Owner : three.Owner;
            Assert.Equal(FenceOutcome.Overtaken, late.Ownership.Fence(left, "a broken link", living));
            Assert.Equal(FenceOutcome.Done, late.Ownership.Fence(left, "a broken link", [.. living.Where(node => node != gone)]));

            Task<FenceOutcome> Fence(Member judge, Member suspect) => Task.Run(() =>
            {
                start.SignalAndWait();
                return judge.Ownership.Fence(suspect.Owner, "a broken link", living);
            });
        }
    }

    [Fact]
    public void Of_many_claimants_each_shard_has_one_winner_and_each_epoch_one_owner()
    {
        using Member dead = Join(9);
        dead.Ownership.Claim(Member.AllShards, ["a", "b", "c"], "test");
        Member[] claimants = [.. Enumerable.Range(1, 4).Select(node => Join(node))];
        Assert.Equal(FenceOutcome.Done, claimants[0].Ownership.Fence(dead.Owner, "test"));
        Holdings[] claims = ClaimAtOnce(claimants);
        Assert.Equal(Member.AllShards, claims.SelectMany(claim => claim.Shards).Select(fence => fence.Shard).OrderBy(shard => shard.Value));
        Assert.Equal(["a", "b", "c"], claims.SelectMany(claim => claim.Addresses).Select(address => address.Address).Order(StringComparer.Ordinal));
        Assert.All(claims.SelectMany(claim => claim.Shards), fence => Assert.Equal(2, fence.Epoch.Value));
        foreach (Member claimant in claimants)
        {
            claimant.Dispose();
        }
    }

    [Fact]
    public void Each_node_delivers_what_it_committed_also_after_a_restart()
    {
        using Member first = Join(1), second = Join(2);
        Fence held = first.Claim([new ShardId(1)]).Fences[0], other = second.Claim([new ShardId(2)]).Fences[0];
        first.Append(Record(held, 1, "one"));
        second.Append(Record(other, 1, "two"));
        Fence moved = first.Ownership.HandOff(second.Owner, [held], []).Shards[0];
        second.Recover([new ShardId(1)], _ => { });
        second.Append(Record(moved, 2, "three"));
        Assert.Equal(["one"], Texts(first));
        Assert.Equal(["two", "three"], Texts(second));

        // Removing through the highest id leaves the other's rows of lower ids.
        second.RemoveOutbox(second.ReadOutbox(10)[^1].Id);
        second.Append(Record(moved, 3, ""));
        Assert.Empty(Texts(second));
        using Member again = Join(1);
        Assert.Equal(["one"], Texts(again));
    }

    private static Holdings[] ClaimAtOnce(Member[] claimants)
    {
        using var start = new Barrier(claimants.Length);
        return [.. claimants.Select((claimant, at) => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            // In different orders: whoever locked rows as they come would wait for one that waits for him.
            return claimant.Ownership.Claim(at % 2 == 0 ? Member.AllShards : [.. Member.AllShards.Reverse()], ["a", "b", "c"], "test");
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray().Select(claim => claim.Result)];
    }

    private static NodeDescription Level(int level) => Member.Ordinary with { Level = level };

    private static Holdings Empty(Holdings holdings) => holdings is { Shards.Length: 0, Addresses.Length: 0 } ? Holdings.None : holdings;

    private static Vote[] Votes(Member of) => [.. of.Ownership.Beat(default, -1).Votes];

    private static bool Quarantined(Member judge) => judge.Ownership.Beat(default, -1).Nodes.Any(node => node.Quarantined && node.Incarnation.Node.Value == 2);

    private static string[] Texts(Member member) => [.. member.ReadOutbox(10).Select(row => System.Text.Encoding.UTF8.GetString(row.Payload.Span))];

    private static JournalEntry Record(Fence fence, long sequence, string record)
    {
        var actor = new ActorId(new ActorKind(1), new UInt128((ulong)fence.Shard.Value << 48, 1));
        return new JournalEntry(actor, sequence, fence, new Instant(1_700_000_000_000), "x"u8.ToArray(), false, false, System.Text.Encoding.UTF8.GetBytes(record));
    }

    private static void Eventually(Action action)
    {
        try
        {
            action();
        }
        catch (JournalException)
        {
            action();
        }
    }

    private Member Join(int node, NodeDescription? about = null) => Member.Join(_database, node, about);
}
