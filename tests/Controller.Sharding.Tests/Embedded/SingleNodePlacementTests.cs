using Controller.Compliance;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Sharding.Tests.Embedded;

public sealed class SingleNodePlacementTests : PlacementCompliance
{
    protected override IPlacement Create(int shards) => new SingleNodePlacement(shards);

    [Fact]
    public void Everything_is_ours()
    {
        var placement = new SingleNodePlacement();
        Assert.All(Enumerable.Range(0, 256), s => Assert.Equal(placement.Self, placement.Map.OwnerOf(new ShardId(s))));
    }
}
