using Controller.Actors.Calls.State;
using Controller.Actors.Policies;

namespace Controller.Actors.Calls.Rendering;

/// <summary>A message on its way through us: the leg whose message it was, the leg whose it becomes, and the policies of their realms.</summary>
internal readonly record struct Crossing(Leg From, Leg To, ControllerSettings Settings)
{
    /// <summary>Both realms are of one trust domain: RFC 3325 section 2.3.</summary>
    public bool IsWithinTrust => Trusts(From) && Trusts(To);

    private bool Trusts(Leg leg) => Settings.Realms.TryGetValue(leg.Realm, out RealmSettings? realm) && realm.Trusted;
}
