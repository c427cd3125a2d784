namespace Controller.Host.Telemetry;

internal static partial class ClockInstrumentsLog
{
    [LoggerMessage(4501, LogLevel.Warning, "clock: the time that timers run by is {Seconds} s {Side} {Reference}, which was set or was wrong; no timer jumps, the difference is gone in {Hours} h")]
    public static partial void Apart(this ILogger log, double seconds, string side, string reference, double hours);
}
