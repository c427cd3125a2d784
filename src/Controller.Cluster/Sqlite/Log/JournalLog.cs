namespace Controller.Cluster.Sqlite.Log;

/// <summary>The index of the log as readers share it with the writer.</summary>
internal sealed class JournalLog(LogIndex index)
{
    /// <summary>
    /// The writer holds it while a commit that is durable enters the index; a reader while it looks up places and begins its view of the file. Such a view
    /// may have one commit more than the index, but that one was written to slots that are free in the index: what the index names stands.
    /// </summary>
    public Lock Gate { get; } = new();

    /// <summary>Changed by the writer alone, under the gate.</summary>
    public LogIndex Index { get; set; } = index;
}
