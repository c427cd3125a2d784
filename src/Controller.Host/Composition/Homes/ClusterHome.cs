using System.Net;
using System.Security.Cryptography;
using Controller.Actors;
using Controller.Cluster.Addresses;
using Controller.Cluster.Addresses.Linux;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Cluster.Shards;
using Controller.Cluster.Versions;
using Controller.Edge;
using Controller.Edge.Dispatch;
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
using Controller.Sip.Framing;

namespace Controller.Host.Composition.Homes;

/// <summary>One of several nodes that share a database, which decides who owns what. It owns nothing at first and takes its part when it is up.</summary>
internal sealed class ClusterHome : INodeHome
{
    /// <summary>Of what this version writes: two neighbours understand each other.</summary>
    private const int Level = 1;

    /// <summary>Shards that are read back before any is ours.</summary>
    private const int Rehearsals = 8;

    private static readonly TimeSpan RouterTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(30);

    private readonly Stack<IDisposable> _parts = new();
    private readonly PostgresCluster _store;
    private readonly SipLimits _limits;
    private readonly MemberOptions _options;
    private readonly ShardTable _table;
    private readonly NodeTrust _trust = new(TimeProvider.System);
    private readonly NodeTrust _addressTrust = new(TimeProvider.System);
    private readonly MemberInbox _inbox = new();
    private readonly Member _member;
    private readonly MemberThreads _threads;
    private readonly ClusterEvents _events;
    private readonly ClusterNews _news;
    private readonly LinkMesh _links;
    private readonly PulseThread _pulse;
    private readonly TaskCompletionSource<string> _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorSystem? _system;
    private ShardRouter? _router;
    private EmissionGate? _gate;
    private EdgeNode? _edge;
    private LiveConfiguration? _configuration;
    private AddressLease? _addresses;
    private Thread? _ticking;
    private TimeSpan _lag;
    private volatile bool _disposed;

