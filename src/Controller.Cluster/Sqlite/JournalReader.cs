using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>Reads on a connection of its own, so that a reader never waits for a commit. One caller at a time (a lock; not on the message path).</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly string _path;
    private readonly Lock _one = new();
    private readonly Database _database;
    private readonly Statement _load;
    private readonly Statement _all;
    private readonly Statement _outbox;
    private readonly Statement _secret;
    private readonly Statement _newest;

    /// <exception cref="JournalException"/>
    public JournalReader(string path)
    {
        _path = path;
        _database = JournalFile.OpenReader(path);
        try
        {
            _load = _database.Prepare("SELECT actor, seq, at, crc, payload, shard FROM journal WHERE actor = ?1 ORDER BY seq");
            _all = _database.Prepare("SELECT actor, seq, at, crc, payload, shard FROM journal ORDER BY actor, seq");
            _outbox = _database.Prepare("SELECT id, payload FROM outbox ORDER BY id LIMIT ?1");
            _secret = _database.Prepare("SELECT value FROM meta WHERE name = 'secret'");
            _newest = _database.Prepare("SELECT at FROM journal ORDER BY rowid DESC LIMIT 1");
        }
        catch (SqliteFailure failure)
        {
            _database.Dispose();
            throw JournalFile.Describe(path, failure);
        }
    }

    public byte[] Secret() => Read(_secret, statement =>
    {
        byte[] secret = statement.Step() ? statement.Blob(0).ToArray() : [];
        return secret.Length == 32 ? secret : throw JournalSchema.Corrupt(_path, "its secret is missing");
    });

    /// <summary>When the last row was decided; of an empty journal, zero.</summary>
    public Instant Newest() => Read(_newest, statement => statement.Step() ? new Instant(statement.Integer(0)) : Instant.Zero);

    public IReadOnlyList<JournalRow> Load(ActorId actor) => Read(_load, statement =>
    {
        Span<byte> stored = stackalloc byte[StoredActor.Length];
        StoredActor.Write(actor, stored);
        statement.Bind(1, stored);
        var rows = new List<JournalRow>();
        while (statement.Step())
        {
            rows.Add(RowOf(statement));
        }

        return rows;
    });

    /// <summary>One pass over the table, in its own order.</summary>
    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => Read(_all, statement =>
    {
        HashSet<long> wanted = [.. shards.Select(shard => (long)shard.Value)];
        int given = 0;
        while (statement.Step())
        {
            if (wanted.Contains(statement.Integer(5)))
            {
                row(RowOf(statement));
                given++;
            }
        }

        return given;
    });

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => Read(_outbox, statement =>
    {
        statement.Bind(1, limit);
        var rows = new List<OutboxRow>();
        while (statement.Step())
        {
            rows.Add(new OutboxRow(statement.Integer(0), statement.Blob(1).ToArray()));
        }

        return rows;
    });

    public void Dispose()
    {
        lock (_one)
        {
            _database.Dispose();
        }
    }

    private JournalRow RowOf(Statement statement)
    {
        ReadOnlySpan<byte> actor = statement.Blob(0);
        if (actor.Length != StoredActor.Length)
        {
            throw JournalSchema.Corrupt(_path, "a row names no actor");
        }

        var row = new JournalRow(StoredActor.Read(actor), statement.Integer(1), new Instant(statement.Integer(2)), statement.Blob(4).ToArray());
        return Checksum.Of(row.Payload.Span) == statement.Integer(3)
            ? row
            : throw JournalSchema.Corrupt(_path, $"row {row.Sequence} of actor {row.Actor} is not what was written");
    }

    private T Read<T>(Statement statement, Func<Statement, T> read)
    {
        lock (_one)
        {
            try
            {
                return read(statement);
            }
            catch (SqliteFailure failure)
            {
                throw JournalFile.Describe(_path, failure);
            }
            finally
            {
                // An unfinished read would hold its snapshot, and the log could not begin anew.
                statement.Reset();
            }
        }
    }
}
