using System.Buffers;

namespace Controller.Sharding.Runtime;

/// <summary>
/// Where the payloads of one batch are encoded, one behind the other. When it has to grow, payloads already handed out keep the old
/// array alive; from then on the larger one is used, so a steady load allocates nothing.
/// </summary>
internal sealed class PayloadBuffer : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[16 * 1024];
    private int _start;
    private int _end;

    public void Begin() => _start = _end;

    public ReadOnlyMemory<byte> Finish() => new(_bytes, _start, _end - _start);

    /// <summary>Forgets what was written since <see cref="Begin"/>.</summary>
    public void Abandon() => _end = _start;

    public void Clear() => _start = _end = 0;

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
        if (_bytes.Length - _end >= wanted)
        {
            return;
        }

        var unfinished = _end - _start;
        var larger = new byte[Math.Max(_bytes.Length * 2, unfinished + wanted)];
        _bytes.AsSpan(_start, unfinished).CopyTo(larger);
        (_bytes, _start, _end) = (larger, 0, unfinished);
    }
}
