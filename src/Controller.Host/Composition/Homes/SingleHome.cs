using Controller.Cluster.Sqlite;
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
using Controller.Host.Telemetry;
using Controller.Sharding.Clocks;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition.Homes;

/// <summary>A node alone with its file: it owns everything, and what it leaves waits for its next run.</summary>
internal sealed class SingleHome : INodeHome
{
    private readonly HostOptions _options;
    private readonly SqliteJournal _journal;
    private readonly WallReference _time;
    private readonly ClockInstruments _instruments;
    private readonly SingleNodePlacement _placement;
    private readonly TaskCompletionSource<string> _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SingleHome(HostOptions options, ILoggerFactory logs)
    {
        _options = options;
        _placement = new SingleNodePlacement(options.Cluster.Shards);
        _journal = SqliteJournal.Open(options.Journal.SqliteFile);
        try
        {
            _time = new WallReference(TimeProvider.System, _journal.Newest.ToDateTimeOffset());
        }
        catch
        {
            _journal.Dispose();
            throw;
        }

        _instruments = new ClockInstruments(_time.Clock, "this machine's clock", logs.CreateLogger<ClusterClock>());
    }

    public IJournal Journal => _journal;

    public IConfigurationVersions Versions => _journal.Versions;

    public bool IsAlone => true;

    public IReadOnlyList<NodeConfiguration> Configurations => [];

    public IPlacement Placement => _placement;

    public ClusterClock Clock => _time.Clock;

    public ITrust Trust => AlwaysTrusted.Instance;

    public Task<string> Fenced => _fenced.Task;

    public IActorSystem Attach(ActorSystem system)
    {
        system.Faulted += fault =>
        {
            if (fault.Kind == EngineFaultKind.Fenced)
            {
                _fenced.TrySetResult($"another run of node {_options.Node.Id} has taken over ({fault.Reason}): this one ends");
            }
        };
        return system;
    }

    public IPeerEdges? Edges => null;

    public void Attach(EdgeNode edge)
    {
    }

    public void Attach(LiveConfiguration configuration)
    {
    }

    public IClusterView View(NodeLife life) => new SingleNodeView(life, _placement);

    public (ICallDirectory Calls, IRegistrationDirectory Registrations, ITrunkStandings Trunks) OfAllNodes(
        ICallDirectory calls, IRegistrationDirectory registrations, ITrunkStandings trunks) => (calls, registrations, trunks);

    public Task StartAsync() => Task.CompletedTask;

    public Task LeaveAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _instruments.Dispose();
        _time.Dispose();
        _journal.Dispose();
    }
}
