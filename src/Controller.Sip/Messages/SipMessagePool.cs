namespace Controller.Sip.Messages;

/// <summary>Messages with their receive buffers, used again and again. Any thread may rent, any thread may release. Lock-free.</summary>
public sealed class SipMessagePool
{
    /// <param name="capacity">Messages kept; when all are out, further ones are made and left to the collector.</param>
    /// <param name="bufferBytes">Of each message.</param>
    public SipMessagePool(int capacity, int bufferBytes = 65536)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferBytes);
    }

    /// <summary>Messages that were rented while all pooled ones were out. A count that grows asks for a larger capacity.</summary>
    public long Overflows => throw new NotImplementedException();

    /// <summary>An empty message. Receive into <see cref="SipMessage.Buffer"/> and parse from there.</summary>
    public SipMessage Rent() => throw new NotImplementedException();
}