    public ClusterHome(HostOptions options, SipLimits limits, ILoggerFactory logs)
    {
        _limits = limits;
        _store = Owns(PostgresCluster.Join(
            new PostgresOptions(options.Journal.PostgresConnection, options.Node.Id, options.Journal.PostgresAllowSingle, options.Cluster.Shards) { Quarantine = options.Cluster.Quarantine },
            new NodeDescription(options.Node.Name, options.Node.Roles, Level, options.Cluster.LinkAdvertise)));
        try
        {
            Owns(new ClockInstruments(_store.Clock, "the database's clock", logs.CreateLogger<ClusterClock>()));
            _options = new MemberOptions(_store.Ownership.Self, options.Node.Roles, options.Cluster.Shards, [.. options.Cluster.Addresses.Select(floating => floating.Address)])
            {
                Heartbeat = options.Cluster.Heartbeat,
                Trust = options.Cluster.Trust,
                SuspectAfter = options.Cluster.SuspectAfter,
                RebalanceAfter = options.Cluster.RebalanceAfter,
                MovesPerSecond = options.Cluster.MovesPerSecond,
            };
            _table = new ShardTable(options.Cluster.Shards);
            _member = new Member(_options, _table);
            _news = Owns(new ClusterNews(logs.CreateLogger<Member>(), () => Enumerable.Range(0, _table.Count).Count(shard => _table[new ShardId(shard)].Owner == _options.Self), () => _member!.View?.MapVersion ?? 0));
            _threads = new MemberThreads(_options, _store.Ownership, _inbox, _trust, Report, view => _configuration?.Learn(view.Configuration));
            _events = new ClusterEvents(_inbox);
            _links = Owns(new LinkMesh(
                new Controller.Cluster.Links.LinkOptions(IPEndPoint.Parse(options.Cluster.LinkListen), _options.Self, Level, SHA256.HashData(_store.Secret.Span)) { Report = _news.Link }, _events));
            _pulse = Owns(new PulseThread(_options.Heartbeat, Pulse));
            if (!options.Cluster.Addresses.IsEmpty && (options.Node.Roles & NodeRoles.Edge) != 0)
            {
                _addresses = Owns(new AddressLease(
                    new LinuxAddresses(), options.Cluster.Addresses.ToDictionary(floating => floating.Address, floating => floating.Device), new EitherTrust(_trust, _addressTrust), _news.Trouble));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IJournal Journal => _store.Journal;

    public IConfigurationVersions Versions => _store.Versions;

    public bool IsAlone => false;

    public IPlacement Placement => new NoShards(_options.Self.Node, _options.Shards);

    public ClusterClock Clock => _store.Clock;

    public ITrust Trust => _trust;

    public Task<string> Fenced => _fenced.Task;

    public IPeerEdges? Edges { get; private set; }

    public IActorSystem Attach(ActorSystem system)
    {
        _system = system;
        _router = Owns(new ShardRouter(system, system, _table, _links, new InputCodec(_limits), _options.Self, Clock));
        _gate = Owns(new EmissionGate(_table, system, _links, _trust, message => _edge?.Emitted(message)));
        _events.Attach(_router, _gate);
        system.Astray = _router.Tell;
        Edges = new ClusterEdges(_options.Self.Node, _options.Addresses.ToDictionary(address => IPAddress.Parse(address.Split('/')[0])), _table, () => _member.View, _gate);
        return _router;
    }

    public void Attach(EdgeNode edge) => _edge = edge;

    public void Attach(LiveConfiguration configuration) => _configuration = configuration;

    public IReadOnlyList<NodeConfiguration> Configurations => [.. (_member.View?.Nodes ?? []).Select(node => new NodeConfiguration(
        node.Incarnation.Node.Value, node.Name, ClusterStanding.StateOf(node), node.Report.Configuration, node.Report.ConfigurationProblem))];

    public IClusterView View(NodeLife life) => new ClusterStanding(() => _member.View, _table, () => _inbox.Post(MemberInput.Drain.Instance));

    public (ICallDirectory Calls, IRegistrationDirectory Registrations, ITrunkStandings Trunks) OfAllNodes(
        ICallDirectory calls, IRegistrationDirectory registrations, ITrunkStandings trunks)
    {
        PeerQuestions? questions = null;
        var all = new WholeCluster(calls, registrations, trunks, async question =>
        {
            NodeId[] others = [.. (_member.View?.Nodes ?? []).Where(node => !node.Fenced && node.Incarnation.Node != _options.Self.Node).Select(node => node.Incarnation.Node)];
            return [.. (await questions!.AskAllAsync(others, question, AnswerWithin).ConfigureAwait(false)).Values.OfType<ReadOnlyMemory<byte>>()];
        });
        questions = new PeerQuestions(_links, TimeProvider.System, all.AnswerAsync);
        _events.Attach(questions);
        return (all, all, all);
    }

    public async Task StartAsync()
    {
        if (_system is not { } system || _router is not { } router)
        {
            throw new InvalidOperationException("no engine is attached");
        }

        await Task.Run(() => WarmUp(system)).ConfigureAwait(false);
        var node = new ClusterNode(_member, _inbox, _trust, new NodeLimbs(
            _threads, _links, system, Take, Drop, _addressTrust.HoldUntil, system.TrustChanged, router.Opened, router.Released, _news.Tell, Die, () => _left.TrySetResult()));
        _threads.Start(node);
        _pulse.Start();
        _ticking = new Thread(TickRouter) { IsBackground = true, Name = "shard-router" };
        _ticking.Start();
        if (await Task.WhenAny(_settled.Task, _fenced.Task).ConfigureAwait(false) == _fenced.Task)
        {
            throw new JournalException(await _fenced.Task.ConfigureAwait(false));
        }
    }

    public async Task LeaveAsync()
    {
        _inbox.Post(MemberInput.Drain.Instance);
        await Task.WhenAny(_left.Task, _fenced.Task, Task.Delay(LeaveWithin)).ConfigureAwait(false);
    }

    /// <remarks>Also of what a failed start has left half made.</remarks>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _trust.End();
        _addressTrust.End();
        _threads?.Dispose();
        _ticking?.Join();
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private T Owns<T>(T part)
        where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>
    /// Before anything is ours: the code, and a rehearsal of takeover and hand-off, of which the first costs both ends of a connection a tenth of a second. Nothing is
    /// claimed or given away, and what is read back of the others' calls is thrown away.
    /// </summary>
    private void WarmUp(ActorSystem system)
    {
        Compilation.Run();
        Journal.Load(new ActorId(ActorKinds.Call, 0));
        _store.Ownership.Claim([], [], "rehearsed");
        _store.Ownership.HandOff(_options.Self, [], []);
        for (int shard = 0; shard < Math.Min(Rehearsals, _options.Shards); shard++)
        {
            system.Rehearse([new ShardId(shard)]);
        }
    }

    private BeatReport Report()
    {
        (long version, string? problem) = _configuration?.Standing ?? default;
        return new BeatReport(_lag, TimeSpan.Zero, _system?.CountOf(ActorKinds.Call) ?? 0) { Configuration = version, ConfigurationProblem = problem };
    }

    private void Pulse(long count, TimeSpan lag)
    {
        _lag = lag;
        _links.SendToAll(new Frame.Pulse(count, Report(), _trust.Holds));
    }

    private void Die(string reason)
    {
        _addressTrust.End();
        _fenced.TrySetResult(reason);
    }

    private void Take(string address)
    {
        _addresses?.Take(address);
        _news.Address(address, held: true);
    }

    private void Drop(string address)
    {
        _addresses?.Drop(address);
        _news.Address(address, held: false);
    }

    private void TickRouter()
    {
        while (!_disposed)
        {
            _router!.Tick();
            if (!_settled.Task.IsCompleted && _member.IsSettled)
            {
                _settled.TrySetResult();
            }

            Thread.Sleep(RouterTick);
        }
    }
}
