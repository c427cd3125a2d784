using Controller.Actors;
using Controller.Actors.Accounts;
using Controller.Actors.Trunks;
using Controller.Actors.Trunks.Health;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Trunks;

/// <summary>Asks the trunks and accounts that live on this node, each on its own loop.</summary>
public sealed class ActorTrunkStandings(IActorSystem actors) : ITrunkStandings
{
    public async Task<TrunkStandings> StandingsAsync() =>
        new(await actors.InspectAsync<TrunkState, TrunkStanding>(ActorKinds.Trunk, (_, state) => state.Name.Length == 0 ? null : Of(state)).ConfigureAwait(false))
        {
            Accounts = await actors.InspectAsync<AccountState, AccountStanding>(ActorKinds.Account, (_, state) => state.AddressOfRecord.Length == 0 ? null : Of(state)).ConfigureAwait(false),
        };

    private static TrunkStanding Of(TrunkState state) => new(state.Name, [.. state.Endpoints.Select(each => Of(each.Key, each.Value))]);

    private static AccountStanding Of(AccountState state) => new(
        state.Trunk,
        state.AddressOfRecord,
        state.Bound is not null ? "registered" : state.Phase == AccountPhase.Waiting ? "failed" : "registering",
        state.LastStatus == 0 ? null : state.LastStatus,
        state.Bound?.Until.ToDateTimeOffset());

    private static EndpointStanding Of(string uri, EndpointHealth endpoint) => new(
        uri, endpoint.IsDown ? "down" : endpoint.Answered + endpoint.Unanswered > 0 ? "up" : "unknown",
        endpoint.Since == Instant.Zero ? null : DateTimeOffset.FromUnixTimeMilliseconds(endpoint.Since.Milliseconds));
}
