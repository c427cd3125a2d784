using Controller.Cluster.Membership;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>Reads on a connection of its own. One caller at a time (a lock; not on the message path).</summary>
internal sealed class PostgresReader(Sessions sessions, Sessions first, WriterSession writer, Incarnation owner) : IDisposable
{
    private readonly LivingSession _session = new(sessions, first);
    private byte[] _borrowed = new byte[4096];

    public byte[] Secret() => Read(connection => connection.Read<byte[]>("SELECT secret FROM cluster")!);

    /// <param name="row">Its payload is borrowed.</param>
    /// <returns>Where the rows stand that were given out: of every asked shard, all its actors.</returns>
    public IReadOnlyDictionary<ShardId, Dictionary<ActorId, Life>> Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => Read(connection =>
    {
        Dictionary<ShardId, Dictionary<ActorId, Life>> lives = shards.ToDictionary(shard => shard, _ => new Dictionary<ActorId, Life>());
        List<short> wanted = [.. shards.Select(shard => (short)shard.Value)];
        foreach (int bucket in BucketsOf(connection, wanted))
        {
            using var command = new NpgsqlCommand(RowsOf(bucket, "a.shard_id = ANY ($2)"), connection);
            command.Parameters.Add(Of(bucket));
            command.Parameters.Add(Of(wanted));
            using NpgsqlDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                ActorId actor = StoredActor.Read(Borrowed(reader, 0).Span);
                long sequence = reader.GetInt64(1);
                lives[new ShardId(reader.GetInt16(4))][actor] = new Life(reader.GetInt64(5), bucket, reader.GetInt64(6), sequence);
                row(new JournalRow(actor, sequence, new Instant(reader.GetInt64(2)), Borrowed(reader, 3)));
            }
        }

        return lives;
    });

    /// <returns>What <see cref="Recover"/> returns, without reading the rows.</returns>
    public IReadOnlyDictionary<ShardId, Dictionary<ActorId, Life>> Lives(IReadOnlyCollection<ShardId> shards) => Read(connection =>
    {
        Dictionary<ShardId, Dictionary<ActorId, Life>> lives = shards.ToDictionary(shard => shard, _ => new Dictionary<ActorId, Life>());
        List<short> wanted = [.. shards.Select(shard => (short)shard.Value)];
        foreach (int bucket in BucketsOf(connection, wanted))
        {
            foreach ((ShardId shard, ActorId actor, Life life) in connection.ReadAll(
                row => (new ShardId(row.GetInt16(0)), StoredActor.Read(row.GetFieldValue<byte[]>(1)), new Life(row.GetInt64(2), bucket, row.GetInt64(3), row.GetInt64(4))),
                $"""
                SELECT a.shard_id, a.actor, a.life, a.first_seq, (SELECT seq FROM {HourlyTables.Name(bucket)} j WHERE j.actor = a.actor AND j.life = a.life ORDER BY seq DESC LIMIT 1)
                FROM live_actor a WHERE a.shard_id = ANY ($1) AND a.bucket = $2
                """, Of(wanted), Of(bucket)))
            {
                lives[shard][actor] = life;
            }
        }

        return lives;
    });

    public IReadOnlyList<JournalRow> Load(ActorId actor) => Read(connection =>
    {
        byte[] stored = StoredActor.Of(actor);
        int bucket = connection.Read<int>("SELECT bucket FROM live_actor WHERE actor = $1", Of(stored));
        return bucket == 0 ? [] : connection.ReadAll(RowOf, RowsOf(bucket, "a.actor = $2"), Of(bucket), Of(stored));
    });

    /// <summary>Only what this node committed, in whichever of its runs.</summary>
    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => Read(connection => connection.ReadAll(
        row => new OutboxRow(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), "SELECT id, payload FROM outbox WHERE node = $1 ORDER BY id LIMIT $2", Of(owner.Node.Value), Of(limit)));

    public void Dispose() => _session.Dispose();

    private static List<int> BucketsOf(NpgsqlConnection connection, List<short> shards) =>
        connection.ReadAll(found => found.GetInt32(0), "SELECT DISTINCT bucket FROM live_actor WHERE shard_id = ANY ($1)", Of(shards));

    /// <summary>
    /// Actor by actor, each by its own reading of the key: whatever the statistics of a table that is an hour old, it is never read whole, and what one reading
    /// gives is in order already.
    /// </summary>
    private static string RowsOf(int bucket, string which) =>
        $"""
        SELECT a.actor, j.seq, j.at, j.payload, a.shard_id, a.life, a.first_seq
        FROM (SELECT * FROM live_actor a WHERE a.bucket = $1 AND {which} ORDER BY a.actor) AS a
        CROSS JOIN LATERAL (SELECT seq, at, payload FROM {HourlyTables.Name(bucket)} r WHERE r.actor = a.actor AND r.life = a.life AND r.seq >= a.first_seq ORDER BY seq) AS j
        ORDER BY a.actor, j.seq
        """;

    private static JournalRow RowOf(NpgsqlDataReader row) =>
        new(StoredActor.Read(row.GetFieldValue<byte[]>(0)), row.GetInt64(1), new Instant(row.GetInt64(2)), row.GetFieldValue<byte[]>(3));

    /// <summary>A column's octets, until the next are borrowed.</summary>
    private ReadOnlyMemory<byte> Borrowed(NpgsqlDataReader row, int column)
    {
        int length = (int)row.GetBytes(column, 0, null, 0, 0);
        if (_borrowed.Length < length)
        {
            _borrowed = new byte[length * 2];
        }

        row.GetBytes(column, 0, _borrowed, 0, length);
        return _borrowed.AsMemory(0, length);
    }

    private T Read<T>(Func<NpgsqlConnection, T> read)
    {
        try
        {
            return _session.Run(connection =>
            {
                writer.EnsureOver(connection);
                return read(connection);
            });
        }
        catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
        {
            throw sessions.Describe(failure);
        }
    }
}
