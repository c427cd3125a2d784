using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Registrations;

public abstract record RegistrationEffect
{
    private RegistrationEffect() { }

    public sealed record Send(Flow To, ReadOnlyMemory<byte> Bytes) : RegistrationEffect;

    public sealed record TellBindings(ActorId Call, int Lookup, ImmutableArray<Binding> Bindings) : RegistrationEffect;
}
