using System.Collections.Immutable;

namespace Controller.Cluster.Membership;

/// <summary>How a node behaves in its cluster. Heartbeat &lt; trust &lt; suspect-after.</summary>
/// <param name="Addresses">The floating addresses, the same on every node.</param>
public sealed record MemberOptions(Incarnation Self, NodeRoles Roles, int Shards, ImmutableArray<string> Addresses)
{
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A node believes that it owns what it owned for this long after it asked the arbiter, and no longer.</summary>
    public TimeSpan Trust { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>A node that shows no life for this long loses what it owns.</summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Nobody has come or gone for this long: shards may be moved for balance.</summary>
    public TimeSpan RebalanceAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Shards that a node gives away for balance in a second.</summary>
    public int MovesPerSecond { get; init; } = 20;

    /// <summary>What a node that leaves gives away in one transaction, at most: the calls of all of them wait until the last is read back.</summary>
    public int MovesAtOnce { get; init; } = 1;

    /// <summary>Between two fencings for which links are the only evidence.</summary>
    public TimeSpan BetweenLinkFences { get; init; } = TimeSpan.FromSeconds(10);
}
