using System.Diagnostics.Metrics;

namespace Controller.Host.Telemetry;

/// <summary>How long each collection stopped every thread. An object that nobody holds is found dead by each collection: its finalizer looks, and leaves another one behind.</summary>
/// <remarks>Of two collections that follow so closely that no finalizer ran between them only the later is seen; dotnet_gc_pause counts both.</remarks>
public sealed class PauseInstrument : IDisposable
{
    private readonly Meter _meter = new(ProcessInstruments.MeterName);
    private readonly Histogram<double> _pauses;
    private volatile bool _ended;

    public PauseInstrument()
    {
        _pauses = _meter.CreateHistogram<double>("dotnet_gc_pause_duration", "s", "Time all threads stood still for one collection.");
        _ = new Watch(this);
    }

    public void Dispose()
    {
        _ended = true;
        _meter.Dispose();
    }

    private void Look()
    {
        foreach (TimeSpan pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
        {
            if (pause > TimeSpan.Zero)
            {
                _pauses.Record(pause.TotalSeconds);
            }
        }
    }

    private sealed class Watch(PauseInstrument of)
    {
        ~Watch()
        {
            if (!of._ended && !Environment.HasShutdownStarted)
            {
                of.Look();
                _ = new Watch(of);
            }
        }
    }
}
