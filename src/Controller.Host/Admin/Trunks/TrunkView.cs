namespace Controller.Host.Admin.Trunks;

/// <param name="CallsInUse">Counted from the calls that live: nothing can leak.</param>
/// <param name="CallsLimit">Null: no limit.</param>
public sealed record TrunkView(string Name, string Realm, IReadOnlyList<TrunkPeerView> Endpoints, int CallsInUse, int? CallsLimit, double? CallsPerSecondLimit)
{
    /// <summary>What is registered with its carrier.</summary>
    public IReadOnlyList<TrunkAccountView> Accounts { get; init; } = [];

    public required TrunkQualityView Quality { get; init; }
}

/// <param name="State">registered, registering, or failed.</param>
/// <param name="LastStatus">How the last attempt ended: 408 may be silence, and 503 what was not reached; null: none has ended.</param>
/// <param name="ExpiresAt">When the carrier forgets it, if it is not refreshed; null: it is not registered.</param>
public sealed record TrunkAccountView(string Aor, string State, int? LastStatus, DateTimeOffset? ExpiresAt);

/// <param name="State">up, down, or unknown while nothing probes it.</param>
/// <param name="Since">When that was last found to have changed; null: never.</param>
public sealed record TrunkPeerView(string Uri, int Priority, int Weight, string State, DateTimeOffset? Since);

public sealed record TrunkList(int Total, IReadOnlyList<TrunkView> Items);
