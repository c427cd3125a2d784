using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls.Events;

/// <summary>
/// Protobuf, written field by field into memory of the pool: the octets that the generated classes write, without making one of them for each event.
/// As proto3 has it, a field that is zero or empty is left out. Fields come in the order of their numbers, which are those of <c>call.proto</c>.
/// </summary>
internal sealed class StoredRow : IDisposable
{
    private const int Varint = 0;
    private const int LengthPrefixed = 2;
    private const int LongestVarint = 10;

    // Where the messages that are open begin: what happened, its kind, a route, a target, a flow.
    private readonly int[] _open = new int[6];
    private byte[] _octets = ArrayPool<byte>.Shared.Rent(4096);
    private int _depth;
    private int _length;

    public ReadOnlySpan<byte> Written => _octets.AsSpan(0, _length);

    /// <summary>Gives the memory back, once.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_octets);

    /// <summary>A message within the message begins; it is there even if nothing is in it.</summary>
    public StoredRow Begin(int field)
    {
        Tag(field, LengthPrefixed);

        // Its length stands in front of it and is not known yet: one octet is mostly enough.
        Reserve(1);
        _open[_depth++] = ++_length;
        return this;
    }

    public StoredRow End()
    {
        int start = _open[--_depth];
        int size = _length - start;
        int more = LengthOf((ulong)size) - 1;
        if (more > 0)
        {
            Reserve(more);
            _octets.AsSpan(start, size).CopyTo(_octets.AsSpan(start + more));
        }

        _length = start - 1;
        Number((ulong)size);
        _length += size;
        return this;
    }

    public StoredRow Number(int field, long value)
    {
        if (value != 0)
        {
            Tag(field, Varint);
            Number((ulong)value);
        }

        return this;
    }

    public StoredRow Number(int field, int value) => Number(field, (long)(uint)value);

    public StoredRow At(int field, Instant at) => Number(field, at.Milliseconds);

    public StoredRow Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>One octet for each character.</summary>
    public StoredRow Text(int field, string latin1) => latin1.Length == 0 ? this : Element(field, latin1);

    public StoredRow Texts(int field, ImmutableArray<string> latin1)
    {
        foreach (string text in latin1)
        {
            Element(field, text);
        }

        return this;
    }

    public StoredRow Octets(int field, ReadOnlySpan<byte> octets)
    {
        if (!octets.IsEmpty)
        {
            octets.CopyTo(Take(field, octets.Length));
        }

        return this;
    }

    public StoredRow Utf8(int field, string text)
    {
        if (text.Length > 0)
        {
            Encoding.UTF8.GetBytes(text, Take(field, Encoding.UTF8.GetByteCount(text)));
        }

        return this;
    }

    /// <summary>Packed, as proto3 writes numbers that are repeated.</summary>
    public StoredRow Numbers(int field, ImmutableArray<int> values)
    {
        if (values.IsEmpty)
        {
            return this;
        }

        Begin(field);
        foreach (int value in values)
        {
            Number((uint)value);
        }

        return End();
    }

    private StoredRow Element(int field, string latin1)
    {
        Encoding.Latin1.GetBytes(latin1, Take(field, latin1.Length));
        return this;
    }

    private Span<byte> Take(int field, int length)
    {
        Tag(field, LengthPrefixed);
        Number((ulong)length);
        Reserve(length);
        _length += length;
        return _octets.AsSpan(_length - length, length);
    }

    private void Tag(int field, int type) => Number((ulong)((field << 3) | type));

    private void Number(ulong value)
    {
        Reserve(LongestVarint);
        for (; value >= 0x80; value >>= 7)
        {
            _octets[_length++] = (byte)(value | 0x80);
        }

        _octets[_length++] = (byte)value;
    }

    /// <summary>Octets of a number: seven bits in each.</summary>
    private static int LengthOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Reserve(int more)
    {
        if (_octets.Length - _length < more)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_octets.Length * 2, _length + more));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }
    }
}
