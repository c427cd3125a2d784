using Controller.Cluster.Membership;
using Controller.Cluster.Postgres.Wire;
using Controller.Cluster.Versions;
using Controller.Sharding.Clocks;
using Controller.Sharding.Journal;
using Controller.Sharding.Placement;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// What a node has of its PostgreSQL: the journal and the arbiter. Joining begins a new incarnation of the node; an earlier one that still runs can write no more.
/// It owns nothing yet and is not up.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    private readonly PostgresOwnership _ownership;
    private readonly PostgresJournal _journal;
    private readonly PostgresVersions _versions;

    private PostgresCluster(PostgresOptions options, Incarnation self, ClusterClock clock)
    {
        Clock = clock;
        _ownership = new PostgresOwnership(options, self, clock);
        _journal = new PostgresJournal(options, _ownership);
        _versions = new PostgresVersions(options, self);
    }

    public IJournal Journal => _journal;

    /// <summary>The arbiter.</summary>
    public IOwnershipStore Ownership => _ownership;

    /// <summary>The configurations that all nodes share.</summary>
    public IConfigurationVersions Versions => _versions;

    /// <summary>The time that all nodes share; it learns from every <see cref="IOwnershipStore.Beat"/>.</summary>
    public ClusterClock Clock { get; }

    /// <summary>32 random octets made when the store was created: the key of every token and tag.</summary>
    public ReadOnlyMemory<byte> Secret => _journal.Secret;

    /// <param name="machine">The clocks of this machine; null: the system's.</param>
    /// <exception cref="JournalException">One line for the user: not reachable, not allowed, newer, without a standby, without the system's library, a program that is too old for what the cluster writes.</exception>
    public static PostgresCluster Join(PostgresOptions options, NodeDescription node, TimeProvider? machine = null)
    {
        CommitConnection.EnsureInstalled();
        Sessions sessions;
        try
        {
            sessions = Sessions.First(options.Connection, $"sbc/{options.Node}/joining", Sessions.JoinWithin);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            throw new JournalException($"journal.postgres.connection: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }

        try
        {
            using NpgsqlConnection connection = sessions.Open();
            PostgresSchema.Prepare(connection, options, sessions.Where);
            ClusterClock clock = ArbiterTime.Begin(connection, options.Node, machine ?? TimeProvider.System);
            var self = new Incarnation(new NodeId(options.Node), Postgres.Ownership.Join(connection, options.Node, node, options.Quarantine));
            return new PostgresCluster(options, self, clock);
        }
        catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
        {
            throw sessions.Describe(failure);
        }
    }

    /// <summary>Commits what is queued. What is ours stays so until it is fenced, or another incarnation of this node begins.</summary>
    public void Dispose()
    {
        _versions.Dispose();
        _journal.Dispose();
        _ownership.Dispose();
    }
}
