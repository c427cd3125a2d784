using System.Buffers.Binary;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// What stands at the beginning of each slot of a commit, big-endian: checksum of all that follows, octets, part, parts, number, head, at, last outbox id,
/// removed outbox id, live rows, waiting records. That of the newest commit speaks for the whole log.
/// </summary>
/// <param name="Octets">Of records, in all parts.</param>
/// <param name="Part">Which part of the commit this slot has, from 0.</param>
/// <param name="Number">Ascending by one.</param>
/// <param name="Head">Commits before this one are dead, and their slots free, once this one is committed.</param>
/// <param name="At">The last of its decisions.</param>
/// <param name="LastOutbox">The highest outbox id ever given.</param>
/// <param name="RemovedOutbox">Outbox records up to this id are delivered.</param>
/// <param name="LiveRows">Rows of living actors in the log with this commit: what a reader of the log must come to as well.</param>
/// <param name="WaitingOutbox">Outbox records not delivered: likewise.</param>
internal readonly record struct SlotHeader(
    int Octets, int Part, int Parts, long Number, long Head, Instant At, long LastOutbox, long RemovedOutbox, int LiveRows, int WaitingOutbox)
{
    public const int Length = 64;

    public bool IsPossible =>
        Octets >= 0 && Parts == Slot.PartsFor(Octets) && Part >= 0 && Part < Parts && Head >= 1 && Head <= Number && LiveRows >= 0 && WaitingOutbox >= 0;

    public static SlotHeader Read(ReadOnlySpan<byte> slot) => new(
        BinaryPrimitives.ReadInt32BigEndian(slot[4..]),
        BinaryPrimitives.ReadInt32BigEndian(slot[8..]),
        BinaryPrimitives.ReadInt32BigEndian(slot[12..]),
        BinaryPrimitives.ReadInt64BigEndian(slot[16..]),
        BinaryPrimitives.ReadInt64BigEndian(slot[24..]),
        new Instant(BinaryPrimitives.ReadInt64BigEndian(slot[32..])),
        BinaryPrimitives.ReadInt64BigEndian(slot[40..]),
        BinaryPrimitives.ReadInt64BigEndian(slot[48..]),
        BinaryPrimitives.ReadInt32BigEndian(slot[56..]),
        BinaryPrimitives.ReadInt32BigEndian(slot[60..]));

    public void Write(Span<byte> slot)
    {
        BinaryPrimitives.WriteInt32BigEndian(slot[4..], Octets);
        BinaryPrimitives.WriteInt32BigEndian(slot[8..], Part);
        BinaryPrimitives.WriteInt32BigEndian(slot[12..], Parts);
        BinaryPrimitives.WriteInt64BigEndian(slot[16..], Number);
        BinaryPrimitives.WriteInt64BigEndian(slot[24..], Head);
        BinaryPrimitives.WriteInt64BigEndian(slot[32..], At.Milliseconds);
        BinaryPrimitives.WriteInt64BigEndian(slot[40..], LastOutbox);
        BinaryPrimitives.WriteInt64BigEndian(slot[48..], RemovedOutbox);
        BinaryPrimitives.WriteInt32BigEndian(slot[56..], LiveRows);
        BinaryPrimitives.WriteInt32BigEndian(slot[60..], WaitingOutbox);
    }
}
