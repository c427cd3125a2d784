using System.Net;
using Controller.Actors.Policies;
using Controller.Cluster.Membership;
using Controller.Cluster.Versions;
using Controller.Host.Admin.Config;
using Controller.Host.Configuration;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition.Live;

/// <summary>
/// Which configuration runs. The store of versions decides: the highest number is active, and whoever adds the next one has it active everywhere. Here it is loaded
/// beside the one that runs and swapped in whole, or not at all; calls in progress hold the snapshot, and the decisions, that they began with.
/// Order of life: <see cref="Begin"/>, <see cref="Attach"/>, then any thread.
/// </summary>
public sealed class LiveConfiguration : ILiveConfiguration, IDisposable
{
    /// <summary>Versions that are kept to roll back to.</summary>
    public const int Kept = 50;

    private const int LongestProblem = 500;
    private const int BeginAttempts = 10;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _one = new();
    private readonly ConfigurationSource _source;
    private readonly LoadedConfiguration _own;
    private readonly IConfigurationVersions _versions;
    private readonly bool _alone;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ConfigurationInstruments _instruments;
    private readonly NodesRunning _nodes;
    private volatile RunningVersion _running;
    private volatile string? _problem;
    private string _file;
    private long _active;
    private long _failed;
    private long _failedAt;
    private int _following;
    private bool _disposed;
    private SettingsSource<ControllerSettings>? _settings;

    /// <param name="own">The node's own file as it was read at its start: what cannot change live is always its.</param>
    /// <param name="alone">No other node uses the store.</param>
    public LiveConfiguration(ConfigurationSource source, LoadedConfiguration own, IConfigurationVersions versions, bool alone, TimeProvider clock, ILogger<LiveConfiguration> log)
    {
        (_source, _own, _versions, _alone, _clock, _log) = (source, own, versions, alone, clock, log);
        _file = LiveText.Hash(own.LiveText);
        _running = new RunningVersion(Head(0, own, _file, "start", own.Host.Node.Name), own);
        _nodes = new NodesRunning(own.Host.Node, () => Standing, clock);
        _instruments = new ConfigurationInstruments(() => _running.Number, () => _problem is not null);
    }

    /// <summary>The version that runs here, and why not the active one: for the heartbeat.</summary>
    public (long Version, string? Problem) Standing => (_running.Number, _problem);

    /// <summary>
    /// Finds the active version, or makes the node's file the first one. A node alone whose file was changed while it was down takes the file: nobody else can have
    /// meant anything by it. In a cluster the active version goes before every file.
    /// </summary>
    /// <returns>What is to run, with its number.</returns>
    /// <exception cref="JournalException">The store does not answer, or takes nothing from this run.</exception>
    public (LoadedConfiguration Configuration, long Version) Begin()
    {
        try
        {
            for (int attempt = 0; attempt < BeginAttempts; attempt++)
            {
                ConfigurationVersion? newest = _versions.Newest();
                if (newest is not null && (!_alone || newest.Head.File == _file))
                {
                    BeginWith(newest);
                    return (_running.Configuration, _running.Number);
                }

                VersionHead head = Head((newest?.Head.Number ?? 0) + 1, _own, _file, "start", _own.Host.Node.Name);
                if (_versions.Add(new ConfigurationVersion(head, _own.LiveText), Kept))
                {
                    (_running, _active) = (new RunningVersion(head, _own), head.Number);
                    if (newest is not null)
                    {
                        _log.Runs(head.Number, head.Cause, head.By, "the file of this node, since it was last read");
                    }

                    return (_own, head.Number);
                }
            }
        }
        catch (FencedException fenced)
        {
            throw new JournalException(fenced.Message, fenced);
        }

        throw new JournalException("the configuration: other nodes activate one version after the other; try again");
    }

    /// <param name="state">Of this node.</param>
    /// <param name="nodes">Of the cluster, this one among them; empty: there is no other.</param>
    public void Attach(SettingsSource<ControllerSettings> settings, Func<string> state, Func<IReadOnlyList<NodeConfiguration>> nodes)
    {
        _nodes.Attach(state, nodes);
        _settings = settings;
    }

