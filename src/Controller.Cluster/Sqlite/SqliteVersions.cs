using System.Text;
using Controller.Cluster.Versions;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>In the journal's file, on a connection of its own: an activation waits for a commit of calls, or one of them for it, for the time that one takes.</summary>
internal sealed class SqliteVersions : IConfigurationVersions, IDisposable
{
    private readonly string _path;
    private readonly Lock _one = new();
    private readonly Database _database;
    private readonly Statement _newest;
    private readonly Statement _find;
    private readonly Statement _list;
    private readonly Statement _add;
    private readonly Statement _prune;

    public SqliteVersions(string path)
    {
        _path = path;
        _database = JournalFile.OpenReader(path);
        try
        {
            _newest = _database.Prepare("SELECT number, hash, file, at, by, cause, text, crc FROM config_version ORDER BY number DESC LIMIT 1");
            _find = _database.Prepare("SELECT number, hash, file, at, by, cause, text, crc FROM config_version WHERE number = ?1");
            _list = _database.Prepare("SELECT number, hash, file, at, by, cause FROM config_version ORDER BY number DESC");
            _add = _database.Prepare(
                """
                INSERT INTO config_version (number, text, crc, hash, file, at, by, cause)
                SELECT ?1, ?2, ?8, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT coalesce(max(number), 0) FROM config_version) = ?1 - 1
                """);
            _prune = _database.Prepare("DELETE FROM config_version WHERE number <= ?1");
        }
        catch (SqliteFailure failure)
        {
            _database.Dispose();
            throw JournalFile.Describe(path, failure);
        }
    }

    public ConfigurationVersion? Newest() => Use(() => One(_newest));

    public ConfigurationVersion? Find(long number) => Use(() => One(_find.Bind(1, number)));

    public IReadOnlyList<VersionHead> List() => Use(() =>
    {
        var heads = new List<VersionHead>();
        try
        {
            while (_list.Step())
            {
                heads.Add(HeadOf(_list));
            }
        }
        finally
        {
            _list.Reset();
        }

        return heads;
    });

    public bool Add(ConfigurationVersion next, int keep) => Use(() =>
    {
        VersionHead head = next.Head;
        byte[] text = Encoding.UTF8.GetBytes(next.Text);
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            _add.Bind(1, head.Number).Bind(2, text).Bind(3, head.Hash).Bind(4, head.File).Bind(5, head.At.Milliseconds).Bind(6, head.By).Bind(7, head.Cause).Bind(8, Checksum.Of(text)).Run();
            bool added = _database.Changes == 1;
            if (added)
            {
                _prune.Bind(1, head.Number - keep).Run();
            }

            _database.Execute("COMMIT");
            return added;
        }
        catch
        {
            _database.RollBack();
            throw;
        }
    });

    public void Dispose()
    {
        lock (_one)
        {
            _database.Dispose();
        }
    }

    private ConfigurationVersion? One(Statement statement)
    {
        try
        {
            if (!statement.Step())
            {
                return null;
            }

            VersionHead head = HeadOf(statement);
            ReadOnlySpan<byte> text = statement.Blob(6);
            return Checksum.Of(text) == statement.Integer(7)
                ? new ConfigurationVersion(head, Encoding.UTF8.GetString(text))
                : throw JournalSchema.Corrupt(_path, $"version {head.Number} of the configuration is not what was written");
        }
        finally
        {
            // An unfinished read would hold its snapshot, and the log could not begin anew.
            statement.Reset();
        }
    }

    private static VersionHead HeadOf(Statement row) =>
        new(row.Integer(0), row.Text(1), row.Text(2), new Instant(row.Integer(3)), row.Text(4), row.Text(5));

    private T Use<T>(Func<T> work)
    {
        lock (_one)
        {
            try
            {
                return work();
            }
            catch (SqliteFailure failure)
            {
                throw JournalFile.Describe(_path, failure);
            }
        }
    }
}
