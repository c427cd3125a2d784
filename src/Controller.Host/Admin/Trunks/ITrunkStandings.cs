namespace Controller.Host.Admin.Trunks;

/// <summary>What the actors of trunks and of their accounts know: one of each in the cluster.</summary>
public interface ITrunkStandings
{
    Task<TrunkStandings> StandingsAsync();
}

public sealed record TrunkStandings(IReadOnlyList<TrunkStanding> Items)
{
    /// <summary>What is registered with carriers, or is to be.</summary>
    public IReadOnlyList<AccountStanding> Accounts { get; init; } = [];
}

/// <param name="State">registered, registering, or failed: it is not registered, and waits for its next attempt.</param>
/// <param name="LastStatus">How the last attempt ended; null: none has ended.</param>
/// <param name="ExpiresAt">When the carrier forgets it, if it is not refreshed; null: it is not registered.</param>
public sealed record AccountStanding(string Trunk, string Aor, string State, int? LastStatus, DateTimeOffset? ExpiresAt);

/// <summary>One trunk, as its actor has it.</summary>
public sealed record TrunkStanding(string Name, IReadOnlyList<EndpointStanding> Endpoints);

/// <param name="Uri">As the actor writes it: <see cref="Actors.Trunks.Health.EndpointHealth.UriOf"/>.</param>
/// <param name="State">up, down, or unknown until the first probe is over.</param>
/// <param name="Since">When it was last found to have changed; null: never.</param>
public sealed record EndpointStanding(string Uri, string State, DateTimeOffset? Since);
