using Controller.Edge.Dispatch;
using Controller.Edge.Listeners;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Flows;

/// <summary>What all stream connections share.</summary>
internal sealed record StreamScope(
    EdgeOptions Options, FlowTable Table, Arrivals Arrivals, ReceiveBuffers Buffers, SendFailures Failures, EdgeInstruments Instruments, TimeProvider Clock)
{
    private int _stopped;

    /// <summary>Milliseconds; only differences mean anything. Never 0.</summary>
    public long Now => (long)(Clock.GetTimestamp() * (1000.0 / Clock.TimestampFrequency)) + 1;

    /// <summary>Nothing that arrives becomes an input any more.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped) != 0;

    public void Stop() => Volatile.Write(ref _stopped, 1);
}
