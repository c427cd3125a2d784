using Controller.Cluster.Membership;
using Controller.Cluster.Writing;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The journal in PostgreSQL: every commit under the fence of its shards, checked by the database inside the transaction (failover.md section 4).
/// What the writer has to know of the actors comes with <see cref="Claim"/> or <see cref="Recover"/>, and goes with <see cref="Forget"/>.
/// </summary>
internal sealed class PostgresJournal : IJournal
{
    private readonly PostgresOwnership _ownership;
    private readonly PostgresStore _store;
    private readonly PostgresReader _reader;
    private readonly JournalWriter _writer;
    private readonly byte[] _secret;
    private bool _disposed;

    public PostgresJournal(PostgresOptions options, PostgresOwnership ownership)
    {
        _ownership = ownership;
        var sessions = new Sessions(options.Connection, ownership.Self.SessionName, options.AnswerWithin);
        var first = Sessions.First(options.Connection, ownership.Self.SessionName, options.AnswerWithin);
        var session = new WriterSession(sessions, first, ownership.Self);
        _reader = new PostgresReader(sessions, first, session, ownership.Self);
        try
        {
            _secret = _reader.Secret();
            // A connection that only the commits' library cannot make is seen now, not at the first call.
            session.Connect();
        }
        catch (Exception failure)
        {
            _reader.Dispose();
            session.Dispose();
            if (Sessions.IsBroken(failure))
            {
                throw sessions.Describe(failure);
            }

            throw;
        }

        _store = new PostgresStore(sessions, session, ownership.Self, options.TryFor);
        _writer = new JournalWriter(_store);
    }

    public ReadOnlyMemory<byte> Secret => _secret;

    /// <summary>Those that belong to another node that may still write are left out.</summary>
    public JournalClaim Claim(IReadOnlyList<ShardId> shards)
    {
        try
        {
            IReadOnlyList<Fence> fences = _ownership.Claim(shards, [], "claimed").Shards;
            Learn(_reader.Lives([.. fences.Select(fence => fence.Shard)]));
            return new JournalClaim(fences, _secret);
        }
        catch (FencedException fenced)
        {
            throw new JournalException(fenced.Message, fenced);
        }
    }

    public void Append(JournalBatch batch) => _writer.Append(batch);

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => Learn(_reader.Recover(shards, row));

    public void Forget(IReadOnlyList<ShardId> shards) => _ = _writer.Between(() => _store.Forget(shards));

    public IReadOnlyList<JournalRow> Load(ActorId actor) => _reader.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => _reader.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => _writer.RemoveOutbox(throughId);

    /// <summary>Commits what is queued.</summary>
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

    /// <summary>The writer has it before any batch that is appended from now on.</summary>
    private void Learn(IReadOnlyDictionary<ShardId, Dictionary<ActorId, Life>> lives) => _ = _writer.Between(() => _store.Learn(lives));
}
