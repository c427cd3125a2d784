using System.Buffers.Binary;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// The unit in which the log is written: one row of the table <c>slot</c>, and one leaf page of 4 KiB. All are of the same length, so that SQLite writes a
/// commit over a dead one in place and touches no other page. A header, then a part of the commit's records, then zeros.
/// </summary>
internal static class Slot
{
    /// <summary>With the row's own header the most that fits a leaf of 4096 octets without an overflow page (4061).</summary>
    public const int Length = 4048;

    /// <summary>For records.</summary>
    public const int Room = Length - SlotHeader.Length;

    public static int PartsFor(int octets) => Math.Max(1, (octets + Room - 1) / Room);

    /// <summary>Fills a slot with its part of the commit.</summary>
    public static void Fill(Span<byte> slot, in SlotHeader header, ReadOnlySpan<byte> commit)
    {
        int from = header.Part * Room;
        ReadOnlySpan<byte> records = commit[from..Math.Min(commit.Length, from + Room)];
        header.Write(slot);
        records.CopyTo(slot[SlotHeader.Length..]);
        slot[(SlotHeader.Length + records.Length)..].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(slot, Checksum.Of(slot[sizeof(uint)..]));
    }

    public static bool IsSound(ReadOnlySpan<byte> slot) =>
        slot.Length == Length && BinaryPrimitives.ReadUInt32BigEndian(slot) == Checksum.Of(slot[sizeof(uint)..]) && SlotHeader.Read(slot).IsPossible;

    /// <summary>Its records, without the zeros behind them.</summary>
    public static ReadOnlySpan<byte> Records(ReadOnlySpan<byte> slot, SlotHeader header) =>
        slot.Slice(SlotHeader.Length, Math.Min(Room, header.Octets - (header.Part * Room)));

    /// <summary>What is wrong with one that is not sound, as exactly as can be told.</summary>
    public static string Fault(ReadOnlySpan<byte> slot, long id)
    {
        if (slot.Length == Length && SlotHeader.Read(slot) is { Part: 0 })
        {
            ReadOnlySpan<byte> records = slot[SlotHeader.Length..];
            while (LogRecord.TryRead(records, out LogRecord record))
            {
                if (record.Kind == RecordKind.Row && Checksum.Of(record.Payload) != record.Crc)
                {
                    return $"row {record.Sequence} of actor {record.Actor} is not what was written";
                }

                records = records[record.Length..];
            }
        }

        return $"slot {id} is not what was written";
    }
}
