namespace Controller.Host.Admin.Trunks;

/// <summary>What the trunks' own actors know: one of each in the cluster.</summary>
public interface ITrunkStandings
{
    Task<TrunkStandings> StandingsAsync();
}

public sealed record TrunkStandings(IReadOnlyList<TrunkStanding> Items);

/// <summary>One trunk, as its actor has it.</summary>
public sealed record TrunkStanding(string Name, IReadOnlyList<EndpointStanding> Endpoints);

/// <param name="Uri">As the actor writes it: <see cref="Actors.Trunks.Health.EndpointHealth.UriOf"/>.</param>
/// <param name="State">up, down, or unknown until the first probe is over.</param>
/// <param name="Since">When it was last found to have changed; null: never.</param>
public sealed record EndpointStanding(string Uri, string State, DateTimeOffset? Since);