    /// <summary>The number of the active version was read. Returns at once; if it is another than runs, it is taken.</summary>
    public void Learn(long active)
    {
        Volatile.Write(ref _active, active);
        bool due = active != Volatile.Read(ref _failed) || _clock.GetElapsedTime(Volatile.Read(ref _failedAt)) >= AgainAfter;
        if (active > _running.Number && due && _settings is not null && Interlocked.Exchange(ref _following, 1) == 0)
        {
            _ = Task.Run(Follow);
        }
    }

    public ConfigurationCheck Validate(string? text)
    {
        RunningVersion running = _running;
        ConfigurationResult result = Read(text);
        if (result.Configuration is not { } next)
        {
            return new ConfigurationCheck(false, [.. result.Problems.Select(problem => problem.ToString())], running.Number, [], [], []);
        }

        ConfigurationChange change = ConfigurationChange.Between(running.Configuration, next);
        return new ConfigurationCheck(true, [], running.Number, [.. change.Live.Select(View)], [.. change.NeedsRestart.Select(View)], next.Notes);
    }

    public Task<Activation> ActivateAsync(string? text, long? expect, string by)
    {
        long expected = expect ?? _running.Number;
        return DecideAsync(() =>
        {
            ConfigurationResult result = Read(text);
            string file = text is null && result.Configuration is { } read ? LiveText.Hash(read.LiveText) : _file;
            return Commit(result, expected, file, text is null ? "file" : "request", by);
        });
    }

    public Task<Activation> RollBackAsync(long? to, long? expect, string by) => DecideAsync(() =>
    {
        long active = _versions.Newest()?.Head.Number ?? 0;
        long number = to ?? active - 1;
        if (_versions.Find(number) is not { } version)
        {
            return (Refuse(ActivationRefusal.Unknown, to is null ? $"there is no version before {active}" : $"there is no version {number}, or not any more; {Kept} are kept"), 0, []);
        }

        return Commit(_source.Version(number, version.Text, _own), expect ?? active, _file, $"rollback to {number}", by);
    });

    public ConfigurationAnswer Look()
    {
        VersionHead head = _running.Head;
        return new ConfigurationAnswer(head.Number, head.Hash, head.At.ToDateTimeOffset(), head.By, head.Cause, Math.Max(Volatile.Read(ref _active), head.Number), _problem, _nodes.Look());
    }

    public VersionList Versions() => new([.. _versions.List().Select(head =>
        new VersionView(head.Number, head.Hash, head.At.ToDateTimeOffset(), head.By, head.Cause, head.Number == _running.Number))]);

    public void Dispose()
    {
        lock (_one)
        {
            _disposed = true;
        }

        _instruments.Dispose();
    }

    private static KeyChange View(ChangedKey key) => new(key.Key, key.Before, key.After);

    private static string Keys(ConfigurationChange change) => change.Live.IsEmpty ? "nothing" : string.Join(", ", change.Live.Select(key => key.Key));

    private VersionHead Head(long number, LoadedConfiguration configuration, string file, string cause, string by) =>
        new(number, LiveText.Hash(configuration.LiveText), file, new Instant(_clock.GetUtcNow().ToUnixTimeMilliseconds()), by, cause);

    private ConfigurationResult Read(string? text) => text is null ? _source.Read() : _source.Candidate(text, _own);

    private void BeginWith(ConfigurationVersion newest)
    {
        VersionHead head = newest.Head;
        _active = head.Number;
        if (head.Hash == _running.Head.Hash)
        {
            _running = new RunningVersion(head, _own);
        }
        else if (Load(newest) is { } configuration)
        {
            _log.FileOverridden(head.Number, head.Cause, head.By, Keys(ConfigurationChange.Between(configuration, _own)));
            _running = new RunningVersion(head, configuration);
        }
    }

    /// <returns>Null: it cannot be taken here, which has been said.</returns>
    private LoadedConfiguration? Load(ConfigurationVersion version)
    {
        long number = version.Head.Number;
        ConfigurationResult result = _source.Version(number, version.Text, _own);
        if (result.Configuration is { } configuration)
        {
            return configuration;
        }

        Fail(number, string.Join("; ", result.Problems));
        return null;
    }

    private void Fail(long number, string reason)
    {
        string problem = $"{NodesRunning.Cannot(number)}{reason.ReplaceLineEndings(" ")}";
        problem = problem.Length > LongestProblem ? problem[..LongestProblem] + "…" : problem;
        _log.Behind(_running.Number, problem); // before it is seen: whoever is told of it finds it in the log
        Volatile.Write(ref _failedAt, _clock.GetTimestamp());
        Volatile.Write(ref _failed, number);
        _problem = problem;
    }

