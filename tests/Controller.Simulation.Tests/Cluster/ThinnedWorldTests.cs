namespace Controller.Simulation.Tests.Cluster;

/// <summary>What makes worlds cheap leaves them as they are.</summary>
public class ThinnedWorldTests
{
    private const int Worlds = 60;

    /// <summary>A member says until when it can do without ticks. Whether it is right is seen where it gets every one: to the millisecond the same happens.</summary>
    [Fact]
    public void A_world_without_needless_ticks_is_the_same_world() => Parallel.For(1, Worlds + 1, seed =>
    {
        var thinned = new ClusterWorld(seed);
        var full = new ClusterWorld(seed, thinned: false);
        thinned.Run();
        full.Run();

        Assert.Equal((seed, full.Clock.Now, full.Fingerprint), (seed, thinned.Clock.Now, thinned.Fingerprint));
        Assert.Equal(full.Gaps, thinned.Gaps);
    });
}
