using Controller.Cluster.Placement;
using Controller.Sharding.Placement;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Placement;

public class BalanceTests(ITestOutputHelper output)
{
    private const int Shards = 256;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Shards_that_nobody_owns_are_spread_evenly(int nodes)
    {
        NodeId?[] places = Balance.Place(new NodeId?[Shards], Nodes(nodes));
        Assert.All(places, place => Assert.NotNull(place));
        Assert.InRange(places.CountBy(place => place!.Value).Max(count => count.Value), Shards / nodes, (Shards / nodes) + 1);
    }

    [Fact]
    public void What_is_owned_stays_and_the_dead_nodes_shards_go_to_all_that_live()
    {
        NodeId?[] owners = Balance.Place(new NodeId?[Shards], Nodes(3));
        NodeId?[] after = [.. owners.Select(owner => owner == new NodeId(2) ? null : owner)];
        NodeId?[] places = Balance.Place(after, [new NodeId(1), new NodeId(3)]);
        for (int shard = 0; shard < Shards; shard++)
        {
            Assert.Equal(after[shard] is null, places[shard] is not null);
        }

        NodeId?[] all = [.. after.Select((owner, shard) => owner ?? places[shard])];
        Assert.Equal([128, 128], all.CountBy(owner => owner!.Value.Value).OrderBy(count => count.Key).Select(count => count.Value));
    }

    [Fact]
    public void A_newcomer_gets_its_share_and_nobody_else_exchanges_anything()
    {
        NodeId?[] owners = Balance.Place(new NodeId?[Shards], Nodes(3));
        IReadOnlyList<Move> moves = Balance.Plan(owners, Nodes(4));
        Assert.Equal(64, moves.Count);
        Assert.All(moves, move => Assert.Equal(new NodeId(4), move.To));
        Assert.All(moves, move => Assert.Equal(owners[move.Key], move.From));
        Assert.Equal(moves.Count, moves.DistinctBy(move => move.Key).Count());
    }

    [Fact]
    public void Who_is_not_among_the_living_gives_everything()
    {
        NodeId?[] owners = Balance.Place(new NodeId?[Shards], Nodes(3));
        IReadOnlyList<Move> moves = Balance.Plan(owners, [new NodeId(1), new NodeId(3)]);
        Assert.Equal(owners.Count(owner => owner == new NodeId(2)), moves.Count);
        Assert.All(moves, move => Assert.Equal(new NodeId(2), move.From));
    }

    [Fact]
    public void After_any_history_a_plan_ends_in_balance_and_is_then_empty()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int run = 0; run < 200; run++)
        {
            int nodes = random.Next(1, 9);
            NodeId?[] owners = [.. Enumerable.Range(0, random.Next(1, 300)).Select(_ => random.Next(5) == 0 ? (NodeId?)null : new NodeId(random.Next(1, 12)))];
            NodeId?[] places = Balance.Place([.. owners], Nodes(nodes));
            NodeId?[] now = [.. owners.Select((owner, key) => owner ?? places[key])];
            foreach (Move move in Balance.Plan(now, Nodes(nodes)))
            {
                now[move.Key] = move.To;
            }

            int[] loads = [.. Nodes(nodes).Select(node => now.Count(owner => owner == node))];
            Assert.Equal(now.Length, loads.Sum());
            Assert.InRange(loads.Max() - loads.Min(), 0, 1);
            Assert.Empty(Balance.Plan(now, Nodes(nodes)));
        }
    }

    [Fact]
    public void Nobody_living_places_nothing()
    {
        Assert.All(Balance.Place(new NodeId?[Shards], []), place => Assert.Null(place));
        Assert.Empty(Balance.Plan(Balance.Place(new NodeId?[Shards], Nodes(2)), []));
    }

    private static NodeId[] Nodes(int count) => [.. Enumerable.Range(1, count).Select(node => new NodeId(node))];
}
