namespace Controller.Host.Composition;

internal static partial class NodeLog
{
    [LoggerMessage(4301, LogLevel.Information, "draining: no more messages are taken")]
    public static partial void Draining(this ILogger log);

    [LoggerMessage(4302, LogLevel.Information, "stopped")]
    public static partial void Stopped(this ILogger log);
}
