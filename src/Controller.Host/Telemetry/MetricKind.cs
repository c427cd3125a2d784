namespace Controller.Host.Telemetry;

public enum MetricKind : byte
{
    Counter,
    Gauge,
    Histogram,
}
