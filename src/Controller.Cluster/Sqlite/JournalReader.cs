using Controller.Cluster.Sqlite.Log;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>Reads on a connection of its own, so that a reader never waits for a commit. One caller at a time (a lock; not on the message path).</summary>
internal sealed class JournalReader : IDisposable
{
    // Of 4 KiB. The rows of an actor and of those that began with it are spread over the seconds in which they were written.
    private const int KeptSlots = 16;
    private const int KeptSlotsOfRecovery = 16 * 1024;

    private readonly string _path;
    private readonly JournalLog _log;
    private readonly Lock _one = new();
    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _view;
    private readonly Statement _secret;
    private readonly SlotReader _slots;
    private readonly SlotReader _slotsOfRecovery;
    private readonly CommitBuffer _record = new();

    /// <exception cref="JournalException"/>
    public JournalReader(string path, JournalLog log)
    {
        _path = path;
        _log = log;
        _database = JournalFile.OpenReader(path);
        try
        {
            _begin = _database.Prepare("BEGIN");
            _view = _database.Prepare("SELECT count(*) FROM meta");
            _secret = _database.Prepare("SELECT value FROM meta WHERE name = 'secret'");
            _slots = new SlotReader(_database, path, KeptSlots);
            _slotsOfRecovery = new SlotReader(_database, path, KeptSlotsOfRecovery);
        }
        catch (SqliteFailure failure)
        {
            _database.Dispose();
            throw JournalFile.Describe(path, failure);
        }
    }

    public byte[] Secret()
    {
        lock (_one)
        {
            try
            {
                byte[] secret = _secret.Step() ? _secret.Blob(0).ToArray() : [];
                return secret.Length == 32 ? secret : throw JournalSchema.Corrupt(_path, "its secret is missing");
            }
            catch (SqliteFailure failure)
            {
                throw JournalFile.Describe(_path, failure);
            }
            finally
            {
                _secret.Reset();
            }
        }
    }

    /// <summary>When the last decision was made; zero if no row is kept.</summary>
    public Instant Newest()
    {
        lock (_log.Gate)
        {
            return _log.Index.Actors.Rows == 0 ? Instant.Zero : _log.Index.LastAt;
        }
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor)
    {
        var rows = new List<JournalRow>();
        Read(_slots, (index, places) => index.Actors.Collect(actor, places), (in LogRecord record) => rows.Add(RowOf(record)));
        return rows;
    }

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row)
    {
        HashSet<ShardId> wanted = [.. shards];
        Read(_slotsOfRecovery, (index, places) => index.Actors.Collect(wanted, places), (in LogRecord record) => row(RowOf(record)));
    }

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit)
    {
        var rows = new List<OutboxRow>();
        Read(_slots, (index, places) => index.Outbox.Oldest(limit, places), (in LogRecord record) => rows.Add(new OutboxRow(record.Id, record.Payload.ToArray())));
        return rows;
    }

    public void Dispose()
    {
        lock (_one)
        {
            _database.Dispose();
        }
    }

    private static JournalRow RowOf(in LogRecord record) => new(record.Actor, record.Sequence, record.At, record.Payload.ToArray());

    private void Read(SlotReader reader, Action<LogIndex, List<RowPlace>> find, Reading read)
    {
        lock (_one)
        {
            try
            {
                var places = new List<RowPlace>();
                var slots = new List<int>();
                _begin.Run();
                lock (_log.Gate)
                {
                    find(_log.Index, places);
                    SlotsOf(_log.Index.Commits, places, slots);

                    // The first reading begins the view.
                    _view.Run();
                }

                Read(reader, places, slots, read);
            }
            catch (SqliteFailure failure)
            {
                throw JournalFile.Describe(_path, failure);
            }
            finally
            {
                // A view that stays would keep the log of SQLite from beginning anew.
                _database.RollBack();
                reader.Forget();
            }
        }
    }

    private static void SlotsOf(CommitRing commits, List<RowPlace> places, List<int> into)
    {
        foreach (RowPlace place in places)
        {
            for (int part = FirstPart(place); part <= LastPart(place); part++)
            {
                into.Add(commits.SlotOf(place.Commit, part));
            }
        }
    }

    private void Read(SlotReader reader, List<RowPlace> places, List<int> slots, Reading read)
    {
        int slot = 0;
        foreach (RowPlace place in places)
        {
            int first = FirstPart(place), last = LastPart(place);
            ReadOnlySpan<byte> octets = reader.Read(slots[slot++], place.Commit, first);
            int offset = place.Offset - (first * Slot.Room);
            if (last > first)
            {
                _record.Clear();
                octets.CopyTo(_record.Add(octets.Length));
                for (int part = first + 1; part <= last; part++)
                {
                    octets = reader.Read(slots[slot++], place.Commit, part);
                    octets.CopyTo(_record.Add(octets.Length));
                }

                octets = _record.Written;
            }

            if (!LogRecord.TryRead(octets[offset..], out LogRecord record) || record.Length != place.Length)
            {
                throw JournalSchema.Corrupt(_path, $"commit {place.Commit} is not what was written");
            }

            read(record);
        }
    }

    private static int FirstPart(in RowPlace place) => place.Offset / Slot.Room;

    private static int LastPart(in RowPlace place) => (place.Offset + place.Length - 1) / Slot.Room;

    private delegate void Reading(in LogRecord record);
}
