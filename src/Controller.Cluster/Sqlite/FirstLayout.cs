using Controller.Cluster.Sqlite.Log;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite;

/// <summary>Moves what versions 1 and 2 kept, a table row for each row of an actor and each outbox record, into the log.</summary>
internal static class FirstLayout
{
    private const int OctetsAtOnce = 256 * 1024;

    /// <summary>Inside the transaction of the migration.</summary>
    /// <exception cref="JournalException">A row is not what was written.</exception>
    public static void MoveTo(Database database, string path)
    {
        using Statement insert = database.Prepare("INSERT INTO slot (id, octets) VALUES (?1, ?2)");
        var log = new Writing(insert, database.ReadInteger("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"));
        using (Statement rows = database.Prepare("SELECT actor, seq, shard, epoch, at, crc, payload FROM journal ORDER BY rowid"))
        {
            while (rows.Step())
            {
                log.Row(EntryOf(rows, path));
            }
        }

        using (Statement records = database.Prepare("SELECT id, payload FROM outbox ORDER BY id"))
        {
            while (records.Step())
            {
                log.Outbox(records.Integer(0), records.Blob(1));
            }
        }

        log.End();
        database.Execute("DROP TABLE journal; DROP TABLE outbox;");
    }

    private static JournalEntry EntryOf(Statement row, string path)
    {
        if (row.Blob(0).Length != StoredActor.Length)
        {
            throw JournalSchema.Corrupt(path, "a row names no actor");
        }

        byte[] payload = row.Blob(6).ToArray();
        var entry = new JournalEntry(
            StoredActor.Read(row.Blob(0)), row.Integer(1), new Fence(new ShardId((int)row.Integer(2)), new Epoch(row.Integer(3))), new Instant(row.Integer(4)),
            payload, Supersedes: false, Forget: false, Outbox: default);
        return Checksum.Of(payload) == row.Integer(5)
            ? entry
            : throw JournalSchema.Corrupt(path, $"row {entry.Sequence} of actor {entry.Actor} is not what was written");
    }

    private sealed class Writing(Statement insert, long lastOutbox)
    {
        private readonly CommitBuffer _records = new();
        private readonly byte[] _slot = new byte[Slot.Length];
        private int _slots;
        private int _rows;
        private int _waiting;
        private long _number;
        private Instant _at;

        public void Row(in JournalEntry entry)
        {
            LogRecord.WriteRow(_records, entry);
            _rows++;
            _at = entry.At;
            WriteIf(_records.Length >= OctetsAtOnce);
        }

        public void Outbox(long id, ReadOnlySpan<byte> payload)
        {
            LogRecord.WriteOutbox(_records, id, payload);
            _waiting++;
            WriteIf(_records.Length >= OctetsAtOnce);
        }

        /// <summary>An id of the outbox that was given is remembered, even if there is nothing else.</summary>
        public void End() => WriteIf(_records.Length > 0 || (_number == 0 && lastOutbox > 0));

        private void WriteIf(bool due)
        {
            if (!due)
            {
                return;
            }

            var header = new SlotHeader(_records.Length, 0, Slot.PartsFor(_records.Length), ++_number, Head: 1, _at, lastOutbox, RemovedOutbox: 0, _rows, _waiting);
            for (int part = 0; part < header.Parts; part++)
            {
                Slot.Fill(_slot, header with { Part = part }, _records.Written);
                insert.Bind(1, ++_slots).Bind(2, _slot).Run();
            }

            _records.Clear();
        }
    }
}
