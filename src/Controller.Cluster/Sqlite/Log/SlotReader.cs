namespace Controller.Cluster.Sqlite.Log;

/// <summary>Reads slots on one connection, and keeps some of them until <see cref="Forget"/>: within one view of the file they do not change.</summary>
internal sealed class SlotReader
{
    // So many are kept for the next view's sake: as room, not for what is in them.
    private const int Few = 16;

    private readonly string _path;
    private readonly Statement _select;
    private readonly int[] _ids;
    private readonly byte[][] _kept;

    public SlotReader(Database database, string path, int keep)
    {
        _path = path;
        _select = database.Prepare("SELECT octets FROM slot WHERE id = ?1");
        _ids = new int[keep];
        _kept = new byte[keep][];
    }

    /// <summary>The view of the file ends: what is kept may not be so any more.</summary>
    public void Forget()
    {
        Array.Clear(_ids);
        if (_kept.Length > Few)
        {
            Array.Clear(_kept);
        }
    }

    /// <summary>A part of a commit's records; valid until the next is read.</summary>
    /// <exception cref="SqliteFailure"/>
    /// <exception cref="Sharding.Journal.JournalException">It is not what was written.</exception>
    public ReadOnlySpan<byte> Read(int id, long number, int part)
    {
        byte[] slot = Get(id);
        SlotHeader header = SlotHeader.Read(slot);
        return header.Number == number && header.Part == part
            ? Slot.Records(slot, header)
            : throw JournalSchema.Corrupt(_path, $"slot {id} has part {header.Part} of commit {header.Number} and not part {part} of commit {number}");
    }

    private byte[] Get(int id)
    {
        int at = id % _ids.Length;
        byte[] slot = _kept[at] ??= new byte[Slot.Length];
        if (_ids[at] != id)
        {
            _ids[at] = 0;
            try
            {
                ReadOnlySpan<byte> read = _select.Bind(1, id).Step() ? _select.Blob(0) : default;
                if (!Slot.IsSound(read))
                {
                    throw JournalSchema.Corrupt(_path, Slot.Fault(read, id));
                }

                read.CopyTo(slot);
            }
            finally
            {
                _select.Reset();
            }

            _ids[at] = id;
        }

        return slot;
    }
}
