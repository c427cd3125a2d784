using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Simulation.Tests.Checkers;
using Controller.Simulation.Tests.Cluster;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>A few calls through one node or through a cluster, everything that can go wrong with them, and the checkers, on one thread and in virtual time: a function of its seed.</summary>
internal sealed class SimulatedWorld : IDisposable
{
    private const long Limit = 400_000;
    public const int CallsPerRun = 2;

    private static readonly IPEndPoint Access = new(IPAddress.Parse("203.0.113.1"), 5060);
    private static readonly IPEndPoint Core = new(IPAddress.Parse("203.0.113.2"), 5060);

    private readonly Random _random;
    private readonly FaultPlan _faults;
    private readonly ControllerSettings _settings;
    private readonly EngineKinds _kinds;
    private readonly Dictionary<IPEndPoint, List<Party>> _parties = [];
    private readonly List<CallPlan> _plans = [];
    private readonly List<Caller> _callers = [];
    private readonly CommittedFacts _facts;
    private readonly DurableBeforeSent _durable;
    private readonly SameTwice _same = new();
    private readonly OneFinalEach _finals = new();
    private readonly IPEndPoint[] _trunk;
    private readonly bool _isCluster;
    private readonly ArbiterFlaw _arbiterFlaw;
    private readonly NodeFlaw _flaw;
    private ISite? _site;
    private ViolationException? _violation;
    private long _began;

