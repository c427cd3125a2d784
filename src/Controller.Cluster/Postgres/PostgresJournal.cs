using Controller.Cluster.Membership;
using Controller.Cluster.Writing;
using Controller.Sharding.Placement;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The journal in PostgreSQL: every commit under the fence of its shards, checked by the database inside the transaction (failover.md section 4).
/// Opening it begins a new incarnation of this node, and an earlier one that still runs can write no more.
/// </summary>
public sealed class PostgresJournal : IJournal
{
    private readonly PostgresStore _store;
    private readonly PostgresReader _reader;
    private readonly JournalWriter _writer;
    private readonly byte[] _secret;
    private bool _disposed;

    private PostgresJournal(PostgresOptions options, Incarnation owner)
    {
        Owner = owner;
        var sessions = new Sessions(options.Connection, owner.SessionName, options.AnswerWithin);
        var session = new WriterSession(sessions, owner);
        _reader = new PostgresReader(sessions, session);
        try
        {
            _secret = _reader.Secret();
        }
        catch
        {
            _reader.Dispose();
            throw;
        }

        _store = new PostgresStore(sessions, session, owner, options.TryFor);
        _writer = new JournalWriter(_store);
    }

    internal Incarnation Owner { get; }

    /// <exception cref="JournalException">One line for the user: not reachable, not allowed, newer, without a standby.</exception>
    public static PostgresJournal Open(PostgresOptions options)
    {
        Sessions sessions;
        try
        {
            sessions = new Sessions(options.Connection, $"sbc/{options.Node}/joining", options.AnswerWithin);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            throw new JournalException($"journal.postgres.connection: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }

        try
        {
            using NpgsqlConnection connection = sessions.Open();
            PostgresSchema.Prepare(connection, options, sessions.Where);
            return new PostgresJournal(options, new Incarnation(new NodeId(options.Node), Ownership.Join(connection, options.Node)));
        }
        catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
        {
            throw sessions.Describe(failure);
        }
    }

    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => new(_writer.Claim(shards), _secret);

    public void Append(JournalBatch batch) => _writer.Append(batch);

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => _reader.Recover(shards, row);

    public void Forget(IReadOnlyList<ShardId> shards)
    {
        // What is known of a shard is replaced when it is claimed again.
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor) => _reader.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => _reader.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => _writer.RemoveOutbox(throughId);

    /// <summary>Commits what is queued. The shards stay ours until another incarnation claims them.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _writer.Dispose();
            _reader.Dispose();
            _store.Dispose();
        }
    }
}
