namespace Controller.Host.Admin.Trunks;

/// <param name="CallsInUse">Counted from the calls that live: nothing can leak.</param>
/// <param name="CallsLimit">Null: no limit.</param>
public sealed record TrunkView(string Name, string Realm, IReadOnlyList<TrunkPeerView> Endpoints, int CallsInUse, int? CallsLimit, double? CallsPerSecondLimit);

/// <param name="State">up, down, or unknown while nothing probes it.</param>
/// <param name="Since">When that was last found to have changed; null: never.</param>
public sealed record TrunkPeerView(string Uri, int Priority, int Weight, string State, DateTimeOffset? Since);

public sealed record TrunkList(int Total, IReadOnlyList<TrunkView> Items);
