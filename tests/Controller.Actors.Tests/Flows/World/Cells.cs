using System.Globalization;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Actors.Registrations;
using Controller.Actors.Subscriptions;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Flows.World;

/// <summary>Each kind of actor that a flow may involve.</summary>
internal static class Cells
{
    public static Cell New(ActorId id) =>
        id.Kind == ActorKinds.Registration ? new Cell<Registration, RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect>(id, new RegistrationEventCodec())
        : id.Kind == ActorKinds.Exchange ? new Cell<Exchange, ExchangeState, CallInput, ExchangeEvent, CallEffect>(id, new ExchangeEventCodec())
        : id.Kind == ActorKinds.Subscription ? new Cell<Subscription, SubscriptionState, CallInput, SubscriptionEvent, CallEffect>(id, new SubscriptionEventCodec())
        : new Cell<Call, CallState, CallInput, CallEvent, CallEffect>(id, new CallEventCodec());

    /// <summary>As <see cref="ActorId.ToString"/> writes it.</summary>
    public static ActorId Parse(string id) =>
        new(new ActorKind(byte.Parse(id[..id.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture)),
            UInt128.Parse(id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
