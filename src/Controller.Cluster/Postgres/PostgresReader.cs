using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>Reads on a connection of its own. One caller at a time (a lock; not on the message path).</summary>
internal sealed class PostgresReader(Sessions sessions, WriterSession writer) : IDisposable
{
    private readonly Lock _one = new();
    private NpgsqlConnection? _connection;

    public byte[] Secret() => Read(connection => connection.Read<byte[]>("SELECT secret FROM cluster")!);

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => Read(connection =>
    {
        List<short> wanted = [.. shards.Select(shard => (short)shard.Value)];
        foreach (int bucket in connection.ReadAll(found => found.GetInt32(0), "SELECT DISTINCT bucket FROM live_actor WHERE shard_id = ANY ($1)", Of(wanted)))
        {
            using var command = new NpgsqlCommand($"{RowsOf(bucket)} AND a.shard_id = ANY ($2) ORDER BY j.actor, j.seq", connection);
            command.Parameters.Add(Of(bucket));
            command.Parameters.Add(Of(wanted));
            using NpgsqlDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                row(RowOf(reader));
            }
        }

        return true;
    });

    public IReadOnlyList<JournalRow> Load(ActorId actor) => Read(connection =>
    {
        byte[] stored = StoredActor.Of(actor);
        int bucket = connection.Read<int>("SELECT bucket FROM live_actor WHERE actor = $1", Of(stored));
        return bucket == 0 ? [] : connection.ReadAll(RowOf, $"{RowsOf(bucket)} AND a.actor = $2 ORDER BY j.seq", Of(bucket), Of(stored));
    });

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => Read(connection =>
        connection.ReadAll(row => new OutboxRow(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), "SELECT id, payload FROM outbox ORDER BY id LIMIT $1", Of(limit)));

    public void Dispose()
    {
        lock (_one)
        {
            _connection?.Dispose();
        }
    }

    private static string RowsOf(int bucket) =>
        $"SELECT j.actor, j.seq, j.at, j.payload FROM live_actor a JOIN {HourlyTables.Name(bucket)} j ON j.actor = a.actor AND j.life = a.life AND j.seq >= a.first_seq WHERE a.bucket = $1";

    private static JournalRow RowOf(NpgsqlDataReader row) =>
        new(StoredActor.Read(row.GetFieldValue<byte[]>(0)), row.GetInt64(1), new Instant(row.GetInt64(2)), row.GetFieldValue<byte[]>(3));

    private T Read<T>(Func<NpgsqlConnection, T> read)
    {
        lock (_one)
        {
            try
            {
                NpgsqlConnection connection = Living();
                writer.EnsureOver(connection);
                return read(connection);
            }
            catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
            {
                Drop();
                throw sessions.Describe(failure);
            }
        }
    }

    /// <summary>A server that was restarted has ended the idle connection: that is seen before anything is read, not in the middle of it.</summary>
    private NpgsqlConnection Living()
    {
        if (_connection is { } idle)
        {
            try
            {
                idle.Run("SELECT 1");
                return idle;
            }
            catch (Exception failure) when (Sessions.IsBroken(failure))
            {
                Drop();
            }
        }

        return _connection = sessions.Open();
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