    private void Follow()
    {
        try
        {
            lock (_one)
            {
                if (!_disposed && _versions.Newest() is { } newest && newest.Head.Number > _running.Number && Load(newest) is { } next)
                {
                    Take(newest.Head, next, ConfigurationChange.Between(_running.Configuration, next));
                }
            }
        }
        catch (Exception failed) when (failed is JournalException or FencedException or ObjectDisposedException)
        {
            // The next heartbeat that is answered tries again.
        }
        finally
        {
            Volatile.Write(ref _following, 0);
        }
    }

    /// <summary>One activation of this node at a time; others are told apart by the store.</summary>
    private async Task<Activation> DecideAsync(Func<(Activation? Refused, long Version, IReadOnlyList<string> Changed)> decide)
    {
        (Activation? Refused, long Version, IReadOnlyList<string> Changed) outcome;
        try
        {
            lock (_one)
            {
                outcome = decide();
            }
        }
        catch (Exception failed) when (failed is JournalException or FencedException)
        {
            return Refuse(ActivationRefusal.Store, $"{failed.Message}; whether a new version was stored is seen at /api/v1/config");
        }

        return outcome.Refused ?? Activation.Done(await _nodes.SettledAsync(outcome.Version, outcome.Changed).ConfigureAwait(false));
    }

    /// <summary>Makes it the next version, if the expected one is active.</summary>
    private (Activation? Refused, long Version, IReadOnlyList<string> Changed) Commit(ConfigurationResult result, long expected, string file, string cause, string by)
    {
        if (result.Configuration is not { } next)
        {
            return (Refuse(ActivationRefusal.Invalid, [.. result.Problems.Select(problem => problem.ToString())]), 0, []);
        }

        ConfigurationChange change = ConfigurationChange.Between(_running.Configuration, next);
        if (!change.NeedsRestart.IsEmpty)
        {
            return (Refuse(ActivationRefusal.NeedsRestart, [.. change.NeedsRestart.Select(key =>
                $"{key.Key} cannot change while the node runs ({key.Before ?? "nothing"} -> {key.After ?? "nothing"})")]), 0, []);
        }

        VersionHead head = Head(expected + 1, next, file, cause, by);
        ConfigurationVersion? newest = _versions.Newest();
        if (newest?.Head.Number == expected && expected == _running.Number && change.IsEmpty)
        {
            return (null, expected, []);
        }

        if (newest?.Head.Number == expected && _versions.Add(new ConfigurationVersion(head, next.LiveText), Kept))
        {
            _file = file;
            Take(head, next, change);
            return (null, head.Number, [.. change.Live.Select(key => key.Key)]);
        }

        newest = _versions.Newest();
        if (newest?.Head.Hash == head.Hash)
        {
            // Another node was asked for the same, and was first: every node has the file, and every node was told to read it again.
            if (newest.Head.Number > _running.Number)
            {
                Take(newest.Head, next, change);
            }

            return (null, newest.Head.Number, [.. change.Live.Select(key => key.Key)]);
        }

        return (Refuse(ActivationRefusal.Conflict,
            $"version {newest?.Head.Number} is active ({newest?.Head.Cause}, by {newest?.Head.By}), not {expected}: look at the difference, and activate again"), 0, []);
    }

    private void Take(VersionHead head, LoadedConfiguration next, ConfigurationChange change)
    {
        if (_settings is { } settings)
        {
            ControllerSettings now = settings.Current;
            IPEndPoint[] bound = [.. now.Listeners.Select(listener => listener.Listen)];
            ControllerSettings taken = next.Settings(now.Secret, bound, head.Number);

            // What was measured is no configuration, and goes on.
            settings.Swap(current => taken with { Quality = current.Quality });
        }

        _running = new RunningVersion(head, next);
        _problem = null;
        if (head.Number > Volatile.Read(ref _active))
        {
            Volatile.Write(ref _active, head.Number);
        }

        foreach (string note in next.Notes)
        {
            _log.LeftOut(note);
        }

        _log.Runs(head.Number, head.Cause, head.By, Keys(change));
    }

    private Activation Refuse(ActivationRefusal why, params IReadOnlyList<string> reasons)
    {
        foreach (string reason in reasons)
        {
            _log.Refused(reason);
        }

        return Activation.Refuse(why, reasons);
    }
}
