using System.Net;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
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

namespace Controller.Simulation.Tests.World;

/// <summary>One life of the node: the real engine with the real actors, and an edge and interpreters that are the simulation's.</summary>
internal sealed class Node : IDecider, IDisposable
{
    private readonly SimulatedWorld _world;
    private readonly SettingsSource<ControllerSettings> _settings;
    private readonly ActorSystem _system;

    public Node(SimulatedWorld world, ControllerSettings settings, EngineKinds kinds)
    {
        _world = world;
        _settings = new SettingsSource<ControllerSettings>(settings);
        var options = new EngineOptions { Pumped = true, Loops = 1, Shards = 1, MailboxCapacity = 256 };
        _system = new ActorSystem(options, world.Journal, new SingleNodePlacement(1), world.Clock);
        world.Heard.Forgot();
        _system.Faulted += Faulted;
        kinds.Register(_system, _settings, new CallOutlet(this), new RegistrationOutlet(this));
        _system.Start();
    }

    public bool IsGone { get; private set; }

    public long Due => _system.PumpDue is var due && due == Instant.Never ? long.MaxValue : due.Milliseconds - SimulatedClock.Epoch;

    public int Calls => _system.CountOf(ActorKinds.Call);

    public bool Pump() => _system.Pump();

    /// <summary>What the calls that are left wait for.</summary>
    public string Describe()
    {
        Task<IReadOnlyList<string>> look = _system.InspectAsync<CallState, string>(ActorKinds.Call, static (id, call) =>
            $"{id} {call.Phase}, legs {string.Join(" ", call.Legs.Select(leg => leg.State))}, due {Call.NextDue(call).Milliseconds - SimulatedClock.Epoch}: "
            + string.Join("; ", call.Transactions.Select(t => $"{t.Kind} {t.Leg} {t.Method} {t.CSeq} phase {t.Phase}")) + $"; {call.Answers.Length} answers");
        _system.Pump();
        return look.Wait(TimeSpan.FromSeconds(5)) ? string.Join('\n', look.Result) : "";
    }

    public void Tell(ActorId actor, object input)
    {
        if (!IsGone && !_system.Tell(actor, input))
        {
            _world.Ladder.Note($"the node refuses {input.GetType().Name}");
        }
    }

    /// <summary>What the edge does with a datagram: which actor? The engine never sees what the edge answers by itself.</summary>
    public void Receive(SipMessage message, IPEndPoint from, IPEndPoint to)
    {
        _world.Arrived(message);
        var flow = new Flow(SipTransport.Udp, _world.ListenerAt(to), from);
        ReadOnlySpan<byte> secret = _settings.Current.Secret.Span;
        if (message.Method == SipMethod.Register)
        {
            if (SipUri.TryParse(Encoding.Latin1.GetBytes(PartyText.Uri(message, HeaderId.To)), out SipUri uri))
            {
                Tell(ActorKeys.ForAddressOfRecord(secret, SipUris.AddressOfRecord(uri)), new RegistrationInput.RegisterReceived(message, flow));
            }

            return;
        }

        ActorId call = ActorKeys.ForCallId(secret, message.Value(HeaderId.CallId));
        Tell(call, message.IsRequest ? new CallInput.RequestReceived(message, flow) : new CallInput.ResponseReceived(message, flow));
    }

    public void Dispose()
    {
        IsGone = true;
        _system.Dispose();
    }

    private void Faulted(EngineFault fault)
    {
        if (fault.Kind == EngineFaultKind.JournalFailed)
        {
            _world.Heard.Forgot();
        }

        _world.Fault(fault);
    }

    private sealed class CallOutlet(Node node) : IEffectInterpreter<CallEffect>
    {
        public bool IsSend(CallEffect effect) => effect is CallEffect.Send;

        public void Release(ActorId actor, CallEffect effect, Instant decidedAt)
        {
            switch (effect)
            {
                case CallEffect.Send send:
                    node._world.Leave(node, actor, send.To.Remote, send.Bytes, send.Branch);
                    break;
                case CallEffect.LookUpBindings lookUp:
                    node.Tell(lookUp.Registration, new RegistrationInput.LookUp(actor, lookUp.Lookup));
                    break;
                case CallEffect.LookUpDialog lookUp:
                    node.Tell(lookUp.Call, new CallInput.DialogAsked(actor, lookUp.Lookup, lookUp.Query));
                    break;
                case CallEffect.TellDialog tell:
                    node.Tell(tell.Call, new CallInput.DialogFound(tell.Lookup, tell.Party));
                    break;
                case CallEffect.Tell tell:
                    node.Tell(tell.To, tell.Input);
                    break;
                case CallEffect.Resolve resolve:
                    node._world.Resolve(resolve, flows => node.Tell(actor, new CallInput.Resolved(resolve.Lookup, flows)));
                    break;
            }
        }
    }

    private sealed class RegistrationOutlet(Node node) : IEffectInterpreter<RegistrationEffect>
    {
        public bool IsSend(RegistrationEffect effect) => effect is RegistrationEffect.Send;

        public void Release(ActorId actor, RegistrationEffect effect, Instant decidedAt)
        {
            if (effect is RegistrationEffect.TellBindings tell)
            {
                node.Tell(tell.Call, new CallInput.BindingsFound(tell.Lookup, tell.Bindings));
            }
        }
    }
}
