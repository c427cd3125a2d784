using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Controller.Host.Telemetry;

/// <summary>One instrument and its series, one for each set of tags.</summary>
public sealed class Metric
{
    /// <summary>More sets of tags than this are summed in one series tagged overflow="true": a label that grows without bound must not eat the heap.</summary>
    public const int MaxSeries = 1000;

    /// <summary>Seconds, from a tenth of a millisecond to ten seconds, where an instrument advises none.</summary>
    private static readonly double[] DefaultBounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly ConcurrentDictionary<TagSet, Series> _series = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly bool _observed;
    private readonly bool _adds;
    private readonly double[]? _bounds;

    private Metric(Instrument instrument, MetricKind kind, bool adds, double[]? bounds)
    {
        Kind = kind;
        Name = PrometheusName.Of(instrument.Name, instrument.Unit, kind);
        Help = instrument.Description ?? "";
        _observed = instrument.IsObservable;
        _adds = adds;
        _bounds = bounds;
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }
    public string Help { get; }
    public MetricKind Kind { get; }

    /// <summary>As they are at one moment: the dictionary's own copy, for LINQ's fails if a series is added meanwhile.</summary>
    public IEnumerable<KeyValuePair<TagSet, Series>> Series => _series.ToArray().OrderBy(s => s.Key.Text, StringComparer.Ordinal);

    /// <summary>Null for an instrument of a kind that this exporter does not know.</summary>
    public static Metric? TryCreate(Instrument instrument)
    {
        Type type = instrument.GetType();
        string kind = type.IsGenericType ? type.GetGenericTypeDefinition().Name : "";
        return kind switch
        {
            "Counter`1" => new Metric(instrument, MetricKind.Counter, adds: true, null),
            "ObservableCounter`1" => new Metric(instrument, MetricKind.Counter, adds: false, null),
            "UpDownCounter`1" => new Metric(instrument, MetricKind.Gauge, adds: true, null),
            "ObservableUpDownCounter`1" or "ObservableGauge`1" or "Gauge`1" => new Metric(instrument, MetricKind.Gauge, adds: false, null),
            "Histogram`1" => new Metric(instrument, MetricKind.Histogram, adds: true, BoundsOf(instrument)),
            _ => null,
        };
    }

    /// <summary>What an observable instrument no longer reports has no series any more.</summary>
    public void BeforeObservation()
    {
        if (_observed)
        {
            _series.Clear();
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_byTags.TryGetValue(tags, out Series? series))
        {
            // The count may be passed by as many series as there are threads here at once: a bound, not an exact one.
            TagSet key = new(_series.Count < MaxSeries ? tags : Overflow);
            series = _series.GetOrAdd(key, static (_, bounds) => new Series(bounds), _bounds);
        }

        if (_bounds is not null)
        {
            series.Observe(value);
        }
        else if (_adds)
        {
            series.Add(value);
        }
        else
        {
            series.Set(value);
        }
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<float> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
            _ => null,
        };
        return advised is { Count: > 0 } ? [.. advised.Order()] : DefaultBounds;
    }
}
