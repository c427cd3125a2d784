using Controller.Cluster.Versions;
using Controller.Edge;
using Controller.Edge.Flows;
using Controller.Host.Admin;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Trunks;
using Controller.Host.Composition.Live;
using Controller.Sharding.Clocks;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition.Homes;

/// <summary>
/// Where what a node decides is kept, and who shares it: a file of its own, or a database with other nodes. Order of life: construct (the store is open, nothing is
/// owned), <see cref="Attach(ActorSystem)"/>, <see cref="Attach(EdgeNode)"/>, <see cref="StartAsync"/>, <see cref="LeaveAsync"/>, dispose.
/// </summary>
internal interface INodeHome : IDisposable
{
    IJournal Journal { get; }

    /// <summary>What the engine owns from its start on.</summary>
    IPlacement Placement { get; }

    ITrust Trust { get; }

    /// <summary>The time that stored instants are of.</summary>
    ClusterClock Clock { get; }

    /// <summary>Completed when this run may write no more; why, in one line.</summary>
    Task<string> Fenced { get; }

    /// <summary>The configurations that were activated here, or by any node that shares the store.</summary>
    IConfigurationVersions Versions { get; }

    /// <summary>No other node uses <see cref="Versions"/>.</summary>
    bool IsAlone { get; }

    /// <returns>The actors as the edge tells them: all that there are, wherever they live.</returns>
    IActorSystem Attach(ActorSystem system);

    /// <summary>The other nodes' edges; null: there are no other nodes. Known once the engine is attached.</summary>
    IPeerEdges? Edges { get; }

    void Attach(EdgeNode edge);

    /// <summary>From now on it hears which version is active, and the others which one runs here.</summary>
    void Attach(LiveConfiguration configuration);

    /// <summary>What the nodes run, as of their last heartbeats; empty: there is no other.</summary>
    IReadOnlyList<NodeConfiguration> Configurations { get; }

    IClusterView View(NodeLife life);

    /// <returns>The calls and registrations of all nodes, given this node's own.</returns>
    (ICallDirectory Calls, IRegistrationDirectory Registrations, ITrunkStandings Trunks) OfAllNodes(
        ICallDirectory calls, IRegistrationDirectory registrations, ITrunkStandings trunks);

    /// <summary>Completed when every call that is ours can be taken up.</summary>
    Task StartAsync();

    /// <summary>Completed when what is ours is somebody else's, or nobody is there to take it.</summary>
    Task LeaveAsync();
}
