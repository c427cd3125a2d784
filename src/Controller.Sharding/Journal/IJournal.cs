using Controller.Sharding.Model;

namespace Controller.Sharding.Journal;

/// <summary>
/// Where events become facts. One commit per batch, under the fence of every shard in it; one writer thread; completions are called
/// on that thread in the order of submission. One compliance suite (tests) is what an implementation must pass.
/// </summary>
public interface IJournal : IDisposable
{
    /// <summary>
    /// Claims shards for this incarnation: every one gets a new, higher epoch and earlier owners can no longer commit. A claim of none gives the secret.
    /// </summary>
    /// <exception cref="JournalException">The store cannot be opened, is corrupt, of a newer schema, or used by another process; the message is one line for the user.</exception>
    JournalClaim Claim(IReadOnlyList<ShardId> shards);

    /// <summary>Queues a batch; returns at once. <see cref="JournalBatch.Completed"/> is called exactly once.</summary>
    void Append(JournalBatch batch);

    /// <summary>
    /// Reads all rows of the given shards, an actor's together and in order of sequence, newest epoch's view, and tells the writer what it has to know of
    /// them; what it knew of these shards before is replaced. Runs on the caller's thread, beside appends for other shards.
    /// </summary>
    /// <remarks>
    /// A shard's life in a journal: it is ours in the store → Recover → appends at its epoch → <see cref="Forget"/>; then, at a later epoch, Recover again.
    /// Between a Forget and the next Recover nothing is appended for it; Recover is not called before that Forget was.
    /// </remarks>
    /// <param name="row">Its payload is borrowed: valid until this returns.</param>
    /// <exception cref="JournalException">The store does not answer, or cannot be read; it may be tried again.</exception>
    void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row);

    /// <summary>
    /// These shards have been released or lost: what the writer knows of them may go, their rows stay. Queued like a batch, behind every append for
    /// them; returns at once. May be called for shards that the journal does not know, and more than once.
    /// </summary>
    void Forget(IReadOnlyList<ShardId> shards);

    /// <summary>Reads the rows of one actor in order of sequence. Runs on the caller's thread.</summary>
    IReadOnlyList<JournalRow> Load(ActorId actor);

    /// <summary>Outbox rows not yet removed, oldest first, at most <paramref name="limit"/>.</summary>
    IReadOnlyList<OutboxRow> ReadOutbox(int limit);

    /// <summary>Removes delivered outbox rows up to and including <paramref name="throughId"/>. Queued like a batch.</summary>
    void RemoveOutbox(long throughId);
}

/// <param name="Fences">One for each claimed shard.</param>
/// <param name="Secret">32 random bytes made when the store was created: the key of every token and tag.</param>
public sealed record JournalClaim(IReadOnlyList<Fence> Fences, ReadOnlyMemory<byte> Secret);

/// <summary>The events of one decision.</summary>
/// <param name="Sequence">1 for the first row of an actor, then without gaps.</param>
/// <param name="Payload">The encoded events; empty with <paramref name="Forget"/> if the actor only ends.</param>
/// <param name="Supersedes">Earlier rows of this actor are removed in the same commit.</param>
/// <param name="Forget">All rows of this actor, this one included, are removed in the same commit: it has ended.</param>
/// <param name="Outbox">A record stored in the same commit for delivery exactly once; empty if none.</param>
public readonly record struct JournalEntry(
    ActorId Actor, long Sequence, Fence Fence, Instant At, ReadOnlyMemory<byte> Payload, bool Supersedes, bool Forget, ReadOnlyMemory<byte> Outbox);

public readonly record struct JournalRow(ActorId Actor, long Sequence, Instant At, ReadOnlyMemory<byte> Payload);

public readonly record struct OutboxRow(long Id, ReadOnlyMemory<byte> Payload);

/// <summary>One commit. The entries are the caller's until <see cref="Completed"/> is called.</summary>
public abstract class JournalBatch
{
    public abstract IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>Called once, on the journal's thread.</summary>
    public abstract void Completed(AppendResult result);
}

/// <summary>The four outcomes of an append.</summary>
public abstract record AppendResult
{
    private AppendResult() { }

    public sealed record Appended : AppendResult
    {
        public static readonly Appended Instance = new();
    }

    /// <summary>Definitely not committed: a row with this sequence exists.</summary>
    public sealed record SequenceConflict(ActorId Actor) : AppendResult;

    /// <summary>Definitely not committed: ownership is lost; stop the shard.</summary>
    public sealed record Fenced(Fence Fence) : AppendResult;

    /// <summary>Not known, or the store failed (disk full). Nothing may be sent; the journal keeps the batch's order and says when it works again.</summary>
    public sealed record Failed(string Reason) : AppendResult;
}

/// <summary>A failure of the store that the user must act on. The message is one clear line.</summary>
public sealed class JournalException : Exception
{
    public JournalException() { }
    public JournalException(string message) : base(message) { }
    public JournalException(string message, Exception inner) : base(message, inner) { }
}
