using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Trunks;

/// <summary>One decision of a trunk in the making: collects events and effects, and keeps the state that the events so far lead to.</summary>
internal sealed class TrunkTurn(TrunkState state, in ActorContext<ControllerSettings> context)
{
    private readonly ImmutableArray<TrunkEvent>.Builder _events = ImmutableArray.CreateBuilder<TrunkEvent>(2);
    private readonly ImmutableArray<CallEffect>.Builder _effects = ImmutableArray.CreateBuilder<CallEffect>(1);

    public TrunkState State { get; private set; } = state;
    public ActorId Self { get; } = context.Self;
    public Instant Now { get; } = context.Now;
    public ControllerSettings Settings { get; } = context.Settings;
    public ReadOnlySpan<byte> Secret => Settings.Secret.Span;

    /// <summary>As configured now; null if it is no more.</summary>
    public TrunkSettings? SettingsOf(string name) => Settings.Trunks.GetValueOrDefault(name);

    /// <summary>From now on the trunk knows its name.</summary>
    public void Open(string name)
    {
        if (State.Name.Length == 0)
        {
            Happened(new TrunkEvent.Opened(name));
        }
    }

    public void Happened(TrunkEvent happened)
    {
        State = Trunk.Evolve(State, happened);
        _events.Add(happened);
    }

    public void Tell(ActorId call, CallInput input) => _effects.Add(new CallEffect.Tell(call, input));

    public void Send(Flow to, ReadOnlyMemory<byte> request, string branch) => _effects.Add(new CallEffect.Send(to, request, branch));

    public void Resolve(int lookup, Target target) => _effects.Add(
        new CallEffect.Resolve(lookup, target.Host, target.Port, target.Transport, target.Listener) { AnyTransport = target.AnyTransport });

    /// <summary>Of a trunk that is configured no more, and that no call uses, nothing is kept.</summary>
    public Decision<TrunkState, TrunkEvent, CallEffect> Decided() =>
        new(State, _events.DrainToImmutable(), _effects.DrainToImmutable(), Stop: State.Slots.IsEmpty && SettingsOf(State.Name) is null);
}
