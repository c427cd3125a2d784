using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>Holds as long as one of the two does.</summary>
public sealed class EitherTrust(ITrust one, ITrust other) : ITrust
{
    public bool Holds => one.Holds || other.Holds;
}
