using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Quality;
using Controller.Sharding.Runtime;

namespace Controller.Host.Quality;

/// <summary>
/// Measures how well trunks do by the calls that this node carries, and puts the figures into the snapshot of the settings, once a second if they have changed:
/// decisions read them there. Calls are spread over the nodes by a hash, so what one node sees is a fair sample.
/// </summary>
public sealed class TrunkMeter : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly SettingsSource<ControllerSettings> _settings;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, AttemptWindow> _windows = new(StringComparer.Ordinal);
    private readonly Meter _meter = new("Controller.Quality");
    private readonly Counter<long> _attempts;
    private readonly Lock _ticking = new();
    private readonly ITimer _timer;
    private KeyValuePair<string, AttemptTally>[] _told = [];
    private int _toldLeast;
    private long _sliceBegan;
    private int _slice;

    public TrunkMeter(SettingsSource<ControllerSettings> settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _sliceBegan = clock.GetTimestamp();
        _attempts = _meter.CreateCounter<long>("trunk.attempts", description: "Attempts at trunks that are over, by whether they were answered.");
        _meter.CreateObservableGauge("trunk.answer.ratio", () => Measured(quality => quality.AnswerRatio), description: "Answers to attempts in the window, drawn towards the average of all trunks.");
        _meter.CreateObservableGauge("trunk.post.dial.delay", () => Measured(quality => quality.DelayMilliseconds / 1000), "s", "From the INVITE until somebody rings, likewise.");
        _timer = clock.CreateTimer(_ => Tick(), null, Period, Period);
    }

    public void Count(CallEffect.CountAttempt attempt)
    {
        _windows.GetOrAdd(attempt.Trunk, static _ => new AttemptWindow()).Add(Volatile.Read(ref _slice), attempt.IsAnswered, attempt.Delay);
        _attempts.Add(1, new("trunk", attempt.Trunk), new("answered", attempt.IsAnswered ? "true" : "false"));
    }

    /// <summary>Lets slices go that are older than the window, and tells decisions what is left.</summary>
    public void Tick()
    {
        lock (_ticking)
        {
            ControllerSettings now = _settings.Current;
            Advance(now.Measuring.Window / AttemptWindow.Slices);
            foreach (string gone in _windows.Keys.Where(trunk => !now.Trunks.ContainsKey(trunk)))
            {
                _windows.TryRemove(gone, out _);
            }

            KeyValuePair<string, AttemptTally>[] seen = [.. _windows.ToArray().OrderBy(trunk => trunk.Key, StringComparer.Ordinal).Select(trunk => KeyValuePair.Create(trunk.Key, trunk.Value.Tally))];
            int least = now.Measuring.MinSamples;
            if (least != _toldLeast || !seen.AsSpan().SequenceEqual(_told))
            {
                (_told, _toldLeast) = (seen, least);
                var snapshot = new QualitySnapshot(seen, least);
                _settings.Swap(current => current with { Quality = snapshot });
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    private void Advance(TimeSpan slice)
    {
        for (int turned = 0; _clock.GetElapsedTime(_sliceBegan) >= slice && turned < AttemptWindow.Slices; turned++)
        {
            int next = (_slice + 1) % AttemptWindow.Slices;
            foreach (AttemptWindow window in _windows.Values)
            {
                window.Empty(next);
            }

            Volatile.Write(ref _slice, next);
            _sliceBegan += (long)(slice.TotalSeconds * _clock.TimestampFrequency);
        }

        if (_clock.GetElapsedTime(_sliceBegan) >= slice)
        {
            _sliceBegan = _clock.GetTimestamp();
        }
    }

    private IEnumerable<Measurement<double>> Measured(Func<TrunkQuality, double> figure)
    {
        ControllerSettings now = _settings.Current;
        return now.Trunks.Keys.Where(trunk => now.Quality.Of(trunk).IsMeasured)
            .Select(trunk => new Measurement<double>(figure(now.Quality.Of(trunk)), new KeyValuePair<string, object?>("trunk", trunk)));
    }
}
