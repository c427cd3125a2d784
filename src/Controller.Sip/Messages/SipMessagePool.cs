namespace Controller.Sip.Messages;

/// <summary>
/// Messages with their receive buffers, used again and again. Any thread may rent, any thread may release. Lock-free: a stack of
/// slot numbers whose head carries a count of its changes, so that a head that went away and came back is not taken for the same.
/// </summary>
public sealed class SipMessagePool
{
    private readonly int _bufferBytes;
    private readonly SipMessage?[] _messages;
    private readonly int[] _next;
    private long _head;
    private int _made;
    private long _overflows;

    /// <param name="capacity">Messages kept; when all are out, further ones are made and left to the collector.</param>
    /// <param name="bufferBytes">Of each message. Made when first needed.</param>
    public SipMessagePool(int capacity, int bufferBytes = 65536)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegative(bufferBytes);
        _bufferBytes = bufferBytes;
        _messages = new SipMessage?[capacity];
        _next = new int[capacity];
    }

    /// <summary>Messages that were rented while all pooled ones were out. A count that grows asks for a larger capacity.</summary>
    public long Overflows => Volatile.Read(ref _overflows);

    /// <summary>An empty message. Receive into <see cref="SipMessage.Buffer"/> and parse from there.</summary>
    public SipMessage Rent()
    {
        var message = Pop() ?? Make();
        message.Rented();
        return message;
    }

    internal void TakeBack(SipMessage message)
    {
        message.Begin([], 0);
        var slot = message.Slot;
        if (slot == 0)
        {
            return;
        }

        while (true)
        {
            var head = Volatile.Read(ref _head);
            _next[slot - 1] = (int)(head & 0xFFFF_FFFF);
            if (Interlocked.CompareExchange(ref _head, Moved(head, slot), head) == head)
            {
                return;
            }
        }
    }

    private SipMessage? Pop()
    {
        while (true)
        {
            var head = Volatile.Read(ref _head);
            var slot = (int)(head & 0xFFFF_FFFF);
            if (slot == 0)
            {
                return null;
            }

            if (Interlocked.CompareExchange(ref _head, Moved(head, _next[slot - 1]), head) == head)
            {
                return _messages[slot - 1];
            }
        }
    }

    private SipMessage Make()
    {
        var slot = 0;
        if (Volatile.Read(ref _made) < _messages.Length)
        {
            slot = Interlocked.Increment(ref _made);
        }

        if (slot == 0 || slot > _messages.Length)
        {
            Interlocked.Increment(ref _overflows);
            return new SipMessage(this, 0, GC.AllocateUninitializedArray<byte>(_bufferBytes));
        }

        // Pinned: sockets receive into it for as long as the process lives.
        var message = new SipMessage(this, slot, GC.AllocateUninitializedArray<byte>(_bufferBytes, pinned: true));
        _messages[slot - 1] = message;
        return message;
    }

    private static long Moved(long head, int slot) => (((head >> 32) + 1) << 32) | (uint)slot;
}
