using Controller.Sharding.Journal;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>Reads the whole log: what is in the file is all there is to know.</summary>
internal static class LogScan
{
    /// <exception cref="SqliteFailure"/>
    /// <exception cref="JournalException">The log is not what was written.</exception>
    public static LogIndex Read(Database database, string path)
    {
        List<Part> parts = Parts(database, path, out SlotHeader newest);
        if (parts.Count == 0)
        {
            return new LogIndex(head: 1);
        }

        int slots = parts.Max(part => part.Slot);
        parts.Sort();
        int first = parts.FindIndex(part => part.Number >= newest.Head);
        var index = new LogIndex(newest.Head);
        try
        {
            Replay(new SlotReader(database, path, keep: 1), parts.GetRange(first, parts.Count - first), index);
        }
        catch (InvalidOperationException impossible)
        {
            throw JournalSchema.Corrupt(path, impossible.Message);
        }

        if (index.Actors.Rows != newest.LiveRows || index.Outbox.Count != newest.WaitingOutbox)
        {
            throw JournalSchema.Corrupt(
                path, $"of {newest.LiveRows} rows and {newest.WaitingOutbox} records it has {index.Actors.Rows} and {index.Outbox.Count}");
        }

        HashSet<int> used = [.. parts.Skip(first).Select(part => part.Slot)];
        index.Found(slots, Enumerable.Range(1, slots).Reverse().Where(slot => !used.Contains(slot)));
        return index;
    }

    private static List<Part> Parts(Database database, string path, out SlotHeader newest)
    {
        newest = default;
        var parts = new List<Part>();
        using Statement all = database.Prepare("SELECT id, octets FROM slot ORDER BY id");
        while (all.Step())
        {
            int slot = (int)all.Integer(0);
            ReadOnlySpan<byte> octets = all.Blob(1);
            if (!Slot.IsSound(octets))
            {
                throw JournalSchema.Corrupt(path, Slot.Fault(octets, slot));
            }

            SlotHeader header = SlotHeader.Read(octets);
            newest = header.Number > newest.Number ? header : newest;
            parts.Add(new Part(header.Number, header.Part, slot, header));
        }

        return parts;
    }

    private static void Replay(SlotReader reader, List<Part> parts, LogIndex index)
    {
        var records = new CommitBuffer();
        var slots = new List<int>();
        foreach (Part part in parts)
        {
            if (part.Number != index.Commits.Next || part.Index != slots.Count)
            {
                throw new InvalidOperationException($"commit {index.Commits.Next} is missing or not whole");
            }

            ReadOnlySpan<byte> read = reader.Read(part.Slot, part.Number, part.Index);
            read.CopyTo(records.Add(read.Length));
            slots.Add(part.Slot);
            if (slots.Count == part.Header.Parts)
            {
                index.Apply(part.Header, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(slots), records.Written);
                records.Clear();
                slots.Clear();
            }
        }

        if (slots.Count > 0)
        {
            throw new InvalidOperationException($"commit {index.Commits.Next} is not whole");
        }
    }

    private readonly record struct Part(long Number, int Index, int Slot, SlotHeader Header) : IComparable<Part>
    {
        public int CompareTo(Part other) => Number != other.Number ? Number.CompareTo(other.Number) : Index.CompareTo(other.Index);
    }
}
