using System.Buffers;
using System.Buffers.Binary;

namespace Controller.Cluster.Links;

/// <summary>Frames one behind the other, each behind its length. Used again and again; not thread-safe.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int Small = 16 * 1024;
    private const int Kept = 1024 * 1024;

    private byte[] _bytes = new byte[Small];
    private int _end;
    private int _begun;

    public int Length => _end;

    public ReadOnlyMemory<byte> Written => new(_bytes, 0, _end);

    /// <summary>Leaves room for the length of the frame that is written next.</summary>
    public void Begin()
    {
        _begun = _end;
        Advance(GetSpan(FrameCodec.LengthBytes)[..FrameCodec.LengthBytes].Length);
    }

    /// <returns>Octets of the whole frame.</returns>
    public int Finish()
    {
        int whole = _end - _begun;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_begun), whole - FrameCodec.LengthBytes);
        return whole;
    }

    /// <summary>Takes back what was written since <see cref="Begin"/>.</summary>
    public void Abandon() => _end = _begun;

    public void Clear()
    {
        _end = 0;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[Small];
        }
    }

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    private void Reserve(int wanted)
    {
        wanted = Math.Max(wanted, 1);
        if (_bytes.Length - _end < wanted)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _end + wanted));
        }
    }
}
