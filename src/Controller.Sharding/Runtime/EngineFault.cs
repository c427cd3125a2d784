using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

public enum EngineFaultKind : byte
{
    /// <summary>Decide, NextDue or the codec threw: the input was dropped, the actor keeps its state.</summary>
    ActorThrew,

    /// <summary>An interpreter threw while performing an effect.</summary>
    InterpreterThrew,

    /// <summary>A commit failed. Nothing of it was sent; its actors are read back from the journal.</summary>
    JournalFailed,

    /// <summary>A commit succeeded again after failures.</summary>
    JournalBack,

    /// <summary>Another owner has the shard: it is stopped here.</summary>
    Fenced,

    /// <summary>The journal holds a row that we did not write: the shard is stopped here.</summary>
    SequenceConflict,

    /// <summary>Rows of an actor cannot be read back by this version: the actor is set aside and refuses inputs, the rows are kept.</summary>
    Unreadable,

    /// <summary>A commit took so long that its sends were not made; the actors re-emit what is still pending.</summary>
    SentTooLate,

    /// <summary>The sink of the outbox failed; it is tried again.</summary>
    OutboxFailed,

    /// <summary>The rows of shards that are ours could not be read: they are not open. Whoever wanted them is told and may try again.</summary>
    OwnFailed,

    /// <summary>Somebody who was called back threw.</summary>
    CallbackThrew,
}

/// <summary>Something that an operator has to know. <paramref name="Reason"/> is one line; where nothing narrower is known, actor and shard are null.</summary>
public sealed record EngineFault(EngineFaultKind Kind, string Reason, ActorId? Actor = null, ShardId? Shard = null, Exception? Error = null)
{
    internal static EngineFault SetAside(ActorId actor, Exception error) =>
        new(EngineFaultKind.Unreadable, $"actor {actor} cannot be read back and is set aside: {error.Message}", actor, Error: error);
}
