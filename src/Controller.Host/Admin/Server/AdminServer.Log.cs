namespace Controller.Host.Admin.Server;

internal static partial class AdminServerLog
{
    [LoggerMessage(4001, LogLevel.Error, "admin: {Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, string method, string path, Exception defect);
}
