using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Membership;

public class HeldShardsTests
{
    private static readonly Incarnation Self = new(new NodeId(1), 1);
    private static readonly Incarnation Other = new(new NodeId(2), 2);
    private static readonly ShardId Shard = new(0);

    /// <summary>The router hears of a new owner by a Moved answer, which may come before the news of the owner.</summary>
    [Fact]
    public void A_shard_that_the_table_knows_to_be_ours_is_opened()
    {
        var table = new ShardTable(1);
        var member = new Member(new MemberOptions(Self, NodeRoles.Actors, table.Count, []), table);
        var ours = new OwnedShard(Shard, Self, new Epoch(5));
        table.Learn(ours);
        MemberCommand.Open open = Assert.Single(Hear(member, ours).OfType<MemberCommand.Open>());
        Assert.Equal(new Fence(Shard, ours.Epoch), Assert.Single(open.Shards));
    }

    [Fact]
    public void A_shard_that_the_table_knows_to_be_anothers_is_lost()
    {
        var table = new ShardTable(1);
        var member = new Member(new MemberOptions(Self, NodeRoles.Actors, table.Count, []), table);
        Hear(member, new OwnedShard(Shard, Self, new Epoch(5)));
        var theirs = new OwnedShard(Shard, Other, new Epoch(6));
        table.Learn(theirs);
        MemberCommand.Lose lose = Assert.Single(Hear(member, theirs).OfType<MemberCommand.Lose>());
        Assert.Equal(Shard, Assert.Single(lose.Shards));
    }

    private static ImmutableArray<MemberCommand> Hear(Member member, OwnedShard fact) =>
        [.. member.Step(new MemberInput.Heard(Other, new Frame.Moves([fact], [])), TimeSpan.FromSeconds(1))];
}
