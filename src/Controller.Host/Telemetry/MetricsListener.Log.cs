namespace Controller.Host.Telemetry;

internal static partial class MetricsListenerLog
{
    [LoggerMessage(4701, LogLevel.Warning, "not every instrument could be asked; /metrics goes without those that could not")]
    public static partial void NotAllMeasured(this ILogger log, Exception failure);
}
