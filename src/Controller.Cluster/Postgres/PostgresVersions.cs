using Controller.Cluster.Membership;
using Controller.Cluster.Versions;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>The versions that all nodes share. Who adds one is checked like a writer of calls, and waits for whoever adds one at the same time.</summary>
internal sealed class PostgresVersions(PostgresOptions options, Incarnation self) : IConfigurationVersions, IDisposable
{
    private const string Columns = "number, hash, file, at, by_whom, cause";

    /// <summary>Among the locks that <see cref="Ownership"/> lists.</summary>
    private const string LockVersions = "SELECT pg_advisory_xact_lock(21315, 3)";

    private readonly Sessions _sessions = new(options.Connection, self.SessionName, options.AnswerWithin);

    /// <summary>Opened by the first question: none is spent where none is asked.</summary>
    private LivingSession? _session;
    private LivingSession Session => LazyInitializer.EnsureInitialized(ref _session, () => new LivingSession(_sessions, Sessions.First(options.Connection, self.SessionName, options.AnswerWithin)));

    public ConfigurationVersion? Newest() => Ask(connection => One(connection, $"SELECT {Columns}, text FROM config_version ORDER BY number DESC LIMIT 1"));

    public ConfigurationVersion? Find(long number) => Ask(connection => One(connection, $"SELECT {Columns}, text FROM config_version WHERE number = $1", Of(number)));

    public IReadOnlyList<VersionHead> List() => Ask(connection => connection.ReadAll(HeadOf, $"SELECT {Columns} FROM config_version ORDER BY number DESC"));

    public bool Add(ConfigurationVersion next, int keep) => Ask(connection =>
    {
        VersionHead head = next.Head;
        using var batch = new NpgsqlBatch(connection);
        Ownership.AddGuard(batch, self, [], []);
        batch.Add(LockVersions);
        batch.Add(
            """
            WITH added AS (
              INSERT INTO config_version (number, text, hash, file, at, by_whom, cause)
              SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT coalesce(max(number), 0) FROM config_version) = $1 - 1 RETURNING number),
            pruned AS (DELETE FROM config_version WHERE number <= $1 - $8 AND EXISTS (SELECT FROM added))
            SELECT count(*) FROM added
            """,
            Of(head.Number), Of(next.Text), Of(head.Hash), Of(head.File), Of(head.At.Milliseconds), Of(head.By), Of(head.Cause), Of((long)keep));
        using NpgsqlDataReader reader = batch.ExecuteReader();
        // Of the guard and the lock.
        reader.NextResult();
        reader.NextResult();
        reader.NextResult();
        reader.Read();
        return reader.GetInt64(0) == 1;
    });

    public void Dispose() => _session?.Dispose();

    private static ConfigurationVersion? One(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters) =>
        connection.ReadAll(row => new ConfigurationVersion(HeadOf(row), row.GetString(6)), sql, parameters).FirstOrDefault();

    private static VersionHead HeadOf(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), new Instant(row.GetInt64(3)), row.GetString(4), row.GetString(5));

    private T Ask<T>(Func<NpgsqlConnection, T> question)
    {
        try
        {
            return Session.Run(question);
        }
        catch (PostgresException refused) when (refused.SqlState == Ownership.FencedNode)
        {
            throw new FencedException(refused.MessageText, refused);
        }
        catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
        {
            throw _sessions.Describe(failure);
        }
    }
}
