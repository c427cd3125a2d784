using Controller.Sharding.Model;

namespace Controller.Actors;

/// <summary>Stored: append only.</summary>
public static class ActorKinds
{
    public static readonly ActorKind Call = new(1);
    public static readonly ActorKind Registration = new(2);
    public static readonly ActorKind Trunk = new(3);

    /// <summary>Requests outside a dialog, on their way through us.</summary>
    public static readonly ActorKind Exchange = new(4);

    /// <summary>SUBSCRIBE and what it leads to.</summary>
    public static readonly ActorKind Subscription = new(5);

    /// <summary>An account at a carrier that we register there.</summary>
    public static readonly ActorKind Account = new(6);
}
