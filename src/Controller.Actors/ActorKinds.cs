using Controller.Sharding.Model;

namespace Controller.Actors;

/// <summary>Stored: append only.</summary>
public static class ActorKinds
{
    public static readonly ActorKind Call = new(1);
    public static readonly ActorKind Registration = new(2);
    public static readonly ActorKind Trunk = new(3);
}
