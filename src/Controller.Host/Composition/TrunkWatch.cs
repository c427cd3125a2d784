using System.Diagnostics.Metrics;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Host.Admin.Trunks;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

/// <summary>
/// Tells the actors of trunks that are probed, and of accounts that are to be registered, that they are there (nobody else would), and says what those of them that live on this node have
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
    private Dictionary<(string Trunk, string Aor), string> _accounts = [];
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

    /// <summary>One round, of which nothing ends the next.</summary>
    internal async Task RoundAsync()
    {
        try
        {
            await LookAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Loops may be closed while they are asked. Whoever stopped looking for that would tell no trunk any more.
            _log.RoundFailed(failure);
        }
    }

    /// <summary>What a round does.</summary>
    internal async Task LookAsync()
    {
        ControllerSettings settings = _settings.Current;
        foreach (TrunkSettings trunk in settings.Trunks.Values.Where(trunk => trunk.Health is not null))
        {
            // Refused by a loop that has too much to do: the next round tells it again.
            _actors.Tell(ActorKeys.ForTrunk(settings.Secret.Span, trunk.Name), new CallInput.TrunkWoken(trunk.Name));
        }

        foreach ((TrunkSettings trunk, AccountSettings account) in settings.Trunks.Values.SelectMany(trunk => trunk.Accounts.Select(account => (trunk, account))))
        {
            _actors.Tell(
                ActorKeys.ForAccount(settings.Secret.Span, trunk.Name, account.AddressOfRecord), new CallInput.AccountWoken(trunk.Name, account.AddressOfRecord));
        }

        if (_down.Count + _accounts.Count == 0 && settings.Trunks.Values.All(trunk => trunk.Health is null && trunk.Accounts.IsEmpty))
        {
            // Nothing to see: the loops are not asked.
            return;
        }

        Dictionary<(string, string), bool> found = [];
        TrunkStandings standings = await _standings.StandingsAsync().WaitAsync(_closing.Token).ConfigureAwait(false);
        Tell(standings.Accounts);
        foreach (TrunkStanding trunk in standings.Items)
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

    private void Tell(IReadOnlyList<AccountStanding> accounts)
    {
        Dictionary<(string, string), string> found = [];
        foreach (AccountStanding account in accounts)
        {
            // While an attempt is under way the last word is the one before it.
            string? before = _accounts.GetValueOrDefault((account.Trunk, account.Aor));
            found[(account.Trunk, account.Aor)] = account.State == "registering" ? before ?? "" : account.State;
            if (account.State == "failed" && before != "failed")
            {
                _log.AccountFailed(account.Trunk, account.Aor, account.LastStatus);
            }
            else if (account.State == "registered" && before != "registered")
            {
                _log.AccountRegistered(account.Trunk, account.Aor);
            }
        }

        _accounts = found;
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
                await RoundAsync().ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }
}
