using Controller.Actors.Policies;
using Controller.Actors.Trunks.Health;
using Controller.Host.Admin.Calls;
using Controller.Sharding.Runtime;

namespace Controller.Host.Admin.Trunks;

/// <summary>Trunks as configured, with the calls that use them and what their actors know of their endpoints and accounts.</summary>
public sealed class SettingsTrunkDirectory(SettingsSource<ControllerSettings> settings, ICallDirectory calls, ITrunkStandings standings) : ITrunkDirectory
{
    public async Task<IReadOnlyList<TrunkView>> AllAsync()
    {
        ControllerSettings current = settings.Current;
        IReadOnlyDictionary<string, int> inUse = await calls.TrunksInUseAsync().ConfigureAwait(false);
        TrunkStandings known = await standings.StandingsAsync().ConfigureAwait(false);
        return
        [
            .. current.Trunks.Values.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TrunkView(
                t.Name,
                t.Realm,
                [.. t.Endpoints.Select(p => View(current, t, p, known))],
                inUse.GetValueOrDefault(t.Name),
                t.MaxCalls,
                t.CallsPerSecond)
            {
                Accounts = [.. t.Accounts.Select(account => View(t, account, known))],
                Quality = TrunkQualityView.Of(current.Quality.Of(t.Name)),
            }),
        ];
    }

    private static TrunkPeerView View(ControllerSettings settings, TrunkSettings trunk, TrunkPeerSettings peer, TrunkStandings known)
    {
        string? uri = trunk.Health is null ? null : EndpointHealth.UriOf(settings, trunk, peer);
        EndpointStanding? found = known.Items.FirstOrDefault(each => each.Name == trunk.Name)?.Endpoints.FirstOrDefault(each => each.Uri == uri);
        return new TrunkPeerView(peer.Uri, peer.Priority, peer.Weight, found?.State ?? "unknown", found?.Since);
    }

    /// <summary>One that nobody has at this moment has just been configured, or its node has just died.</summary>
    private static TrunkAccountView View(TrunkSettings trunk, AccountSettings account, TrunkStandings known)
    {
        AccountStanding? found = known.Accounts.FirstOrDefault(each => each.Trunk == trunk.Name && each.Aor == account.AddressOfRecord);
        return new TrunkAccountView(account.AddressOfRecord, found?.State ?? "registering", found?.LastStatus, found?.ExpiresAt);
    }
}
