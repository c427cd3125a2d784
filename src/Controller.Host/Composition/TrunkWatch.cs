using System.Diagnostics.Metrics;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Host.Admin.Trunks;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

/// <summary>
/// Tells the actors of trunks that are probed that they are there (nobody else would, before the first call), and says what those of them that live on this node have
/// found out: a line of the log for each change, and a gauge.
/// </summary>
/// <remarks>Every node tells every trunk: whoever owns its shard is told within a round, whatever has died before. The actor takes it once.</remarks>
internal sealed class TrunkWatch : IDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Meter _meter = new("Controller.Trunks");
    private readonly IActorSystem _actors;
    private readonly SettingsSource<ControllerSettings> _settings;
    private readonly ITrunkStandings _standings;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private Dictionary<(string Trunk, string Uri), bool> _down = [];
    private Task _rounds = Task.CompletedTask;

    /// <param name="standings">Of this node's trunks.</param>
    public TrunkWatch(IActorSystem actors, SettingsSource<ControllerSettings> settings, ITrunkStandings standings, ILogger log)
    {
        (_actors, _settings, _standings, _log) = (actors, settings, standings, log);
        _meter.CreateObservableGauge(
            "controller.trunk.endpoint.up", () => _down.Select(each => new Measurement<int>(each.Value ? 0 : 1, new("trunk", each.Key.Trunk), new("endpoint", each.Key.Uri))),
            description: "Endpoints that this node probes: 1 if they answer, 0 if they are left out.");
    }

    public void Start() => _rounds = Task.Run(RunAsync);

    public void Dispose()
    {
        _closing.Cancel();
        _rounds.GetAwaiter().GetResult();
        _closing.Dispose();
        _meter.Dispose();
    }

    /// <summary>One round.</summary>
    internal async Task LookAsync()
    {
        ControllerSettings settings = _settings.Current;
        foreach (TrunkSettings trunk in settings.Trunks.Values.Where(trunk => trunk.Health is not null))
        {
            // Refused by a loop that has too much to do: the next round tells it again.
            _actors.Tell(ActorKeys.ForTrunk(settings.Secret.Span, trunk.Name), new CallInput.TrunkWoken(trunk.Name));
        }

        Dictionary<(string, string), bool> found = [];
        foreach (TrunkStanding trunk in (await _standings.StandingsAsync().WaitAsync(_closing.Token).ConfigureAwait(false)).Items)
        {
            foreach (EndpointStanding endpoint in trunk.Endpoints.Where(endpoint => endpoint.State != "unknown"))
            {
                bool isDown = endpoint.State == "down";
                found[(trunk.Name, endpoint.Uri)] = isDown;
                Tell(trunk.Name, endpoint.Uri, isDown, _down.GetValueOrDefault((trunk.Name, endpoint.Uri)));
            }
        }

        _down = found;
    }

    private void Tell(string trunk, string uri, bool isDown, bool was)
    {
        if (isDown && !was)
        {
            _log.EndpointDown(trunk, uri);
        }
        else if (was && !isDown)
        {
            _log.EndpointBack(trunk, uri);
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                await LookAsync().ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }
}
