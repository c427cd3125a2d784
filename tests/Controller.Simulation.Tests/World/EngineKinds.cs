using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Subscriptions;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Simulation.Tests.World;

/// <summary>Which actors the engine runs: the real ones, or a call that is broken on purpose.</summary>
internal class EngineKinds
{
    public static readonly EngineKinds Real = new();

    public void Register(ActorSystem system, SettingsSource<ControllerSettings> settings, IEffectInterpreter<CallEffect> calls, IEffectInterpreter<RegistrationEffect> registrations)
    {
        RegisterCalls(system, settings, calls);
        system.Register<Registration, RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect, ControllerSettings>(
            ActorKinds.Registration, new RegistrationEventCodec(), registrations, settings, PassivationPolicy.Never);
        system.Register<Exchange, ExchangeState, CallInput, ExchangeEvent, CallEffect, ControllerSettings>(
            ActorKinds.Exchange, new ExchangeEventCodec(), calls, settings, PassivationPolicy.Never);
        system.Register<Subscription, SubscriptionState, CallInput, SubscriptionEvent, CallEffect, ControllerSettings>(
            ActorKinds.Subscription, new SubscriptionEventCodec(), calls, settings, PassivationPolicy.Never);
    }

    protected virtual void RegisterCalls(ActorSystem system, SettingsSource<ControllerSettings> settings, IEffectInterpreter<CallEffect> outlet) =>
        system.Register<Call, CallState, CallInput, CallEvent, CallEffect, ControllerSettings>(
            ActorKinds.Call, new CallEventCodec(), outlet, settings, PassivationPolicy.Never);
}
