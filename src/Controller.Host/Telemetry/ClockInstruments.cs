using System.Diagnostics.Metrics;
using Controller.Sharding.Clocks;

namespace Controller.Host.Telemetry;

/// <summary>How far the time that timers run by is from its reference: a gauge, and a line of the log when somebody has set a clock.</summary>
internal sealed class ClockInstruments : IDisposable
{
    private readonly Meter _meter = new("Controller.Clock");
    private readonly ClusterClock _clock;
    private readonly ILogger _log;
    private readonly string _reference;

    /// <param name="reference">As an operator knows it.</param>
    public ClockInstruments(ClusterClock clock, string reference, ILogger log)
    {
        (_clock, _reference, _log) = (clock, reference, log);
        _meter.CreateObservableGauge("controller.clock.offset", () => clock.Ahead.TotalSeconds, "s", "How far the time that timers run by is ahead of its reference.");
        clock.Apart += Tell;
    }

    public void Dispose()
    {
        _clock.Apart -= Tell;
        _meter.Dispose();
    }

    private void Tell(TimeSpan ahead)
    {
        TimeSpan apart = ahead.Duration();
        _log.Apart(Math.Round(apart.TotalSeconds, 3), ahead > TimeSpan.Zero ? "ahead of" : "behind", _reference, Math.Ceiling(apart.TotalHours * ClusterClock.Slowness));
    }
}
