using Controller.Sip.Messages;

namespace Controller.Edge.Listeners;

/// <summary>
/// Pooled messages in two sizes. Nearly all messages are small, and many wait in mailboxes at once: a maximal buffer for each would cost
/// sixteen times the memory.
/// </summary>
internal sealed class ReceiveBuffers(int largestMessage)
{
    private const int SmallBytes = 4096;

    private readonly SipMessagePool _small = new(capacity: 4096, SmallBytes);
    private readonly SipMessagePool _large = new(capacity: 64, largestMessage);

    public long Overflows => _small.Overflows + _large.Overflows;

    /// <summary>A message whose own memory holds at least <paramref name="bytes"/>.</summary>
    public SipMessage Rent(int bytes) => bytes <= SmallBytes ? _small.Rent() : _large.Rent();
}
