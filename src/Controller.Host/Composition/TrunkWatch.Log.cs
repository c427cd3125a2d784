namespace Controller.Host.Composition;

internal static partial class TrunkWatchLog
{
    [LoggerMessage(4601, LogLevel.Warning, "trunk {Trunk}: {Endpoint} does not answer OPTIONS, it is left out")]
    public static partial void EndpointDown(this ILogger log, string trunk, string endpoint);

    [LoggerMessage(4602, LogLevel.Information, "trunk {Trunk}: {Endpoint} answers OPTIONS again")]
    public static partial void EndpointBack(this ILogger log, string trunk, string endpoint);

    [LoggerMessage(4603, LogLevel.Warning, "trunk {Trunk}: {Account} is not registered: {Status}")]
    public static partial void AccountFailed(this ILogger log, string trunk, string account, int? status);

    [LoggerMessage(4604, LogLevel.Information, "trunk {Trunk}: {Account} is registered")]
    public static partial void AccountRegistered(this ILogger log, string trunk, string account);

    [LoggerMessage(4605, LogLevel.Warning, "trunks could not be looked at, which is tried again")]
    public static partial void RoundFailed(this ILogger log, Exception failure);
}
