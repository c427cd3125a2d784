namespace Controller.Host.Composition;

internal static partial class ConfigurationReloadLog
{
    [LoggerMessage(4201, LogLevel.Information, "configuration {Version} runs; changed: {Changed}")]
    public static partial void Reloaded(this ILogger log, long version, string changed);

    [LoggerMessage(4202, LogLevel.Error, "configuration not taken over, the running one stays: {Reason}")]
    public static partial void Refused(this ILogger log, string reason);

    [LoggerMessage(4203, LogLevel.Warning, "{Note}")]
    public static partial void LeftOut(this ILogger log, string note);
}
