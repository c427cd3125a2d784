namespace Controller.Host.Composition.Live;

internal static partial class LiveConfigurationLog
{
    [LoggerMessage(4201, LogLevel.Information, "configuration {Version} runs ({Cause}, by {By}); changed: {Changed}")]
    public static partial void Runs(this ILogger log, long version, string cause, string by, string changed);

    [LoggerMessage(4202, LogLevel.Error, "configuration not taken over, the running one stays: {Reason}")]
    public static partial void Refused(this ILogger log, string reason);

    [LoggerMessage(4203, LogLevel.Warning, "{Note}")]
    public static partial void LeftOut(this ILogger log, string note);

    [LoggerMessage(4204, LogLevel.Error, "configuration {Running} goes on here although another one is active: {Problem}")]
    public static partial void Behind(this ILogger log, long running, string problem);

    [LoggerMessage(4205, LogLevel.Warning, "configuration {Version} is active ({Cause}, by {By}) and goes before the file of this node, which differs in {Keys}")]
    public static partial void FileOverridden(this ILogger log, long version, string cause, string by, string keys);
}
