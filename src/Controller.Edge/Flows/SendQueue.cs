using System.Collections.Concurrent;

namespace Controller.Edge.Flows;

/// <summary>
/// What waits to be written to one connection: bounded in octets, taken by one writer at a time. Lock-free. A writer holds the queue
/// from the moment <see cref="TryHold"/> answers true until <see cref="ReleaseUnlessMore"/> does.
/// </summary>
internal sealed class SendQueue(int maxBytes)
{
    private readonly ConcurrentQueue<Outgoing> _messages = new();
    private int _bytes;
    private int _held;

    /// <summary>False if the reader at the other end is too slow: nothing was queued.</summary>
    public bool TryAdd(in Outgoing message)
    {
        // One message always fits, however large.
        int before = Interlocked.Add(ref _bytes, message.Bytes.Length) - message.Bytes.Length;
        if (before > 0 && before + message.Bytes.Length > maxBytes)
        {
            Interlocked.Add(ref _bytes, -message.Bytes.Length);
            return false;
        }

        _messages.Enqueue(message);

        // Whoever looks next whether the connection is closed must not do so before the message can be seen by the one who closes it.
        Interlocked.MemoryBarrier();
        return true;
    }

    public bool TryHold() => Interlocked.CompareExchange(ref _held, 1, 0) == 0;

    /// <summary>The oldest message; it counts as waiting until <see cref="Done"/>.</summary>
    public bool TryTake(out Outgoing message) => _messages.TryDequeue(out message);

    public void Done(in Outgoing message) => Interlocked.Add(ref _bytes, -message.Bytes.Length);

    /// <summary>True if the holder is rid of the queue; false if messages came meanwhile and it still holds it.</summary>
    public bool ReleaseUnlessMore()
    {
        Volatile.Write(ref _held, 0);
        Interlocked.MemoryBarrier();
        return _messages.IsEmpty || !TryHold();
    }

    public bool IsEmpty => Volatile.Read(ref _bytes) == 0;
}
