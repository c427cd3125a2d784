using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Controller.Host.Telemetry;

/// <summary>
/// Collects every instrument of the meters it is told to follow and writes them as Prometheus text.
/// Measurements arrive on the threads that make them: a look-up without an allocation and one interlocked operation, no lock.
/// </summary>
public sealed class MetricsListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Metric> _metrics = new();
    private readonly Lock _scrape = new();
    private readonly Action<Exception>? _failed;

    /// <param name="follow">Which meters, by name.</param>
    /// <param name="failed">Told of instruments that could not be asked: they have no series in this scrape, the others have theirs.</param>
    public MetricsListener(Func<string, bool> follow, Action<Exception>? failed = null)
    {
        _failed = failed;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (follow(instrument.Meter.Name) && Metric.TryCreate(instrument) is { } metric)
            {
                _metrics[instrument] = metric;
                listener.EnableMeasurementEvents(instrument, metric);
            }
        };
        _listener.MeasurementsCompleted = (instrument, state) => _metrics.TryRemove(new(instrument, (Metric)state!));
        // An instrument whose meter ends while it is asked has lost its state already.
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => (state as Metric)?.Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => (state as Metric)?.Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>The text exposition, version 0.0.4. Instruments of one name from several meters are written as one family.</summary>
    public string Expose()
    {
        // One scrape at a time: observable instruments are asked now and their series replaced.
        lock (_scrape)
        {
            foreach (Metric metric in _metrics.Values)
            {
                metric.BeforeObservation();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failures)
            {
                // All have been asked by now; who threw is in here.
                _failed?.Invoke(failures);
            }

            StringBuilder text = new(16 * 1024);
            foreach (IGrouping<string, Metric> family in _metrics.Values.GroupBy(m => m.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                PrometheusText.Write(text, [.. family]);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();
}
