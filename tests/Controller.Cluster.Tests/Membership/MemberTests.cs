using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using static Controller.Cluster.Tests.Membership.MemberBench;

namespace Controller.Cluster.Tests.Membership;

/// <summary>failover.md sections 3 and 4, a rule a test. All rules together, under every kind of bad luck, are in the simulation.</summary>
public class MemberTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_address_that_nobody_can_hold_is_not_waited_for()
    {
        MemberBench bench = MemberBench.Up(NodeRoles.Actors);
        bench.Pass(TimeSpan.FromSeconds(1));
        bench.None<MemberCommand.Claim>();
        Assert.True(bench.Member.IsSettled);
    }

    [Fact]
    public void A_node_is_up_when_it_hears_every_member_and_not_before()
    {
        var bench = new MemberBench();
        bench.Pass(2 * Second);
        bench.None<MemberCommand.Enter>();
        bench.Give(new MemberInput.LinkUp(Run(2)));
        bench.Pass(Second / 2);
        bench.None<MemberCommand.Enter>();
        bench.Give(new MemberInput.LinkUp(Run(3)));
        bench.Pass(Second / 2);
        Assert.Equal(MemberPhase.Up, bench.Single<MemberCommand.Enter>().Phase);
    }

    [Fact]
    public void Rule_1_a_process_that_is_gone_is_fenced_at_once()
    {
        MemberBench bench = MemberBench.Up();
        bench.Heard.Remove(2);
        bench.Give(new MemberInput.LinkDown(Run(2)));
        Assert.Equal(Run(2), bench.Single<MemberCommand.Probe>().Peer.Node);
        bench.Give(new MemberInput.Probed(Run(2), ProbeOutcome.Accepted));
        bench.None<MemberCommand.Fence>();
        bench.Give(new MemberInput.Probed(Run(2), ProbeOutcome.Refused));
        Assert.Equal(Run(2), bench.Single<MemberCommand.Fence>().Suspect);
    }

    [Fact]
    public void Rule_2_silence_on_the_link_and_at_the_arbiter_is_fenced_after_a_second()
    {
        MemberBench bench = MemberBench.Up();
        bench.Heard.Remove(3);
        bench.Beating.Remove(3);
        bench.Pass(Second * 0.7);
        bench.None<MemberCommand.Fence>();
        bench.Pass(Second * 0.6);
        Assert.Equal(Run(3), bench.Single<MemberCommand.Fence>().Suspect);
    }

    [Fact]
    public void Rule_2_silence_that_another_confirms_is_fenced_though_it_beats()
    {
        MemberBench bench = MemberBench.Up();
        bench.Heard.Remove(3);
        bench.Pass(Second * 1.1);
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Empty(wanted.OfType<MemberCommand.Fence>());
        Assert.Contains(wanted.OfType<MemberCommand.Send>(), send => send.Frame == new Frame.DoYouHear(Run(3)));
        bench.Give(new MemberInput.Heard(Run(2), new Frame.Heard(Run(3), IsHeard: false)));
        bench.Pass(Second / 10);
        Assert.Equal("heard by nobody", bench.Single<MemberCommand.Fence>().Cause);
    }

    [Fact]
    public void Rule_3_who_talks_but_does_not_reach_the_arbiter_is_fenced()
    {
        MemberBench bench = MemberBench.Up();
        bench.Beating.Remove(2);
        bench.Pass(Second * 1.4);
        Assert.Equal("cut off from the arbiter", bench.Single<MemberCommand.Fence>().Cause);
    }

    [Fact]
    public void When_the_arbiter_answers_nobody_nobody_is_fenced_and_trust_ends()
    {
        MemberBench bench = MemberBench.Up();
        bench.IsAnswered = false;
        bench.Pass(5 * Second);
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Empty(wanted.OfType<MemberCommand.Ask>());
        Assert.DoesNotContain(wanted.OfType<MemberCommand.Trust>(), trust => trust.Until > bench.Now);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Addresses_stay_while_the_arbiter_answers_nobody_and_go_if_it_answers_another(bool answersAnother)
    {
        MemberBench bench = MemberBench.Up();
        bench.Hold(1);
        bench.Pass(Second / 2);
        Assert.Equal(Address, bench.Single<MemberCommand.Take>().Address);
        bench.IsAnswered = false;
        bench.Answered.Remove(2);
        if (!answersAnother)
        {
            bench.Answered.Remove(3);
        }

        bench.Pass(3 * Second);
        Assert.Equal(!answersAnother, bench.Take().OfType<MemberCommand.KeepAddresses>().Any(keep => keep.Until > bench.Now));
    }

    [Fact]
    public void Rule_4_of_a_broken_link_the_higher_number_is_fenced_when_votes_are_equal()
    {
        MemberBench bench = MemberBench.Up();
        bench.Vote((2, 3), (3, 2));
        bench.Pass(Second);
        Assert.Equal(("a broken link", Run(3)), (bench.Take().OfType<MemberCommand.Fence>().First() is var fence ? fence.Cause : "", fence.Suspect));
    }

    /// <summary>That the other end is fenced is heard of its judge before the arbiter is asked again.</summary>
    [Fact]
    public void Rule_4_the_vote_of_a_node_that_was_fenced_since_it_was_read_condemns_nobody()
    {
        MemberBench bench = MemberBench.Up();
        bench.Vote((2, 3), (3, 2));
        bench.Pass(Second * 0.35);
        bench.None<MemberCommand.Fence>();
        bench.Give(new MemberInput.Heard(Run(3), new Frame.Fenced(Run(2))));
        bench.Heard.Remove(2);
        bench.Beating.Remove(2);
        bench.Pass(Second);
        bench.None<MemberCommand.Fence>();
    }

    [Fact]
    public void Rule_4_a_vote_that_did_not_arrive_is_given_again_and_so_is_its_withdrawal()
    {
        MemberBench bench = MemberBench.Up();
        bench.Heard.Remove(2);
        bench.Pass(2 * Second);
        Assert.Equal(Run(2), Assert.Single(bench.Single<MemberCommand.Accuse>().Targets));
        bench.Give(new MemberInput.Accused(Failed: true));
        bench.Pass(Second / 2);
        Assert.Equal(Run(2), Assert.Single(bench.Single<MemberCommand.Accuse>().Targets));
        bench.Give(new MemberInput.Accused(Failed: false));
        bench.Heard.Add(2);
        bench.Pass(Second / 2);
        Assert.Empty(bench.Single<MemberCommand.Accuse>().Targets);
        bench.Give(new MemberInput.Accused(Failed: true));
        bench.Pass(Second / 2);
        Assert.Empty(bench.Single<MemberCommand.Accuse>().Targets);
        bench.Give(new MemberInput.Accused(Failed: false));
        bench.Pass(2 * Second);
        bench.None<MemberCommand.Accuse>();
    }

    /// <summary>Another judge may have seen one vote only, and fenced the other end of that link.</summary>
    [Fact]
    public void Rule_4_who_is_condemned_goes_only_if_nobody_has_gone_and_is_judged_anew_otherwise()
    {
        MemberBench bench = MemberBench.Up();
        bench.Vote((2, 3), (3, 2));
        bench.Pass(Second / 2);
        MemberCommand.Fence fence = bench.Single<MemberCommand.Fence>();
        Assert.Equal([Run(1), Run(2), Run(3)], fence.Living.OrderBy(node => node.Node.Value));

        // The answer is no, and the next heartbeat says why: with a voter and a target gone no vote is left.
        bench.Give(new MemberInput.Fenced(Run(3), Failed: true));
        Assert.Contains("3/13 is not fenced yet", Assert.IsType<MemberNews.Trouble>(bench.Single<MemberCommand.Tell>().News).What, StringComparison.Ordinal);
        bench.Phase(2, MemberPhase.Down, fenced: true);
        bench.Beating.Remove(2);
        bench.Heard.Remove(2);
        bench.Pass(2 * Second);
        bench.None<MemberCommand.Fence>();
        bench.Vote();
        bench.Pass(Second);

        // A vote that comes later counts at once: nothing was fenced for links.
        bench.Heard.Remove(3);
        bench.Vote((1, 3));
        bench.Pass(2 * Second);
        Assert.Equal([Run(1), Run(3)], bench.Single<MemberCommand.Fence>().Living.OrderBy(node => node.Node.Value));
    }

    [Fact]
    public void Rule_4_who_is_condemned_itself_leaves_it_to_the_others()
    {
        MemberBench bench = MemberBench.Up();
        bench.Heard.Remove(2);
        bench.Vote((2, 1), (3, 1), (1, 2));
        bench.Pass(2 * Second);
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Equal(Run(2), Assert.Single(wanted.OfType<MemberCommand.Accuse>().Last().Targets));
        Assert.Empty(wanted.OfType<MemberCommand.Fence>());
    }

    [Fact]
    public void Rule_5_after_a_pause_of_its_own_a_node_accuses_nobody()
    {
        MemberBench bench = MemberBench.Up();
        bench.Beating.Clear();
        bench.Heard.Clear();
        bench.StandStill(3 * Second);
        bench.Pass(Second * 0.8);
        bench.None<MemberCommand.Fence>();

        // What it has not heard since then counts.
        bench.Pass(Second * 0.8);
        Assert.Equal([Run(2), Run(3)], bench.Take().OfType<MemberCommand.Fence>().Select(fence => fence.Suspect));
    }

    [Fact]
    public void What_a_dead_node_owned_is_claimed_in_equal_parts_and_opened()
    {
        MemberBench bench = MemberBench.Up();
        bench.Give(new MemberInput.Fenced(Run(2), Failed: false));
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Contains(wanted.OfType<MemberCommand.Send>(), send => send.Frame == new Frame.Fenced(Run(2)));
        MemberCommand.Claim claim = Assert.Single(wanted.OfType<MemberCommand.Claim>());
        Assert.Equal(2, claim.Shards.Length);
        Assert.All(claim.Shards, shard => Assert.InRange(shard.Value, 0, 3));

        var holdings = new Holdings([.. claim.Shards.Select(shard => new Fence(shard, new Epoch(2)))], [.. claim.Addresses.Select(address => new OwnedAddress(address, Run(1), new Epoch(2)))]);
        bench.Give(new MemberInput.Claimed(claim.Shards, claim.Addresses, holdings));
        Assert.Equal(holdings.Shards.AsEnumerable(), bench.Single<MemberCommand.Open>().Shards.AsEnumerable());
    }

    [Fact]
    public void What_nobody_claims_is_taken_by_anybody_after_a_while()
    {
        MemberBench bench = MemberBench.Up();
        bench.Give(new MemberInput.Fenced(Run(2), Failed: false));
        MemberCommand.Claim first = bench.Single<MemberCommand.Claim>();
        var holdings = new Holdings([.. first.Shards.Select(shard => new Fence(shard, new Epoch(2)))], [.. first.Addresses.Select(address => new OwnedAddress(address, Run(1), new Epoch(2)))]);
        bench.Give(new MemberInput.Claimed(first.Shards, first.Addresses, holdings));
        bench.Phase(2, MemberPhase.Down, fenced: true);
        bench.Pass(Second);
        Assert.Equal(2, bench.Take().OfType<MemberCommand.Claim>().SelectMany(claim => claim.Shards).Distinct().Count());
    }

    [Fact]
    public void A_node_that_was_started_again_has_left_its_shards()
    {
        MemberBench bench = MemberBench.Up();
        bench.Restarted(3);
        bench.Pass(Second / 2);
        Assert.NotEmpty(bench.Take().OfType<MemberCommand.Claim>().First().Shards);
    }

    [Fact]
    public void A_shard_that_another_owns_at_a_higher_epoch_is_lost_and_an_older_fact_changes_nothing()
    {
        MemberBench bench = MemberBench.Up();
        var fact = new OwnedShard(new ShardId(8), Run(2), new Epoch(5));
        bench.Give(new MemberInput.Heard(Run(2), new Frame.Moves([fact], [])));
        Assert.Equal(new ShardId(8), Assert.Single(bench.Single<MemberCommand.Lose>().Shards));
        bench.Give(new MemberInput.Heard(Run(2), new Frame.Moves([fact with { Owner = Run(1), Epoch = new Epoch(4) }], [])));
        Assert.Empty(bench.Take());
        Assert.Equal(Run(2), bench.Table[new ShardId(8)].Owner);
    }

    [Fact]
    public void A_failed_claim_is_no_news_until_the_next_view()
    {
        MemberBench bench = MemberBench.Up();
        bench.Give(new MemberInput.Fenced(Run(2), Failed: false));
        MemberCommand.Claim claim = bench.Single<MemberCommand.Claim>();
        bench.Give(new MemberInput.Claimed(claim.Shards, claim.Addresses, null));

        // It had been committed all the same: the view says so, and the shards are opened.
        bench.Phase(2, MemberPhase.Down, fenced: true);
        bench.Own(1, [.. claim.Shards.Select(shard => shard.Value)]);
        bench.Take();
        bench.Beat();
        Assert.Equal(claim.Shards.AsEnumerable(), bench.Take().OfType<MemberCommand.Open>().Single().Shards.Select(fence => fence.Shard));
    }

    [Fact]
    public void Who_leaves_gives_its_shards_then_its_addresses_and_goes()
    {
        MemberBench bench = MemberBench.Up();
        bench.Hold(1);
        bench.Pass(Second / 2);
        bench.Take();
        bench.Give(MemberInput.Drain.Instance);
        Assert.Equal(MemberPhase.Leaving, bench.Single<MemberCommand.Enter>().Phase);
        bench.Give(new MemberInput.Entered(MemberPhase.Leaving, Failed: false));
        for (int given = 0; given < 4;)
        {
            MemberCommand.Release release = Assert.Single(bench.Take().OfType<MemberCommand.Release>());
            given += release.Shards.Length;
            bench.Give(new MemberInput.Released(release.Shards));
            MemberCommand.HandOff give = bench.Single<MemberCommand.HandOff>();
            ImmutableArray<Fence> next = [.. give.Shards.Select(fence => fence with { Epoch = fence.Epoch.Next })];
            bench.Give(new MemberInput.HandedOff(give.To, give.Shards, new Holdings(next, [])));
            bench.Give(new MemberInput.Heard(give.To, new Frame.Opened([.. next.Select(fence => new OwnedShard(fence.Shard, give.To, fence.Epoch))])));
        }

        MemberCommand.HandOff last = Assert.Single(bench.Take().OfType<MemberCommand.HandOff>());
        Assert.Equal(Address, Assert.Single(last.Addresses).Address);
        bench.Give(new MemberInput.HandedOff(last.To, [], new Holdings([], [last.Addresses[0] with { Owner = last.To, Epoch = last.Addresses[0].Epoch.Next }])));
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Single(wanted.OfType<MemberCommand.Drop>());
        Assert.Equal(MemberPhase.Down, Assert.Single(wanted.OfType<MemberCommand.Enter>()).Phase);
        bench.Give(new MemberInput.Entered(MemberPhase.Down, Failed: false));
        bench.Single<MemberCommand.Leave>();
    }

    [Fact]
    public void A_shard_that_its_receiver_cannot_take_is_opened_again()
    {
        MemberBench bench = MemberBench.Up();
        bench.Give(MemberInput.Drain.Instance);
        bench.Give(new MemberInput.Entered(MemberPhase.Leaving, Failed: false));
        MemberCommand.Release release = Assert.Single(bench.Take().OfType<MemberCommand.Release>());
        bench.Give(new MemberInput.Released(release.Shards));
        MemberCommand.HandOff give = bench.Single<MemberCommand.HandOff>();
        bench.Give(new MemberInput.HandedOff(give.To, give.Shards, Holdings.None));
        Assert.Equal(release.Shards.AsEnumerable(), bench.Single<MemberCommand.Open>().Shards.AsEnumerable());
    }

    [Fact]
    public void Nothing_is_given_to_a_node_that_has_said_that_it_leaves_though_an_older_view_has_it_up()
    {
        MemberBench bench = MemberBench.Up();
        bench.Give(new MemberInput.Heard(Run(2), new Frame.Leaving()));
        bench.Own(3, 0, 1, 2, 3);
        bench.Pass(15 * Second);
        Assert.DoesNotContain(bench.Take().OfType<MemberCommand.HandOff>(), give => give.To == Run(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_reads_that_it_is_fenced_ends(bool byFrame)
    {
        MemberBench bench = MemberBench.Up();
        if (byFrame)
        {
            bench.Give(new MemberInput.Heard(Run(3), new Frame.Fenced(Run(1))));
        }
        else
        {
            bench.Phase(1, MemberPhase.Down, fenced: true);
            bench.Beat();
        }

        bench.Single<MemberCommand.Die>();
        bench.Pass(2 * Second);
        Assert.Empty(bench.Take());
    }
}
