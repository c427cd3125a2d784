using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Controller.Host.Telemetry;

/// <summary>What a soak watches: heap, pauses, threads, handles. Read when scraped, nothing in between.</summary>
public sealed class ProcessInstruments : IDisposable
{
    public const string MeterName = "Controller.Process";

    private readonly Meter _meter = new(MeterName);

    public ProcessInstruments()
    {
        _meter.CreateObservableGauge("process_start_time", () => new DateTimeOffset(Self(p => p.StartTime).ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0,
            "s", "When the process started, seconds since 1970.");
        _meter.CreateObservableCounter("process_cpu", () => Self(p => p.TotalProcessorTime).TotalSeconds, "s", "Processor time used.");
        _meter.CreateObservableGauge("process_resident_memory", () => Environment.WorkingSet, "By", "Resident memory.");
        _meter.CreateObservableGauge("process_threads", () => Self(p => p.Threads.Count), null, "Threads of the process.");
        _meter.CreateObservableGauge("process_open_handles", () => Self(p => p.HandleCount), null, "Open handles (file descriptors on Linux).");
        _meter.CreateObservableGauge("dotnet_gc_heap", () => GC.GetTotalMemory(false), "By", "Managed heap in use, garbage not yet collected included.");
        _meter.CreateObservableGauge("dotnet_gc_live", Live, "By", "What was found alive by the last collection of all generations; 0 before the first.");
        _meter.CreateObservableGauge("dotnet_gc_committed", () => GC.GetGCMemoryInfo().TotalCommittedBytes, "By", "Memory committed by the collector, at the last collection.");
        _meter.CreateObservableCounter("dotnet_gc_allocated", () => GC.GetTotalAllocatedBytes(), "By", "Bytes allocated on the managed heap since the start.");
        _meter.CreateObservableCounter("dotnet_gc_pause", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time all threads stood still for a collection.");
        _meter.CreateObservableCounter("dotnet_gc_collections", Collections, null, "Collections by generation.");
        _meter.CreateObservableGauge("dotnet_threadpool_threads", () => ThreadPool.ThreadCount, null, "Thread pool threads.");
        _meter.CreateObservableGauge("dotnet_threadpool_queue", () => ThreadPool.PendingWorkItemCount, null, "Work waiting for a thread pool thread.");
        _meter.CreateObservableCounter("dotnet_lock_contentions", () => Monitor.LockContentionCount, null, "Locks that had to be waited for.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Collections()
    {
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            yield return new Measurement<int>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", generation));
        }
    }

    /// <summary>A collection of all generations stops the process or goes on beside it: the later of the two counts.</summary>
    private static long Live()
    {
        GCMemoryInfo blocking = GC.GetGCMemoryInfo(GCKind.FullBlocking), beside = GC.GetGCMemoryInfo(GCKind.Background);
        GCMemoryInfo last = beside.Index > blocking.Index ? beside : blocking;
        return last.HeapSizeBytes - last.FragmentedBytes;
    }

    private static T Self<T>(Func<Process, T> read)
    {
        using Process self = Process.GetCurrentProcess();
        return read(self);
    }
}
