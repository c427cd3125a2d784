using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Controller.Cluster.Postgres.Wire;

/// <summary>
/// A one-dimensional array in the server's binary format, written value by value into memory that stays from one commit to the next:
/// dimensions, whether there are nulls, type, length, lower bound; then of each value its length and its octets. Big-endian.
/// </summary>
internal sealed class ArrayColumn
{
    public const int ByteArray = 17, Int64 = 20, Int16 = 21, Int32 = 23; // pg_type.oid

    private const int HeaderLength = 20, EmptyLength = 12;

    private byte[] _octets = GC.AllocateUninitializedArray<byte>(512, pinned: true);
    private int _end = HeaderLength;

    /// <param name="type">Of the elements.</param>
    public ArrayColumn(int type)
    {
        _octets.AsSpan(0, HeaderLength).Clear();
        BinaryPrimitives.WriteInt32BigEndian(_octets.AsSpan(8), type);
        BinaryPrimitives.WriteInt32BigEndian(_octets.AsSpan(16), 1);
    }

    public int Count { get; private set; }

    /// <summary>Of what <see cref="Address"/> points to.</summary>
    public int Length => Count == 0 ? EmptyLength : _end;

    public void Clear() => (Count, _end) = (0, HeaderLength);

    public void Add(short value) => BinaryPrimitives.WriteInt16BigEndian(Next(sizeof(short)), value);

    public void Add(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), value);

    public void Add(long value) => BinaryPrimitives.WriteInt64BigEndian(Next(sizeof(long)), value);

    public void Add(ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

    /// <summary>Room for a value of so many octets, which the caller writes.</summary>
    public Span<byte> Next(int length)
    {
        int at = _end + sizeof(int);
        if (at + length > _octets.Length)
        {
            Grow(at + length);
        }

        BinaryPrimitives.WriteInt32BigEndian(_octets.AsSpan(_end), length);
        _end = at + length;
        Count++;
        return _octets.AsSpan(at, length);
    }

    /// <summary>Valid until the next value.</summary>
    public nint Address()
    {
        BinaryPrimitives.WriteInt32BigEndian(_octets, Count == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(_octets.AsSpan(12), Count);
        return Marshal.UnsafeAddrOfPinnedArrayElement(_octets, 0);
    }

    private void Grow(int least)
    {
        byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(least, _octets.Length * 2), pinned: true);
        _octets.AsSpan(0, _end).CopyTo(larger);
        _octets = larger;
    }
}
