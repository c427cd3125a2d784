using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tokens;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Sip.Uris;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>A cluster behind one floating address, where a single node was: the same parties, the same checkers, and machines that break.</summary>
internal sealed class CallSite : ISite
{
    public const string Address = "203.0.113.1/24";

    private const int Shards = 8;

    /// <summary>How long the kernel of a machine whose process stands still keeps the address.</summary>
    private const int Lease = 1_200;

    private readonly SimulatedWorld _world;
    private readonly SettingsSource<ControllerSettings> _settings;
    private readonly Machines _machines;
    private readonly Random _random;
    private int _calls;
    private int _countedAt = -1;

    public CallSite(SimulatedWorld world, ControllerSettings settings, EngineKinds kinds, Random random, ArbiterFlaw arbiterFlaw, NodeFlaw flaw)
    {
        (_world, _random) = (world, random);
        _settings = new SettingsSource<ControllerSettings>(settings with { Shards = Shards });
        Rows = world.Journal;
        RowsEpoch = Rows.Claim([.. Enumerable.Range(0, Shards).Select(shard => new ShardId(shard))]).Fences[0].Epoch;
        _machines = new Machines(
            random, world.Clock, random.Next(2, 4), Shards, [Address], pace: 1, lost: random.Next(3) == 0 ? 0.02 : 0,
            node => new CallEngine(this, _machines!, node, _settings, kinds), what => world.Ladder.Note(FormattableString.Invariant(what)), arbiterFlaw, flaw)
        { Apart = 1_500 };
        Serving = new Serving(_machines);
        Kept = new KeptLedger(_machines);
        _machines.Nodes.ForEach(node => node.Start());
        Settle();
        while (!_machines.Nodes.TrueForAll(node => node.Member!.IsSettled && node.IsServing))
        {
            Settle();
        }

        for (int i = random.Next(1, 4); i > 0; i--)
        {
            world.Schedule.After(random.Next(3) switch { 0 => random.Next(300), 1 => random.Next(4_000), _ => random.Next(30_000) }, Faults);
        }
    }

    public Serving Serving { get; }

    public KeptLedger Kept { get; }

    public InMemoryJournal Rows { get; }

    /// <summary>The rows' own, which never changes: who may write is the arbiter's to say.</summary>
    public Epoch RowsEpoch { get; }

    /// <summary>How many batches have been committed.</summary>
    public int Commits { get; set; }

    public int Calls
    {
        get
        {
            if (_countedAt != Commits)
            {
                var calls = new HashSet<ActorId>();
                Rows.Recover([.. Enumerable.Range(0, Shards).Select(shard => new ShardId(shard))], row => _ = row.Actor.Kind == ActorKinds.Call && calls.Add(row.Actor));
                (_countedAt, _calls) = (Commits, calls.Count);
            }

            return _calls;
        }
    }

    public bool IsDown => Holder() is null;

    public long Due
    {
        get
        {
            long due = _machines.Next;
            foreach (VirtualNode node in _machines.Nodes)
            {
                due = node.IsAlive ? Math.Min(due, ((CallEngine)node.Engine!).Due) : due;
            }

            return due;
        }
    }

    public void Settle()
    {
        long until = _world.Clock.Now + 500;
        while (_world.Clock.Now < until || _machines.Store.IsWriting)
        {
            _world.Clock.Now = Math.Max(_world.Clock.Now, Math.Min(Due, Math.Max(until, _world.Clock.Now + 1)));
            Pump();
        }
    }

    public bool Pump()
    {
        bool worked = false;
        while (_machines.RunDue())
        {
            worked = true;
        }

        foreach (VirtualNode node in _machines.Nodes)
        {
            // What happens on a machine is followed by its engine's work; what else there is to do is due, or was told from outside.
            if (node.IsAlive && !node.IsPaused && ((CallEngine)node.Engine!).HasWork)
            {
                node.Engine!.Work();
            }
        }

        return worked;
    }

    /// <summary>What the edge of the node does that has the address: which actor?</summary>
    public void Receive(SipMessage message, IPEndPoint from, IPEndPoint to)
    {
        if (Holder() is not { } holder)
        {
            return;
        }

        // A datagram waits in the socket of a process that stands still.
        holder.Later(0, () =>
        {
            _world.Arrived(message);
            var flow = new Flow(SipTransport.Udp, _world.ListenerAt(to), from);
            ReadOnlySpan<byte> secret = _settings.Current.Secret.Span;
            var engine = (CallEngine)holder.Engine!;
            if (message.Method != SipMethod.Register)
            {
                ActorId call = ActorKeys.ForCallId(secret, message.Value(HeaderId.CallId));
                engine.Tell(call, message.IsRequest ? new CallInput.RequestReceived(message, flow) : new CallInput.ResponseReceived(message, flow));
            }
            else if (SipUri.TryParse(Encoding.Latin1.GetBytes(PartyText.Uri(message, HeaderId.To)), out SipUri uri))
            {
                engine.Tell(ActorKeys.ForAddressOfRecord(secret, SipUris.AddressOfRecord(uri)), new RegistrationInput.RegisterReceived(message, flow));
            }
        });
    }

