using Controller.Actors;
using Controller.Actors.Trunks;
using Controller.Actors.Trunks.Health;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Trunks;

/// <summary>Asks the trunks that live on this node, each on its own loop.</summary>
public sealed class ActorTrunkStandings(IActorSystem actors) : ITrunkStandings
{
    public async Task<TrunkStandings> StandingsAsync() =>
        new(await actors.InspectAsync<TrunkState, TrunkStanding>(ActorKinds.Trunk, (_, state) => state.Name.Length == 0 ? null : Of(state)).ConfigureAwait(false));

    private static TrunkStanding Of(TrunkState state) => new(state.Name, [.. state.Endpoints.Select(each => Of(each.Key, each.Value))]);

    private static EndpointStanding Of(string uri, EndpointHealth endpoint) => new(
        uri, endpoint.IsDown ? "down" : endpoint.Answered + endpoint.Unanswered > 0 ? "up" : "unknown",
        endpoint.Since == Instant.Zero ? null : DateTimeOffset.FromUnixTimeMilliseconds(endpoint.Since.Milliseconds));
}
