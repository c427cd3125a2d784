using Controller.Actors.Policies;
using System.Net;
using Controller.Cluster.Membership;
using Controller.Edge;
using Controller.Host.Admin;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Server;
using Controller.Host.Admin.Trunks;
using Controller.Host.Charging;
using Controller.Host.Composition.Homes;
using Controller.Host.Composition.Live;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Options;
using Controller.Host.Console;
using Controller.Host.Quality;
using Controller.Host.Telemetry;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Framing;
using Controller.Sip.Transport;

namespace Controller.Host.Composition;

/// <summary>
/// A running node. Order of life:
/// 1 charging file and journal (whatever is wrong with the disk is found before a port is opened), claim, secret;
/// 2 listeners bound, nothing read yet;
/// 3 HTTP, which says "starting";
/// 4 every actor of ours recovered: what they re-emit goes out, the outbox is delivered; in a cluster, our part of it is ours;
/// 5 the listeners are read: ready.
/// </summary>
public sealed class Node : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _undo = new();
    private readonly LoadedConfiguration _configuration;
    private readonly NodeLife _life;
    private readonly INodeHome _home;
    private readonly ActorSystem _system;
    private readonly LoopWatch _watch;
    private readonly EdgeNode _edge;
    private readonly TrunkWatch _trunks;
    private readonly AdminServer _admin;
    private readonly ILogger<Node> _log;

    private Node(LoadedConfiguration configuration, ConfigurationSource source, ILoggerFactory logs, Func<IJournal, IJournal>? around)
    {
        _configuration = configuration;
        _log = logs.CreateLogger<Node>();
        HostOptions options = configuration.Host;
        try
        {
            CdrFileSink charging = OpenCharging(options.Cdr.File);
            _home = options.Journal.Kind == JournalKind.Sqlite ? new SingleHome(options, logs) : new ClusterHome(options, LimitsOf(options), logs);
            Owns(_home);
            EngineOptions engine = new() { Shards = options.Cluster.Shards, Trust = _home.Trust };
            engine = options.Engine.Loops > 0 ? engine with { Loops = options.Engine.Loops } : engine;
            _system = new ActorSystem(engine, around?.Invoke(_home.Journal) ?? _home.Journal, _home.Placement, _home.Clock);
            Owns(_system);
            _watch = new LoopWatch(() => _system.LongestRound);
            Owns(_watch);
            Over = Task.WhenAny(_home.Fenced, _watch.Stuck).Unwrap();
            JournalWatch watch = new(logs.CreateLogger<ActorSystem>());
            _system.Faulted += watch.On;
            _system.DeliverOutbox(charging);
            ReadOnlyMemory<byte> secret = _system.Claim();

            LiveConfiguration live = new(source, configuration, _home.Versions, _home.IsAlone, _home.Clock, logs.CreateLogger<LiveConfiguration>());
            Owns(live);
            (LoadedConfiguration running, long version) = live.Begin();
            SettingsSource<ControllerSettings> settings = new(running.Settings(secret, [], version));
            IActorSystem actors = _home.Attach(_system);
            _edge = new EdgeNode(EdgeOptionsOf(options) with { Receivers = engine.Loops }, actors, settings, _home.Clock, _home.Edges);
            Owns(_edge);
            _home.Attach(_edge);
            TrunkMeter quality = new(settings, _home.Clock);
            Owns(quality);
            _edge.AttemptOver += quality.Count;
            DomainActors.Register(_system, _edge, settings);
            _edge.Open();
            settings.Swap(running.Settings(secret, [.. _edge.Bound.Select(l => l.Listen)], version));

            _life = new NodeLife(options.Node.Id, options.Node.Name, () => watch.Trouble);
            live.Attach(settings, () => _life.Phase.ToString().ToLowerInvariant(), () => _home.Configurations);
            _home.Attach(live);
            Configuration = live;
            ILogger<MetricsListener> metricsLog = logs.CreateLogger<MetricsListener>();
            MetricsListener metrics = new(meter => meter.StartsWith("Controller.", StringComparison.Ordinal), metricsLog.NotAllMeasured);
            Owns(metrics);
            Owns(new ProcessInstruments());
            Owns(new PauseInstrument());
            var trunks = new ActorTrunkStandings(actors);
            _trunks = new TrunkWatch(actors, settings, trunks, logs.CreateLogger<TrunkWatch>());
            Owns(_trunks);
            (ICallDirectory calls, IRegistrationDirectory registrations, ITrunkStandings allTrunks) =
                _home.OfAllNodes(DomainActors.Calls(actors, options.Node.Id), DomainActors.Registrations(_system, _home.Clock), trunks);
            _admin = new AdminServer(options.Admin, new AdminPorts
            {
                Life = _life,
                Calls = calls,
                Registrations = registrations,
                Trunks = new SettingsTrunkDirectory(settings, calls, allTrunks),
                Cluster = _home.View(_life),
                Routes = new RoutePlanSimulator(settings, calls, text => source.Candidate(text, configuration), _home.Clock),
                Configuration = live,
                Metrics = metrics,
            }, logs);
            _undo.Push(_admin.DisposeAsync);
        }
        catch
        {
            Undo().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Completed when this run must end at once, for it may write no more or cannot go on; why, in one line.</summary>
    public Task<string> Over { get; }

    public ILiveConfiguration Configuration { get; }

    /// <summary>The line of standard output that says: from now on calls are taken.</summary>
    public string ReadyLine
    {
        get
        {
            IEnumerable<string> listeners = _edge.Bound.Select(l => $"{l.Transport.UriToken()} {l.Listen}");
            return $"ready {string.Join(' ', listeners)} admin {_admin.Address} node {_configuration.Host.Node.Name}";
        }
    }

    public IReadOnlyList<ListenerSettings> Bound => _edge.Bound;

    public string AdminAddress => _admin.Address;

    /// <param name="source">Reads the configuration again, and others.</param>
    /// <param name="around">Wraps the journal: for whoever wants to see its commits (the demo, a test).</param>
    /// <exception cref="Exception">What <see cref="StartFailure"/> explains; nothing stays open.</exception>
    public static async Task<Node> StartAsync(LoadedConfiguration configuration, ConfigurationSource source, ILoggerFactory logs, Func<IJournal, IJournal>? around = null)
    {
        Node node = new(configuration, source, logs, around);
        try
        {
            await node._admin.StartAsync().ConfigureAwait(false);
            node._system.Start();
            await node._home.StartAsync().ConfigureAwait(false);
            node._edge.Start();
            node._watch.Start();
            node._trunks.Start();
            node._life.Phase = NodePhase.Up;
            return node;
        }
        catch
        {
            await node.Undo().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes nothing more, commits and sends what is decided, closes. What is durable goes on when the node starts again.</summary>
    public async Task DrainAsync()
    {
        _life.Phase = NodePhase.Draining;
        _log.Draining();
        await _home.LeaveAsync().ConfigureAwait(false);
        _edge.StopAccepting();
        await _system.DrainAsync().ConfigureAwait(false);
        await Undo().ConfigureAwait(false);
        _log.Stopped();
    }

    public ValueTask DisposeAsync() => Undo();

    private static CdrFileSink OpenCharging(string file)
    {
        try
        {
            return new CdrFileSink(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"controller.cdr.file: {file} cannot be written: {failed.Message}", failed);
        }
    }

    private static SipLimits LimitsOf(HostOptions options) =>
        SipLimits.Default with { MaxHeaderBytes = options.Limits.MaxHeaderBytes, MaxBodyBytes = options.Limits.MaxBodyBytes };

    private static EdgeOptions EdgeOptionsOf(HostOptions options) => new()
    {
        Limits = LimitsOf(options),
        MaxConnections = options.Limits.TcpConnections,
        IdleTimeout = options.Limits.TcpIdle,
        Resolver = options.Resolver,
        Node = options.Journal.Kind == JournalKind.Postgres ? options.Node.Id : 0,
        HasListeners = (options.Node.Roles & NodeRoles.Edge) != 0,
        FloatingAddresses = options.Cluster.Addresses.Select(floating => IPAddress.Parse(floating.Address.Split('/')[0])).ToHashSet(),
    };

    private void Owns(IDisposable part) => _undo.Push(() =>
    {
        part.Dispose();
        return ValueTask.CompletedTask;
    });

    /// <summary>Closes what was opened, last first.</summary>
    private async ValueTask Undo()
    {
        while (_undo.TryPop(out Func<ValueTask>? close))
        {
            await close().ConfigureAwait(false);
        }
    }
}
