using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>What a machine runs beside its membership: one life of it. Disposing ends it at once, as a crash would.</summary>
internal interface IVirtualEngine : IShardHost, IDisposable
{
    int OpenShards { get; }

    /// <returns>False if the frame is not the engine's.</returns>
    bool Received(Incarnation from, Frame frame);

    void Connected(Incarnation peer);

    void Opened(ShardId shard);

    void Closed(ShardId shard);

    void TrustChanged();

    /// <summary>Behind everything that happens on its machine.</summary>
    void Work();
}
