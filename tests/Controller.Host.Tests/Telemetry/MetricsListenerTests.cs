using System.Diagnostics.Metrics;
using System.Globalization;
using Controller.Host.Telemetry;

namespace Controller.Host.Tests.Telemetry;

public sealed class MetricsListenerTests : IDisposable
{
    private readonly Meter _meter;
    private readonly MetricsListener _metrics;

    public MetricsListenerTests()
    {
        string name = "Test." + Guid.NewGuid();
        _meter = new Meter(name);
        _metrics = new MetricsListener(n => n == name);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_are_summed_by_their_tags()
    {
        Counter<long> counter = _meter.CreateCounter<long>("controller.sip.requests", null, "Requests \"in\".");
        counter.Add(2, new KeyValuePair<string, object?>("method", "INVITE"));
        counter.Add(3, new KeyValuePair<string, object?>("method", "INVITE"));
        counter.Add(1, new KeyValuePair<string, object?>("method", "A\"\\\nB"));
        Assert.Equal(
            "# HELP controller_sip_requests_total Requests \"in\".\n"
            + "# TYPE controller_sip_requests_total counter\n"
            + "controller_sip_requests_total{method=\"A\\\"\\\\\\nB\"} 1\n"
            + "controller_sip_requests_total{method=\"INVITE\"} 5\n",
            _metrics.Expose());
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_whose_bound_belongs_to_them()
    {
        Histogram<double> histogram = _meter.CreateHistogram("latency", "s", null, null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (double value in new[] { 0.05, 0.1, 0.5, 7 })
        {
            histogram.Record(value);
        }

        Assert.Equal(
            "# TYPE latency_seconds histogram\n"
            + "latency_seconds_bucket{le=\"0.1\"} 2\n"
            + "latency_seconds_bucket{le=\"1\"} 3\n"
            + "latency_seconds_bucket{le=\"+Inf\"} 4\n"
            + "latency_seconds_sum 7.65\n"
            + "latency_seconds_count 4\n",
            _metrics.Expose());
    }

    [Fact]
    public void Observable_gauges_are_asked_at_the_scrape_and_forget_what_they_no_longer_report()
    {
        List<Measurement<int>> now = [new(1, new KeyValuePair<string, object?>("shard", 1)), new(2, new KeyValuePair<string, object?>("shard", 2))];
        _meter.CreateObservableGauge("actors", () => now);
        Assert.Contains("actors{shard=\"1\"} 1\nactors{shard=\"2\"} 2\n", _metrics.Expose(), StringComparison.Ordinal);
        now = [new(5, new KeyValuePair<string, object?>("shard", 2))];
        Assert.EndsWith("gauge\nactors{shard=\"2\"} 5\n", _metrics.Expose(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_instrument_that_cannot_be_asked_takes_none_of_the_others_along()
    {
        List<Exception> failures = [];
        using var metrics = new MetricsListener(name => name == _meter.Name, failures.Add);
        _meter.CreateObservableGauge("broken", int () => throw new IOException("no such process"));
        _meter.CreateObservableGauge("whole", () => 1);
        Assert.Equal("# TYPE broken gauge\n# TYPE whole gauge\nwhole 1\n", metrics.Expose());
        Assert.Contains("no such process", Assert.Single(failures).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_that_end_while_they_are_asked_do_no_harm()
    {
        List<Exception> failures = [];
        using var metrics = new MetricsListener(name => name == _meter.Name, failures.Add);
        _meter.CreateObservableGauge("stays", () => 1);
        using var enough = new CancellationTokenSource();
        var others = new Thread(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                using var meter = new Meter(_meter.Name);
                for (int i = 0; i < 8; i++)
                {
                    meter.CreateObservableGauge("goes", () => 1);
                }
            }
        });
        others.Start();
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                Assert.Contains("stays 1\n", metrics.Expose(), StringComparison.Ordinal);
            }
        }
        finally
        {
            enough.Cancel();
            others.Join();
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void Up_down_counters_go_down_and_gauges_keep_the_last_value()
    {
        UpDownCounter<int> calls = _meter.CreateUpDownCounter<int>("calls");
        calls.Add(3);
        calls.Add(-1);
        Gauge<double> level = _meter.CreateGauge<double>("level");
        level.Record(1);
        level.Record(0.25);
        Assert.Equal("# TYPE calls gauge\ncalls 2\n# TYPE level gauge\nlevel 0.25\n", _metrics.Expose());
    }

    [Fact]
    public void A_tag_without_bounds_ends_in_one_series_and_nothing_is_lost()
    {
        Counter<int> counter = _meter.CreateCounter<int>("c");
        for (int i = 0; i < Metric.MaxSeries + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("source", i));
        }

        string text = _metrics.Expose();
        Assert.Contains("c_total{overflow=\"true\"} 50\n", text, StringComparison.Ordinal);
        Assert.Equal(Metric.MaxSeries + 2, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Measurements_of_many_threads_are_all_counted()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c");
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("k", "v"));
            }
        });
        Assert.Contains("c_total{k=\"v\"} 80000\n", _metrics.Expose(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_measurement_of_a_known_series_allocates_nothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c");
        KeyValuePair<string, object?> tag = new("method", "INVITE");
        counter.Add(1, tag);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            counter.Add(1, tag);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_process_tells_what_a_soak_watches()
    {
        using MetricsListener metrics = new(n => n == ProcessInstruments.MeterName);
        using ProcessInstruments process = new();
        string text = metrics.Expose();
        foreach (string name in new[]
                 {
                     "process_resident_memory_bytes ", "process_cpu_seconds_total ", "process_threads ", "process_open_handles ",
                     "dotnet_gc_heap_bytes ", "dotnet_gc_live_bytes ", "dotnet_gc_pause_seconds_total ", "dotnet_gc_collections_total{generation=\"2\"} ",
                 })
        {
            Assert.Contains("\n" + name, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_collection_tells_how_long_it_stopped_the_threads()
    {
        using MetricsListener metrics = new(n => n == ProcessInstruments.MeterName);
        using PauseInstrument pauses = new();
        int Seen() => metrics.Expose().Split('\n').Where(line => line.StartsWith("dotnet_gc_pause_duration_seconds_count", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).SingleOrDefault();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.True(Seen() > last, $"{last} pauses, and no more after a collection");
            last = Seen();
        }
    }
}
