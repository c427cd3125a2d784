using System.Net;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Edge.Dispatch;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Framing;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>One life of a node with calls: the real engine with the real actors, the real router and the gate for what leaves by another node.</summary>
internal sealed class CallEngine : IVirtualEngine, IDecider
{
    private readonly CallSite _site;
    private readonly VirtualNode _node;
    private readonly ActorSystem _system;
    private readonly ShardRouter _router;
    private readonly EmissionGate _gate;
    private readonly VirtualJournal _journal;
    private readonly Machines _machines;
    private bool _told;
    private Fence _under;

    public CallEngine(CallSite site, Machines machines, VirtualNode node, SettingsSource<ControllerSettings> settings, EngineKinds kinds)
    {
        (_site, _node, _machines) = (site, node, machines);
        _journal = new VirtualJournal(machines, node, site, settings.Current.Secret);
        ITrust trust = machines.Flaw == NodeFlaw.NoTrustWindow ? AlwaysTrusted.Instance : node.Trust;
        RouterOptions? keeping = machines.Flaw == NodeFlaw.RouterForgets ? new RouterOptions { KeepFor = TimeSpan.Zero } : null;
        var options = new EngineOptions { Pumped = true, Loops = 1, Shards = machines.Shards, MailboxCapacity = 256, Trust = trust };
        IInputCodec codec = site.Kept.Watch(node, new InputCodec(SipLimits.Default));
        _system = new ActorSystem(options, _journal, new NoShards(node.Self.Node, machines.Shards), node.Time);
        _router = new ShardRouter(site.Kept.Watch(_system), _system, node.Table, node, codec, node.Self, node.Time, keeping);
        _gate = new EmissionGate(node.Table, _system, node, trust, Emitted);
        _system.Astray = _router.Tell;
        _system.Faulted += site.Faulted;
        kinds.Register(_system, settings, new CallOutlet(this), new RegistrationOutlet(this));
        _system.Start();
        node.Every(20, () => _router.Tick());
    }

    public bool IsGone { get; private set; }

    public int OpenShards => Enumerable.Range(0, _node.Table.Count).Count(shard => _system.Owns(new ShardId(shard)));

    public long Due => IsGone || _node.IsPaused || !_machines.Holds(_node.Trust) || (_system.PumpDue is var due && due == Instant.Never)
        ? long.MaxValue
        : due.Milliseconds - _node.Time.GetUtcNow().ToUnixTimeMilliseconds() + _machines.Clock.Now;

    /// <summary>Something was told to it, or is due, since it worked for the last time.</summary>
    public bool HasWork => _told || Due <= _machines.Clock.Now;

    public void Tell(ActorId actor, object input)
    {
        _told = true;
        if (!IsGone && !_router.Tell(actor, input))
        {
            _site.Refused(_node, input);
        }
    }

    public bool Owns(ShardId shard) => _system.Owns(shard);

    public Fence? FenceOf(ShardId shard) => _system.FenceOf(shard);

    /// <summary>Those that come at once open one after the other, as they are read.</summary>
    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => Own([.. fences.Chunk(Math.Max(1, (fences.Count + 1) / 2))], 0, 0, opened);

    public void Hasten(ShardId shard) => _system.Hasten(shard);

    public void Release(IReadOnlyList<ShardId> shards, Action released) => _system.Release(shards, released);

    public void Lose(IReadOnlyList<ShardId> shards) => _system.Lose(shards);

    public bool Received(Incarnation from, Frame frame)
    {
        if (frame is Frame.Emit emit)
        {
            _under = emit.Under;
            _gate.Received(emit);
            return true;
        }

        return _router.Received(from, frame);
    }

    public void Connected(Incarnation peer) => _router.Connected(peer);

    public void Opened(ShardId shard) => _router.Opened(shard);

    public void Closed(ShardId shard) => _router.Released(shard);

    public void TrustChanged() => _system.TrustChanged();

    public void Work()
    {
        _told = false;
        for (int rounds = 0; !IsGone && !_node.IsPaused && _system.Pump(); rounds++)
        {
            if (rounds > 20_000)
            {
                throw new ViolationException("C6", "the engine does not come to rest");
            }
        }
    }

    public void Dispose()
    {
        IsGone = true;
        _journal.Dispose();
        _router.Dispose();
        _gate.Dispose();
        _system.Dispose();
    }

    public string Describe()
    {
        Task<IReadOnlyList<string>> look = _system.InspectAsync<CallState, string>(ActorKinds.Call, static (id, call) =>
            $"{id} {call.Phase}, legs {string.Join(" ", call.Legs.Select(leg => leg.State))}, due {Call.NextDue(call).Milliseconds - SimulatedClock.Epoch}");
        _system.Pump();
        return look.Wait(TimeSpan.FromSeconds(5)) ? string.Join('\n', look.Result) : "";
    }

