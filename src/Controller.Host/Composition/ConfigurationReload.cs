using System.Net;
using Controller.Actors.Policies;
using Controller.Host.Admin.Config;
using Controller.Host.Configuration;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

/// <summary>Takes a changed configuration over whole, or not at all. Called by SIGHUP and by HTTP: one at a time.</summary>
public sealed class ConfigurationReload(
    LoadedConfiguration running,
    Func<ConfigurationResult> read,
    SettingsSource<ControllerSettings> settings,
    ILogger<ConfigurationReload> log) : IConfigurationReload
{
    private readonly Lock _one = new();
    private LoadedConfiguration _running = running;

    public ReloadResult Reload()
    {
        lock (_one)
        {
            ConfigurationResult result = read();
            if (result.Configuration is not { } next)
            {
                return Refuse([.. result.Problems.Select(p => p.ToString())]);
            }

            ConfigurationChange change = ConfigurationChange.Between(_running, next);
            if (!change.NeedsRestart.IsEmpty)
            {
                return Refuse([.. change.NeedsRestart.Select(k => $"{k.Key} cannot change while the node runs ({k.Before ?? "nothing"} -> {k.After ?? "nothing"})")]);
            }

            ControllerSettings now = settings.Current;
            if (!change.IsEmpty)
            {
                IPEndPoint[] bound = [.. now.Listeners.Select(l => l.Listen)];
                now = next.Settings(now.Secret, bound, now.Version + 1);
                settings.Swap(now);
                _running = next;
            }

            foreach (string note in next.Notes)
            {
                log.LeftOut(note);
            }

            string[] changed = [.. change.Live.Select(k => k.Key)];
            log.Reloaded(now.Version, changed.Length == 0 ? "nothing" : string.Join(", ", changed));
            return new ReloadResult(new ReloadAnswer(now.Version, changed), []);
        }
    }

    private ReloadResult Refuse(IReadOnlyList<string> reasons)
    {
        foreach (string reason in reasons)
        {
            log.Refused(reason);
        }

        return new ReloadResult(null, reasons);
    }
}
