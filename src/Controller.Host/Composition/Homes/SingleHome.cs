using Controller.Cluster.Sqlite;
using Controller.Edge;
using Controller.Edge.Flows;
using Controller.Host.Admin;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Registrations;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition.Homes;

/// <summary>A node alone with its file: it owns everything, and what it leaves waits for its next run.</summary>
internal sealed class SingleHome(HostOptions options) : INodeHome
{
    private readonly SingleNodePlacement _placement = new(options.Cluster.Shards);
    private readonly TaskCompletionSource<string> _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IJournal Journal { get; } = SqliteJournal.Open(options.Journal.SqliteFile);

    public IPlacement Placement => _placement;

    public ITrust Trust => AlwaysTrusted.Instance;

    public Task<string> Fenced => _fenced.Task;

    public IActorSystem Attach(ActorSystem system)
    {
        system.Faulted += fault =>
        {
            if (fault.Kind == EngineFaultKind.Fenced)
            {
                _fenced.TrySetResult($"another run of node {options.Node.Id} has taken over ({fault.Reason}): this one ends");
            }
        };
        return system;
    }

    public IPeerEdges? Edges => null;

    public void Attach(EdgeNode edge)
    {
    }

    public IClusterView View(NodeLife life) => new SingleNodeView(life, _placement);

    public (ICallDirectory Calls, IRegistrationDirectory Registrations) OfAllNodes(ICallDirectory calls, IRegistrationDirectory registrations) => (calls, registrations);

    public Task StartAsync() => Task.CompletedTask;

    public Task LeaveAsync() => Task.CompletedTask;

    public void Dispose() => Journal.Dispose();
}
