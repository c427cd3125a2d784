using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Mutants;

/// <summary>One thing that is wrong with a call; the rest is as it should be.</summary>
internal interface IFlaw
{
    static virtual Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context) => Call.Decide(state, input, context);

    static virtual Durability DurabilityOf(CallEvent happened) => Call.DurabilityOf(happened);

    static virtual IEventCodec<CallEvent, CallEffect> Codec => new CallEventCodec();
}

internal readonly struct MutantCall<TFlaw> : IActor<CallState, CallInput, CallEvent, CallEffect, ControllerSettings>
    where TFlaw : IFlaw
{
    public static CallState Empty => Call.Empty;
    public static CallInput TimerDue => Call.TimerDue;
    public static CallInput Recovered => Call.Recovered;

    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context) => TFlaw.Decide(state, input, context);

    public static CallState Evolve(CallState state, CallEvent happened) => Call.Evolve(state, happened);

    public static Instant NextDue(CallState state) => Call.NextDue(state);

    public static Durability DurabilityOf(CallEvent happened) => TFlaw.DurabilityOf(happened);
}

internal sealed class MutantKinds<TFlaw> : EngineKinds
    where TFlaw : IFlaw
{
    protected override void RegisterCalls(ActorSystem system, SettingsSource<ControllerSettings> settings, IEffectInterpreter<CallEffect> outlet) =>
        system.Register<MutantCall<TFlaw>, CallState, CallInput, CallEvent, CallEffect, ControllerSettings>(
            ActorKinds.Call, TFlaw.Codec, outlet, settings, PassivationPolicy.Never);
}