    /// <param name="cluster">Several nodes behind one address, which break each in its own way; else one that crashes.</param>
    public SimulatedWorld(int seed, EngineKinds? kinds = null, bool cluster = false, ArbiterFlaw arbiterFlaw = ArbiterFlaw.None, NodeFlaw flaw = NodeFlaw.None)
    {
        Seed = seed;
        (_arbiterFlaw, _flaw) = (arbiterFlaw, flaw);
        _isCluster = cluster;
        _kinds = kinds ?? EngineKinds.Real;
        _random = new Random(seed);
        Schedule = new Schedule(Clock);
        Ladder = new Ladder(Clock);
        _faults = FaultPlan.Draw(_random);
        _faults = cluster ? _faults with { Crashes = [], Stalls = [], Failures = [] } : _faults;
        Descriptions = new Descriptions(mayComeLate: cluster || _faults.Crashes.Count + _faults.Failures.Count + _faults.Stalls.Count > 0);
        Network = new Network(this, _faults, _random);
        _trunk = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(i => new IPEndPoint(IPAddress.Parse($"198.51.100.{20 + i}"), 5080))];
        NamedTrunk = _random.Next(4) == 0;
        _settings = Settings();
        _facts = new CommittedFacts(Journal);
        _durable = new DurableBeforeSent(_facts);
        Journal.Committed = _facts.Committed;
    }

    public int Seed { get; }
    public SimulatedClock Clock { get; } = new();

    /// <inheritdoc cref="Serving.Gaps"/>
    public IReadOnlyList<long> Gaps => (_site as CallSite)?.Serving.Gaps ?? [];

    public Schedule Schedule { get; }
    public Ladder Ladder { get; }
    public Network Network { get; }
    public InMemoryJournal Journal { get; } = new(threaded: false);
    public ISite Site => _site ?? throw new InvalidOperationException("the world has not begun");
    public FaultPlan Faults => _faults;
    public IReadOnlyList<CallPlan> Plans => _plans;
    public IReadOnlyList<Caller> Callers => _callers;

    private bool NamedTrunk { get; }

    public ReliableResponses Reliable { get; } = new();
    public FinalsAreAcknowledged Acknowledged { get; } = new();
    public Heard Heard { get; } = new();
    public Descriptions Descriptions { get; }

    /// <summary>Branches of requests of which the node has been told that the network did not take them; earlier copies may have arrived.</summary>
    public HashSet<string> Refused { get; } = [];

    public IEnumerable<Party> PartiesOfCalls() => _callers.SelectMany(caller => CalleesOf(caller.Call).Prepend<Party>(caller));

    public IEnumerable<Callee> CalleesOf(int call) => _parties.Values.SelectMany(at => at).OfType<Callee>().Where(party => party.Call == call);

    public Histories Histories { get; } = new(CallsPerRun);

    /// <summary>A call has had this in it.</summary>
    public void Saw(int call, Ingredient ingredient) => Histories.Saw(call, ingredient);

    public int ListenerAt(IPEndPoint address) => address.Equals(Access) ? 0 : 1;

    /// <exception cref="ViolationException">A checker has found something.</exception>
    public void Run()
    {
        _site = _isCluster ? new CallSite(this, _settings, _kinds, _random, _arbiterFlaw, _flaw) : new SingleSite(this, _settings, _kinds, _random);
        _began = Clock.Now;
        for (int i = 0; i < CallsPerRun; i++)
        {
            Plan(i);
        }

        (_site as SingleSite)?.Break(_faults);
        while (Step())
        {
        }

        NobodyIsLeftUp.Check(this);
        Acknowledged.Check(this);
        new OneResultEach(this).Check();
        (_site as CallSite)?.Rest();
    }

    public void Deliver(IPEndPoint to, SipMessage message)
    {
        if (!_parties.TryGetValue(to, out List<Party>? at))
        {
            if (!_plans.Exists(plan => plan.Callees.ContainsKey(to)))
            {
                return;
            }

            _parties[to] = at = [];
        }

        string callId = PartyText.Value(message, HeaderId.CallId);
        Party? party = at.Find(p => p.CallId == callId);
        if (party is null && message.IsRequest && message.Method == SipMethod.Invite && PartyText.Tag(message, HeaderId.To).Length == 0)
        {
            CallPlan plan = PlanOf(message);
            party = new Callee(this, plan.Number, $"zQb{plan.Number}y{at.Count}y{to.Port % 97}", to, plan.ToUser ? Access : Core, plan.Callees[to]);
            at.Add(party);
        }

        party?.Receive(message);
    }

    /// <summary>A message leaves the node.</summary>
    public void Leave(IDecider node, ActorId actor, IPEndPoint to, ReadOnlyMemory<byte> bytes, string branch)
    {
        if (node.IsGone)
        {
            throw new ViolationException("C4", "a node that has died sends");
        }

        SipMessage message = SipMessage.Copy(bytes.Span);
        try
        {
            _durable.Check(actor, message);
            _same.Check(message);
            _finals.Check(message);
            Descriptions.Check(message);
            Reliable.Check(message);
            Topology.Check(message, toCaller: IsCaller(to));
        }
        catch (ViolationException)
        {
            Ladder.Add(to, message, "<== here");
            throw;
        }

        if (branch.Length > 0 && _random.NextDouble() < _faults.TransportFailure)
        {
            Ladder.Add(to, message, "REFUSED BY THE NETWORK");
            Saw(CallOf(to, message), Ingredient.TransportFailure);
            Schedule.After(_random.Next(5), () =>
            {
                if (!node.IsGone)
                {
                    Refused.Add(branch);
                }

                node.Tell(actor, new CallInput.TransportFailed(branch, "refused"));
            });
            return;
        }

        Network.FromNode(to, CallOf(to, message), message);
    }

    public void Resolve(CallEffect.Resolve question, Action<ImmutableArray<Flow>> answer)
    {
        int index = question.Host[^1] - '0';
        ImmutableArray<Flow> flows = _random.Next(6) == 0 ? [] : [new Flow(SipTransport.Udp, question.Listener, _trunk[index])];
        if (flows.IsEmpty)
        {
            SawAll(Ingredient.NotFound);
        }

        Ladder.Note($"{question.Host} is looked up: {(flows.IsEmpty ? "not found" : flows[0].Remote)}");
        Schedule.After(_random.Next(0, 300), () => answer(flows));
    }

    public void Fault(EngineFault fault)
    {
        Ladder.Note($"engine: {fault.Kind}: {fault.Reason}");
        if (fault.Kind is EngineFaultKind.ActorThrew or EngineFaultKind.InterpreterThrew or EngineFaultKind.Unreadable or EngineFaultKind.SequenceConflict or EngineFaultKind.Fenced)
        {
            // The engine lives on, whatever is thrown at it.
            throw _violation ??= fault.Error as ViolationException ?? new ViolationException("engine", $"{fault.Kind}: {fault.Reason} {fault.Error}");
        }
    }

    public string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine($"seed {Seed}; {_faults} crashes [{string.Join(", ", _faults.Crashes)}] stalls [{string.Join(", ", _faults.Stalls)}] failures [{string.Join(", ", _faults.Failures)}]");
        foreach (CallPlan plan in _plans)
        {
            text.AppendLine($"call {plan.Number} to {plan.User}, hung up by the operator at {plan.HangUpAt}: caller {plan.Caller}");
            foreach ((IPEndPoint address, PartyScript script) in plan.Callees)
            {
                text.AppendLine($"   {address}: {script}");
            }
        }

        return text.Append(Ladder.Render()).ToString();
    }

    public void Dispose()
    {
        _site?.Dispose();
        Journal.Dispose();
    }

    /// <summary>Something has broken that may have taken what was not stored with it.</summary>
    public void Broken()
    {
        SawAll(Ingredient.Crash);
        for (int i = 0; i < CallsPerRun; i++)
        {
            Histories.Crashed(i);
        }
    }

    /// <summary>A node has read it.</summary>
    public void Arrived(SipMessage message)
    {
        Reliable.Arrived(message);
        Acknowledged.Arrived(message);
        Heard.Arrived(message);
        Descriptions.Arrived(message);
    }

    /// <summary>Of the calls that are going on.</summary>
    public void SawAll(Ingredient ingredient)
    {
        foreach (Caller caller in _callers)
        {
            if (caller.Phase is PartyPhase.Setup or PartyPhase.Up)
            {
                Saw(caller.Call, ingredient);
            }
        }
    }

    private static bool IsCaller(IPEndPoint address) => (address.Address.MapToIPv6().GetAddressBytes() is var bytes) && bytes[12] == 192;

    /// <summary>Whose message it is. A trunk's address is shared by all calls.</summary>
    private int CallOf(IPEndPoint to, SipMessage message)
    {
        string callId = PartyText.Value(message, HeaderId.CallId);
        return _parties.TryGetValue(to, out List<Party>? at) && at.Find(party => party.CallId == callId) is { } known ? known.Call : PlanOf(message).Number;
    }

    private bool Step()
    {
        Site.Pump();
        if (_violation is not null)
        {
            throw _violation;
        }

        // Nothing is under way and the node knows no call: the run is over.
        if (Schedule.IsEmpty && !Site.IsDown && Site.Calls == 0)
        {
            return false;
        }

        long next = Math.Min(Schedule.Next, Site.Due);
        if (next == long.MaxValue || next > _began + Limit)
        {
            throw new ViolationException("C6", $"not over after {(Clock.Now - _began) / 1000} s, {Site.Calls} calls are left: {Site.Describe()}");
        }

        Clock.Now = Math.Max(Clock.Now, next);
        Schedule.RunDue();
        return true;
    }

    private void Plan(int number)
    {
        bool toUser = _random.Next(2) == 0;
        IPEndPoint[] targets = toUser
            ? [.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new IPEndPoint(IPAddress.Parse($"198.51.100.{100 + (number * 10) + i}"), 5070))]
            : _trunk;
        CallPlan plan = CallPlan.Draw(_random, number, toUser, targets);
        _plans.Add(plan);
        for (int i = 0; toUser && i < targets.Length; i++)
        {
            Register(plan, targets[i], i);
        }

        var address = new IPEndPoint(IPAddress.Parse($"192.0.2.{10 + number}"), 5060);
        string target = toUser ? $"sip:{plan.User}@example.test" : $"sip:{plan.User}@203.0.113.1";
        var caller = new Caller(this, number, $"zQa{number}x", $"caller-{number}", address, Access, target, plan.Caller);
        _callers.Add(caller);
        _parties[address] = [caller];
        Schedule.After(plan.StartsAt + 50, caller.Start);
        if (plan.HangUpAt >= 0)
        {
            Schedule.After(plan.HangUpAt, () =>
            {
                Ladder.Note($"the operator hangs up call {number}");
                Saw(number, Ingredient.OperatorHangsUp);
                Site.Tell(Controller.Actors.Tokens.ActorKeys.ForCallId(_settings.Secret.Span, Encoding.ASCII.GetBytes(caller.CallId)), CallInput.HangUp.Instance);
            });
        }
    }

    /// <summary>Over a good line and before anything goes wrong: registering is not what is looked at.</summary>
    private void Register(CallPlan plan, IPEndPoint phone, int index)
    {
        byte[] register = PartyText.Finish($"REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP {phone};branch=z9hG4bKreg{index}\r\nMax-Forwards: 70\r\nFrom: <sip:{plan.User}@example.test>;tag=r{index}\r\n"
            + $"To: <sip:{plan.User}@example.test>\r\nCall-ID: register{plan.Number}-{index}\r\nCSeq: 1 REGISTER\r\nContact: <sip:{plan.User}@{phone}>\r\nExpires: 3600\r\n", null);
        Site.Receive(SipMessage.Copy(register), phone, Access);
        Site.Settle();
    }

    private CallPlan PlanOf(SipMessage invite)
    {
        string from = PartyText.Value(invite, HeaderId.From);
        int at = from.IndexOf("caller-", StringComparison.Ordinal);
        return at < 0 ? throw new ViolationException("C6", "an INVITE that belongs to no call") : _plans[from[at + 7] - '0'];
    }

    private ControllerSettings Settings() => new()
    {
        Version = 1,
        Shards = 1,
        Secret = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(),
        Listeners =
        [
            new ListenerSettings("access", SipTransport.Udp, Access, "203.0.113.1", 5060),
            new ListenerSettings("core", SipTransport.Udp, Core, "203.0.113.2", 5060),
        ],
        Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("access", new()).Add("core", new(Trusted: true)),
        Registrar = new RegistrarSettings { Domains = ["example.test"], Authenticate = false },
        Calls = new CallSettings { MaxDuration = TimeSpan.FromSeconds(60), NoAnswer = TimeSpan.FromSeconds(_random.Next(10, 45)) },
        Trunks = ImmutableDictionary<string, TrunkSettings>.Empty.Add("uas", new TrunkSettings
        {
            Name = "uas",
            Realm = "core",
            Endpoints = [.. _trunk.Select((address, i) => new TrunkPeerSettings(NamedTrunk ? $"sip:gateway{i}:5080" : $"sip:{address}", i + 1))],
        }),
        Routes =
        [
            new RouteSettings { Name = "local users", Registered = true, ToRegistered = true, Domain = "example.test" },
            new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas")] },
        ],
    };
}
