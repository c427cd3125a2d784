using System.Buffers;

namespace Controller.Actors.Calls;

/// <summary>Octets that are written into memory of the pool, to be copied out: a writer asks for room for much more than it writes.</summary>
internal sealed class PooledOctets : IBufferWriter<byte>, IDisposable
{
    private const int Least = 4096;

    private byte[] _octets = ArrayPool<byte>.Shared.Rent(Least);
    private int _length;

    public ReadOnlySpan<byte> Written => _octets.AsSpan(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _octets.AsSpan(_length);
    }

    /// <summary>Gives the memory back, once.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_octets);

    private void Reserve(int wanted)
    {
        wanted = Math.Max(wanted, 1);
        if (_octets.Length - _length < wanted)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_octets.Length * 2, _length + wanted));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }
    }
}
