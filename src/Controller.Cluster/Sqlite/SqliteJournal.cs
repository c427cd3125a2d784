using Controller.Cluster.Versions;
using Controller.Cluster.Writing;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>The embedded journal of one node: one SQLite file, write-ahead logging, every commit on the disk before it is told.</summary>
public sealed class SqliteJournal : IJournal
{
    private readonly JournalLock _lock;
    private readonly JournalCommit _commit;
    private readonly JournalReader _reader;
    private readonly SqliteVersions _versions;
    private readonly JournalWriter _writer;
    private readonly byte[] _secret;
    private bool _disposed;

    private SqliteJournal(string path, JournalLock taken)
    {
        _lock = taken;
        _commit = JournalCommit.Open(path);
        try
        {
            _reader = new JournalReader(path, _commit.Log);
            _secret = _reader.Secret();
            _versions = new SqliteVersions(path);
        }
        catch
        {
            _reader?.Dispose();
            _commit.Dispose();
            throw;
        }

        _writer = new JournalWriter(_commit);
    }

    /// <summary>Opens the journal, or makes it (and its directory) if there is none.</summary>
    /// <exception cref="JournalException">One line for the user: missing library, unwritable, corrupt, newer, in use by another process.</exception>
    public static SqliteJournal Open(string path)
    {
        SqliteLibrary.Ensure();
        path = Path.GetFullPath(path);
        JournalLock taken = JournalLock.Take(path);
        try
        {
            return new SqliteJournal(path, taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>When the last decision was made; zero if none is kept.</summary>
    public Instant Newest => _reader.Newest();

    /// <summary>The configurations of this node.</summary>
    public IConfigurationVersions Versions => _versions;

    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => new(_writer.Between(() => _commit.Claim(shards)).GetAwaiter().GetResult(), _secret);

    public void Append(JournalBatch batch) => _writer.Append(batch);

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => _reader.Recover(shards, row);

    public void Forget(IReadOnlyList<ShardId> shards)
    {
        // The writer goes on knowing them: their rows stay, and are moved when the log is compacted.
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor) => _reader.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => _reader.ReadOutbox(limit);

    public void RemoveOutbox(long throughId) => _writer.RemoveOutbox(throughId);

    /// <summary>Commits what is queued, copies the log into the journal, and gives the file free.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _writer.Dispose();
        _versions.Dispose();
        _reader.Dispose();
        // The last connection to close copies the whole log and removes it.
        _commit.Dispose();
        _lock.Dispose();
    }
}
