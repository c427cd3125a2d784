using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Compliance;

/// <summary>What every placement must do.</summary>
public abstract class PlacementCompliance
{
    protected abstract IPlacement Create(int shards);

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    public void Every_shard_has_exactly_one_owner(int shards)
    {
        var map = Create(shards).Map;
        Assert.Equal(shards, map.OwnerByShard.Count);
        Assert.All(Enumerable.Range(0, shards), s => Assert.Equal(map.OwnerByShard[s], map.OwnerOf(new ShardId(s))));
    }

    [Fact]
    public void The_map_is_a_snapshot_and_its_version_says_whether_it_is_the_same()
    {
        var placement = Create(256);
        var (before, after) = (placement.Map, placement.Map);
        Assert.True(after.Version >= before.Version);
        if (after.Version == before.Version)
        {
            Assert.Equal(before.OwnerByShard, after.OwnerByShard);
        }
    }
}
