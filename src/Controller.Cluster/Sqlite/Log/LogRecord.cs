using System.Buffers.Binary;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>Stored: append only, never renumber.</summary>
internal enum RecordKind : byte
{
    /// <summary>The events of one decision.</summary>
    Row = 1,

    /// <summary>The actor has ended: all its rows before this record are dead.</summary>
    End = 2,

    /// <summary>A record of the outbox.</summary>
    Outbox = 3,
}

/// <summary>
/// One record of a commit, read in place, big-endian.
/// Row: kind and marks (1), actor (17), shard (2), octets of payload (4), sequence (8), epoch (8), at (8), CRC-32C of the payload (4), payload.
/// End: kind (1), actor (17). Outbox: kind (1), id (8), octets of payload (4), payload.
/// </summary>
internal readonly ref struct LogRecord
{
    public const int RowHeader = 52;
    public const int OutboxHeader = 13;
    private const int EndLength = 1 + StoredActor.Length;
    private const byte KindMask = 0x0F;
    private const byte SupersedesMark = 0x10;

    private readonly ReadOnlySpan<byte> _octets;

    private LogRecord(ReadOnlySpan<byte> octets) => _octets = octets;

    public int Length => _octets.Length;

    public RecordKind Kind => (RecordKind)(_octets[0] & KindMask);

    public bool Supersedes => (_octets[0] & SupersedesMark) != 0;

    public ActorId Actor => StoredActor.Read(_octets[1..]);

    public ShardId Shard => new(BinaryPrimitives.ReadUInt16BigEndian(_octets[18..]));

    public long Sequence => BinaryPrimitives.ReadInt64BigEndian(_octets[24..]);

    public Instant At => new(BinaryPrimitives.ReadInt64BigEndian(_octets[40..]));

    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_octets[48..]);

    /// <summary>Of an outbox record.</summary>
    public long Id => BinaryPrimitives.ReadInt64BigEndian(_octets[1..]);

    public ReadOnlySpan<byte> Payload => _octets[(Kind == RecordKind.Row ? RowHeader : OutboxHeader)..];

    /// <summary>False: the record does not begin here, or does not end in what is given.</summary>
    public static bool TryRead(ReadOnlySpan<byte> records, out LogRecord record)
    {
        record = default;
        if (records.IsEmpty)
        {
            return false;
        }

        var kind = (RecordKind)(records[0] & KindMask);
        int header = kind switch { RecordKind.Row => RowHeader, RecordKind.End => EndLength, RecordKind.Outbox => OutboxHeader, _ => int.MaxValue };
        if (records.Length < header)
        {
            return false;
        }

        long length = header + kind switch
        {
            RecordKind.Row => BinaryPrimitives.ReadUInt32BigEndian(records[20..]),
            RecordKind.Outbox => BinaryPrimitives.ReadUInt32BigEndian(records[9..]),
            _ => 0,
        };
        if (records.Length < length)
        {
            return false;
        }

        record = new LogRecord(records[..(int)length]);
        return true;
    }

    /// <summary>What an entry takes in a commit.</summary>
    public static int LengthOf(in JournalEntry entry) =>
        (entry.Forget ? EndLength : RowHeader + entry.Payload.Length) + (entry.Outbox.IsEmpty ? 0 : OutboxHeader + entry.Outbox.Length);

    public static void WriteRow(CommitBuffer into, in JournalEntry entry)
    {
        ReadOnlySpan<byte> payload = entry.Payload.Span;
        Span<byte> octets = into.Add(RowHeader + payload.Length);
        octets[0] = (byte)((byte)RecordKind.Row | (entry.Supersedes ? SupersedesMark : 0));
        StoredActor.Write(entry.Actor, octets[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(octets[18..], checked((ushort)entry.Fence.Shard.Value));
        BinaryPrimitives.WriteInt32BigEndian(octets[20..], payload.Length);
        BinaryPrimitives.WriteInt64BigEndian(octets[24..], entry.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(octets[32..], entry.Fence.Epoch.Value);
        BinaryPrimitives.WriteInt64BigEndian(octets[40..], entry.At.Milliseconds);
        BinaryPrimitives.WriteUInt32BigEndian(octets[48..], Checksum.Of(payload));
        payload.CopyTo(octets[RowHeader..]);
    }

    public static void WriteEnd(CommitBuffer into, ActorId actor)
    {
        Span<byte> octets = into.Add(EndLength);
        octets[0] = (byte)RecordKind.End;
        StoredActor.Write(actor, octets[1..]);
    }

    public static void WriteOutbox(CommitBuffer into, long id, ReadOnlySpan<byte> payload)
    {
        Span<byte> octets = into.Add(OutboxHeader + payload.Length);
        octets[0] = (byte)RecordKind.Outbox;
        BinaryPrimitives.WriteInt64BigEndian(octets[1..], id);
        BinaryPrimitives.WriteInt32BigEndian(octets[9..], payload.Length);
        payload.CopyTo(octets[OutboxHeader..]);
    }

    /// <summary>Writes this record again; what it superseded is gone already.</summary>
    public void Move(CommitBuffer into)
    {
        Span<byte> octets = into.Add(Length);
        _octets.CopyTo(octets);
        octets[0] = (byte)Kind;
    }
}
