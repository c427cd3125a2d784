using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

internal static partial class JournalWatchLog
{
    [LoggerMessage(4101, LogLevel.Error, "journal: commits fail, nothing is sent that is not stored: {Reason}")]
    public static partial void JournalFailed(this ILogger log, string reason);

    [LoggerMessage(4102, LogLevel.Information, "journal: commits succeed again")]
    public static partial void JournalBack(this ILogger log);

    [LoggerMessage(4103, LogLevel.Warning, "engine: a commit took too long, its sends are made again: {Reason} (actor {Actor})")]
    public static partial void SentTooLate(this ILogger log, string reason, ActorId? actor);

    [LoggerMessage(4104, LogLevel.Error, "engine: {Kind}: {Reason} (actor {Actor}, shard {Shard})")]
    public static partial void Fault(this ILogger log, EngineFaultKind kind, string reason, ActorId? actor, ShardId? shard, Exception? error);
}
