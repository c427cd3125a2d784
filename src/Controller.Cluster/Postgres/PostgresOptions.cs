namespace Controller.Cluster.Postgres;

/// <summary>How a node uses its PostgreSQL.</summary>
/// <param name="Connection">Npgsql's connection string: host (or several, of which the one that can be written is used), port, user, password, database.</param>
/// <param name="Node">Number of this node, unique in the cluster.</param>
/// <param name="AllowSingle">Run although a loss of the database host may lose commits: there is no synchronous standby.</param>
/// <param name="Shards">Fixed for the life of the store.</param>
public sealed record PostgresOptions(string Connection, int Node, bool AllowSingle = false, int Shards = 256)
{
    /// <summary>A commit that has no answer for so long is abandoned with its connection, and its fate is found out on another.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a batch is tried before it is said to have failed. As long as a database takes to fail over: meanwhile order is kept, new calls are refused at
    /// the edge, and nothing that was decided is dropped.
    /// </summary>
    public TimeSpan TryFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A heartbeat that has no answer for so long is abandoned with its connection: one lost answer must not cost a fence.</summary>
    public TimeSpan BeatWithin { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>A node that was fenced twice within this time owns nothing for as long.</summary>
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromSeconds(60);
}
