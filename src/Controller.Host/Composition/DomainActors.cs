using Controller.Actors;
using Controller.Actors.Accounts;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Subscriptions;
using Controller.Actors.Trunks;
using Controller.Edge;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Registrations;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

/// <summary>Which machines the engine runs, and how an operator looks into them.</summary>
public static class DomainActors
{
    /// <summary>All stay in memory while they live: an operator's view asks what is loaded, and a call to a user must not wait for a disk.</summary>
    public static void Register(ActorSystem system, EdgeNode edge, SettingsSource<ControllerSettings> settings)
    {
        system.Register<Call, CallState, CallInput, CallEvent, CallEffect, ControllerSettings>(
            ActorKinds.Call, new CallEventCodec(), edge.CallEffects, settings, PassivationPolicy.Never);
        system.Register<Registration, RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect, ControllerSettings>(
            ActorKinds.Registration, new RegistrationEventCodec(), edge.RegistrationEffects, settings, PassivationPolicy.Never);
        system.Register<Exchange, ExchangeState, CallInput, ExchangeEvent, CallEffect, ControllerSettings>(
            ActorKinds.Exchange, new ExchangeEventCodec(), edge.CallEffects, settings, PassivationPolicy.Never);
        system.Register<Subscription, SubscriptionState, CallInput, SubscriptionEvent, CallEffect, ControllerSettings>(
            ActorKinds.Subscription, new SubscriptionEventCodec(), edge.CallEffects, settings, PassivationPolicy.Never);
        system.Register<Trunk, TrunkState, CallInput, TrunkEvent, CallEffect, ControllerSettings>(
            ActorKinds.Trunk, new TrunkEventCodec(), edge.CallEffects, settings, PassivationPolicy.Never);
        system.Register<Account, AccountState, CallInput, AccountEvent, CallEffect, ControllerSettings>(
            ActorKinds.Account, new AccountEventCodec(), edge.CallEffects, settings, PassivationPolicy.Never);
    }

    public static ICallDirectory Calls(IActorSystem system, int node)
    {
        int shards = system.Shards;
        return new ActorCallDirectory<CallState>(system, (id, state) => CallProjection.Of(id, state, node, shards));
    }

    public static IRegistrationDirectory Registrations(ActorSystem system, TimeProvider clock) =>
        new ActorRegistrationDirectory<RegistrationState>(
            system, (_, state) => RegistrationProjection.Of(state, new Instant(clock.GetUtcNow().ToUnixTimeMilliseconds())));
}
