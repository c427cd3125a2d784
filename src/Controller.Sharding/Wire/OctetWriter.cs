using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Sharding.Wire;

/// <summary>Writes the plain forms of which everything between nodes is made: numbers in network order, octets and text behind their length.</summary>
public readonly ref struct OctetWriter(IBufferWriter<byte> into)
{
    private readonly IBufferWriter<byte> _into = into;

    public void U8(byte value)
    {
        _into.GetSpan(1)[0] = value;
        _into.Advance(1);
    }

    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_into.GetSpan(2), value);
        _into.Advance(2);
    }

    public void I32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_into.GetSpan(4), value);
        _into.Advance(4);
    }

    public void I64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_into.GetSpan(8), value);
        _into.Advance(8);
    }

    public void Actor(ActorId actor)
    {
        U8(actor.Kind.Value);
        BinaryPrimitives.WriteUInt128BigEndian(_into.GetSpan(16), actor.Key);
        _into.Advance(16);
    }

    /// <summary>Without their length: the last of what is written, or of a length that both sides know.</summary>
    public void Raw(ReadOnlySpan<byte> octets) => _into.Write(octets);

    public void Octets(ReadOnlySpan<byte> octets)
    {
        I32(octets.Length);
        _into.Write(octets);
    }

    public void Text(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        I32(length);
        Encoding.UTF8.GetBytes(text, _into.GetSpan(length));
        _into.Advance(length);
    }

    /// <summary>Text that may be absent.</summary>
    public void TextOrNull(string? text)
    {
        Bool(text is not null);
        if (text is not null)
        {
            Text(text);
        }
    }
}
