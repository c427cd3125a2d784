namespace Controller.Host.Telemetry;

/// <summary>The numbers of one instrument under one set of tags. Written by any thread, read by a scrape.</summary>
public sealed class Series
{
    private readonly double[]? _bounds;
    private readonly long[]? _buckets;
    private double _value;

    /// <param name="bounds">Ascending upper bounds of a histogram's buckets; null for anything else.</param>
    public Series(double[]? bounds)
    {
        _bounds = bounds;
        _buckets = bounds is null ? null : new long[bounds.Length + 1];
    }

    /// <summary>A counter's total, a gauge's value, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _value);

    public IReadOnlyList<double> Bounds => _bounds ?? [];

    /// <summary>How many observations fell into bucket <paramref name="i"/> alone; the one after the last bound is +Inf.</summary>
    public long InBucket(int i) => Volatile.Read(ref _buckets![i]);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        double seen = Volatile.Read(ref _value);
        while (true)
        {
            double before = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Observe(double value)
    {
        // A bucket's bound belongs to it: "le" is less than or equal.
        int i = Array.BinarySearch(_bounds!, value);
        Interlocked.Increment(ref _buckets![i >= 0 ? i : ~i]);
        Add(value);
    }
}