    public void Tell(ActorId actor, object input) => ((CallEngine?)_machines.Nodes.Find(node => node.IsServing)?.Engine)?.Tell(actor, input);

    public void Leave(IDecider by, VirtualNode edge, ActorId actor, IPEndPoint to, ReadOnlyMemory<byte> bytes, string branch)
    {
        // What the edge thinks to have may be another's by now: the wire does not mind, the peer hears it all the same.
        if (edge.IsAlive)
        {
            _world.Leave(by, actor, to, bytes, branch);
        }
    }

    public void Resolve(CallEffect.Resolve question, Action<ImmutableArray<Flow>> answer) => _world.Resolve(question, answer);

    public void Refused(VirtualNode node, object input) => _world.Ladder.Note($"node {node.Self} refuses {input.GetType().Name}");

    /// <summary>Actors begin anew from their rows: what is not stored is forgotten.</summary>
    public void ReadBack() => _world.Heard.Forgot();

    public void Faulted(EngineFault fault)
    {
        if (fault.Kind is not (EngineFaultKind.Fenced or EngineFaultKind.OwnFailed or EngineFaultKind.SentTooLate))
        {
            _world.Fault(fault);
        }
    }

    public string Describe() => string.Join('\n', _machines.Nodes.Select(node => $"node {node.Self}: {(node.IsAlive ? ((CallEngine)node.Engine!).Describe() : "dead")}"));

    public void Dispose() => _machines.Nodes.ForEach(node => node.Dispose());

    /// <summary>C9: after everything is mended.</summary>
    public void Rest()
    {
        for (int rests = 0; !Serving.IsAtRest(); rests++)
        {
            if (rests > 240)
            {
                throw Serving.NotAtRest("two minutes after the last call");
            }

            Settle();
        }
    }

    /// <summary>One after the other, or several at once.</summary>
    private void Faults()
    {
        for (int i = _random.Next(4) == 0 ? _random.Next(2, 4) : 1; i > 0; i--)
        {
            Fault();
        }
    }

    private void Fault()
    {
        _world.Broken();
        long lasts = _random.Next(3) switch { 0 => _random.Next(20, 700), 1 => _random.Next(700, 3_000), _ => _random.Next(3_000, 12_000) };
        VirtualNode node = Holder() is { } holder && _random.Next(2) == 0 ? holder : _machines.Nodes[_random.Next(_machines.Nodes.Count)];
        VirtualNode other = _machines.Nodes[node.Id % _machines.Nodes.Count];
        switch (_random.Next(13))
        {
            case <= 3:
                _machines.Crash(node, lasts);
                break;
            case <= 5:
                _machines.Pause(node, lasts);
                break;
            case 6:
                _machines.Cut(node, other, lasts, both: _random.Next(2) == 0);
                break;
            case 7:
                _machines.CutFromArbiter(node, lasts);
                break;
            case 8:
                _machines.StopArbiter(Math.Min(lasts, 4_000));
                break;
            case 9:
                _machines.Drain(node);
                break;
            case 10:
                _machines.SlowArbiter(lasts);
                break;
            case 11:
                // What was decided before a hand-over arrives behind the news of it.
                _machines.SlowLink(other, node, lasts);
                if (_random.Next(2) == 0)
                {
                    _world.Schedule.After(_random.Next(50, 700), () => _machines.Drain(other));
                }

                break;
            case 12:
                _machines.SetClock(node, WrongBy(), lasts);
                break;
        }
    }

    /// <summary>Up to 25 minutes: by an operator, or the first answer of a time server.</summary>
    private long WrongBy() => 1_000 * _random.Next(-1_500, 1_500);

    /// <summary>Where a message to the address arrives: at the machine that took it last and still has it.</summary>
    private VirtualNode? Holder() => _machines.Nodes
        .Where(node => node.IsAlive && node.Addresses.ContainsKey(Address) && !(node.IsPaused && _world.Clock.Now > node.PausedAt + Lease))
        .MaxBy(node => node.Addresses[Address]);
}
