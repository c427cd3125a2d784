using System.Reflection;
using System.Security.Cryptography;
using Controller.Sharding.Journal;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>The tables, brought to the newest version by numbered scripts (Migrations/NNNN-what.sql), by one node at a time.</summary>
internal static class PostgresSchema
{
    private const string Folder = "Controller.Cluster.Postgres.Migrations.";

    private static readonly string[] Scripts =
        [.. typeof(PostgresSchema).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <exception cref="JournalException">Of a newer program, with another number of shards, or without a standby though one is required.</exception>
    public static void Prepare(NpgsqlConnection connection, PostgresOptions options, string where)
    {
        CheckStandby(connection, options, where);
        using (NpgsqlTransaction transaction = connection.BeginTransaction())
        {
            connection.Run("SELECT pg_advisory_xact_lock(21315, 0)");
            connection.Run("CREATE TABLE IF NOT EXISTS schema_version (id int PRIMARY KEY CHECK (id = 1), version int NOT NULL)");
            int version = connection.Read<int>("SELECT version FROM schema_version");
            if (version > Scripts.Length && connection.Read<int>("SELECT compatible_from FROM schema_version") > Scripts.Length)
            {
                throw new JournalException($"{where} has schema version {version}, newer than the {Scripts.Length} that this program knows: start the newer program");
            }

            for (int next = version; next < Scripts.Length; next++)
            {
                connection.Run(Text(Scripts[next]));
            }

            if (version < Scripts.Length)
            {
                connection.Run("INSERT INTO schema_version VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET version = excluded.version", Of(Scripts.Length));
            }

            transaction.Commit();
        }

        CheckShards(connection, options, where);
    }

    /// <summary>Made once for the life of the store: tokens and tags of before a restart must still be valid after it, on every node.</summary>
    private static void CheckShards(NpgsqlConnection connection, PostgresOptions options, string where)
    {
        connection.Run("INSERT INTO cluster (id, n_shards, map_version, secret) VALUES (1, $1, 0, $2) ON CONFLICT (id) DO NOTHING", Of(options.Shards), Of(RandomNumberGenerator.GetBytes(32)));
        connection.Run("INSERT INTO shard (shard_id, epoch) SELECT id, 0 FROM generate_series(0, $1 - 1) AS id ON CONFLICT (shard_id) DO NOTHING", Of(options.Shards));
        int shards = connection.Read<int>("SELECT n_shards FROM cluster");
        if (shards != options.Shards)
        {
            throw new JournalException($"{where} was set up for {shards} shards, not {options.Shards}: the number is fixed for the life of a cluster");
        }
    }

    /// <summary>Without a synchronous standby a failover of the database may lose commits that were acknowledged, and with them calls, and a fence.</summary>
    private static void CheckStandby(NpgsqlConnection connection, PostgresOptions options, string where)
    {
        if (options.AllowSingle)
        {
            return;
        }

        // Our sessions set it for themselves; whoever has configured this role so believes otherwise, and administrates by it.
        string? configured = connection.Read<string>("SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'");
        if (configured is "off" or "local")
        {
            throw new JournalException(
                $"{where} has synchronous_commit = {configured} for this role, by which a commit does not wait for the standby: set it to on, or set controller.journal.postgres.allow-single = true");
        }

        if (string.IsNullOrWhiteSpace(connection.Read<string>("SHOW synchronous_standby_names")))
        {
            throw new JournalException(
                $"{where} has no synchronous standby (synchronous_standby_names is empty), so that a loss of its host would lose calls: set one up, or set controller.journal.postgres.allow-single = true");
        }
    }

    private static string Text(string script)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
