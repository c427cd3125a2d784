using System.Buffers.Binary;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Sharding.Wire;

/// <summary>
/// Reads what <see cref="OctetWriter"/> wrote. Never throws and never reads beyond the end: what is not there is zero or empty, and
/// <see cref="Failed"/> says so once, at the end.
/// </summary>
public ref struct OctetReader(ReadOnlySpan<byte> octets)
{
    private readonly ReadOnlySpan<byte> _octets = octets;

    /// <summary>Something was wanted that is not there, or is not what it should be.</summary>
    public bool Failed { get; private set; }

    public int Position { get; private set; }

    public readonly int Left => _octets.Length - Position;

    /// <summary>Everything was there, and nothing is left.</summary>
    public readonly bool IsWhole => !Failed && Left == 0;

    public byte U8() => Take(1) is { Length: 1 } one ? one[0] : (byte)0;

    public bool Bool()
    {
        byte value = U8();
        Failed |= value > 1;
        return value == 1;
    }

    public ushort U16() => Take(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

    public int I32() => Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadInt32BigEndian(four) : 0;

    public long I64() => Take(8) is { Length: 8 } eight ? BinaryPrimitives.ReadInt64BigEndian(eight) : 0;

    public ActorId Actor()
    {
        ActorKind kind = new(U8());
        return new ActorId(kind, Take(16) is { Length: 16 } key ? BinaryPrimitives.ReadUInt128BigEndian(key) : 0);
    }

    /// <summary>How many of something follow, each at least <paramref name="smallest"/> octets long: no list is made for more than can be there.</summary>
    public int Count(int smallest)
    {
        int count = I32();
        if (count < 0 || (long)count * smallest > Left)
        {
            Failed = true;
            return 0;
        }

        return count;
    }

    public ReadOnlySpan<byte> Octets() => Take(I32());

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(Left);

    public ReadOnlySpan<byte> Raw(int length) => Take(length);

    public string Text() => Encoding.UTF8.GetString(Octets());

    public string? TextOrNull() => Bool() ? Text() : null;

    /// <summary>What was read makes no sense.</summary>
    public void Fail() => Failed = true;

    private ReadOnlySpan<byte> Take(int length)
    {
        if (Failed || (uint)length > (uint)Left)
        {
            Failed = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _octets.Slice(Position, length);
        Position += length;
        return taken;
    }
}
