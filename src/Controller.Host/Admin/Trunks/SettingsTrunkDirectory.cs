using Controller.Actors.Policies;
using Controller.Host.Admin.Calls;
using Controller.Sharding.Runtime;

namespace Controller.Host.Admin.Trunks;

/// <summary>Trunks as configured, with the calls that use them. Their health is unknown until a trunk actor probes them.</summary>
public sealed class SettingsTrunkDirectory(SettingsSource<ControllerSettings> settings, ICallDirectory calls) : ITrunkDirectory
{
    public async Task<IReadOnlyList<TrunkView>> AllAsync()
    {
        IReadOnlyDictionary<string, int> inUse = await calls.TrunksInUseAsync().ConfigureAwait(false);
        return
        [
            .. settings.Current.Trunks.Values.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TrunkView(
                t.Name,
                t.Realm,
                [.. t.Endpoints.Select(p => new TrunkPeerView(p.Uri, p.Priority, p.Weight, "unknown"))],
                inUse.GetValueOrDefault(t.Name),
                t.MaxCalls,
                t.CallsPerSecond)),
        ];
    }
}
