namespace Controller.Sharding.Journal;

/// <summary>Where outbox records go (a file of charging records). Called on the outbox's own thread, never concurrently.</summary>
public interface IOutboxSink
{
    /// <summary>
    /// Returns when all rows are durable. Throws if it is not known that they are: the same rows are delivered again, so a sink
    /// that must not repeat itself remembers the highest <see cref="OutboxRow.Id"/> it has written.
    /// </summary>
    void Deliver(IReadOnlyList<OutboxRow> rows);
}