    private void Own(Fence[][] parts, int next, int before, Action<int, Exception?> opened) => _node.Later(_node.Random.Next(2, 60 / parts.Length), () =>
    {
        _site.ReadBack();
        _system.Own(parts[next], (actors, error) =>
        {
            if (error is not null || next + 1 == parts.Length)
            {
                opened(before + actors, error);
            }
            else
            {
                Own(parts, next + 1, before + actors, opened);
            }
        });
    });

    /// <summary>By this node if it holds the address, else by the one that does, as far as it knows.</summary>
    private void Leave(ActorId actor, CallEffect.Send send)
    {
        if (_node.Table.HolderOf(CallSite.Address) is not { } holder)
        {
            return;
        }

        if (holder == _node.Self)
        {
            _site.Serving.Sent(_node.Self, send);
            _site.Leave(this, _node, actor, send.To.Remote, send.Bytes, send.Branch);
        }
        else
        {
            _gate.Send(holder.Node, actor, Emission.Write(actor, send.To.Remote, send.Bytes, send.Branch));
        }
    }

    private void Emitted(ReadOnlyMemory<byte> message)
    {
        (ActorId actor, IPEndPoint to, byte[] bytes, string branch) = Emission.Read(message);
        if (_node.Table[_under.Shard].Epoch.Value > _under.Epoch.Value)
        {
            throw new ViolationException("C4", $"node {_node.Self} sends what was decided under {_under}, and knows of {_node.Table[_under.Shard]}");
        }

        _site.Leave(this, _node, actor, to, bytes, branch);
    }

    private sealed class CallOutlet(CallEngine engine) : IEffectInterpreter<CallEffect>
    {
        public bool IsSend(CallEffect effect) => effect is CallEffect.Send;

        public void Release(ActorId actor, CallEffect effect, Instant decidedAt)
        {
            switch (effect)
            {
                case CallEffect.Send send:
                    engine.Leave(actor, send);
                    break;
                case CallEffect.LookUpBindings lookUp:
                    engine.Tell(lookUp.Registration, new RegistrationInput.LookUp(actor, lookUp.Lookup));
                    break;
                case CallEffect.LookUpDialog lookUp:
                    engine.Tell(lookUp.Call, new CallInput.DialogAsked(actor, lookUp.Lookup, lookUp.Query));
                    break;
                case CallEffect.TellDialog tell:
                    engine.Tell(tell.Call, new CallInput.DialogFound(tell.Lookup, tell.Party));
                    break;
                case CallEffect.Tell tell:
                    engine.Tell(tell.To, tell.Input);
                    break;
                case CallEffect.Resolve resolve:
                    engine._site.Resolve(resolve, flows => engine.Tell(actor, new CallInput.Resolved(resolve.Lookup, flows)));
                    break;
            }
        }
    }

    private sealed class RegistrationOutlet(CallEngine engine) : IEffectInterpreter<RegistrationEffect>
    {
        public bool IsSend(RegistrationEffect effect) => effect is RegistrationEffect.Send;

        public void Release(ActorId actor, RegistrationEffect effect, Instant decidedAt)
        {
            if (effect is RegistrationEffect.TellBindings tell)
            {
                engine.Tell(tell.Call, new CallInput.BindingsFound(tell.Lookup, tell.Bindings));
            }
        }
    }

    private static class Emission
    {
        public static byte[] Write(ActorId actor, IPEndPoint to, ReadOnlyMemory<byte> bytes, string branch)
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream, Encoding.Latin1);
            writer.Write(actor.Kind.Value);
            writer.Write((ulong)(actor.Key >> 64));
            writer.Write((ulong)actor.Key);
            writer.Write(to.ToString());
            writer.Write(branch);
            writer.Write(bytes.Span);
            return stream.ToArray();
        }

        public static (ActorId Actor, IPEndPoint To, byte[] Bytes, string Branch) Read(ReadOnlyMemory<byte> emission)
        {
            using var stream = new MemoryStream(emission.ToArray());
            using var reader = new BinaryReader(stream, Encoding.Latin1);
            var actor = new ActorId(new ActorKind(reader.ReadByte()), new UInt128(reader.ReadUInt64(), reader.ReadUInt64()));
            return (actor, IPEndPoint.Parse(reader.ReadString()), reader.ReadString() is var branch ? reader.ReadBytes((int)(stream.Length - stream.Position)) : [], branch);
        }
    }
}
