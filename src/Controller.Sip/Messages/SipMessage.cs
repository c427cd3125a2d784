using Controller.Sip.Headers;

namespace Controller.Sip.Messages;

/// <summary>
/// Index over one complete message. Immutable for its readers; typed values are parsed on demand from the spans.
/// One owner at a time: whoever holds it last calls <see cref="Release"/>.
/// </summary>
public sealed class SipMessage
{
    public bool IsRequest => throw new NotImplementedException();

    /// <summary>Of the request line; for a response, of its CSeq.</summary>
    public SipMethod Method => throw new NotImplementedException();
    public ReadOnlySpan<byte> MethodText => throw new NotImplementedException();
    public ReadOnlySpan<byte> RequestUri => throw new NotImplementedException();

    /// <summary>0 for a request.</summary>
    public int StatusCode => throw new NotImplementedException();
    public ReadOnlySpan<byte> ReasonPhrase => throw new NotImplementedException();

    /// <summary>Exactly the message: start line to body; trailing octets are not part of it.</summary>
    public ReadOnlySpan<byte> Raw => throw new NotImplementedException();
    public ReadOnlySpan<byte> Body => throw new NotImplementedException();
    public int HeaderCount => throw new NotImplementedException();

    /// <summary>Where to receive into: the message's own memory. Empty if it has none.</summary>
    public Memory<byte> Buffer => throw new NotImplementedException();

    public HeaderLine Header(int index) => throw new NotImplementedException();
    public ReadOnlySpan<byte> Name(HeaderLine line) => throw new NotImplementedException();

    /// <summary>Trimmed and unfolded.</summary>
    public ReadOnlySpan<byte> Value(HeaderLine line) => throw new NotImplementedException();

    /// <summary>The first line's value, trimmed and unfolded; empty if absent.</summary>
    public ReadOnlySpan<byte> Value(HeaderId id) => throw new NotImplementedException();
    public bool Has(HeaderId id) => throw new NotImplementedException();

    /// <summary>Lines, not values.</summary>
    public int Count(HeaderId id) => throw new NotImplementedException();

    /// <summary>foreach over the comma-separated values of all lines of a list header; of a header that is no list, over its lines.</summary>
    public HeaderValues Values(HeaderId id) => new(this, id);

    /// <summary>
    /// Copies the message into its own memory, so that the buffer it was parsed from may be used again (a stream's). Nothing happens if it is there already.
    /// </summary>
    public void Detach() => throw new NotImplementedException();

    /// <summary>Gives a pooled message back, once: a second call does nothing. No-op for one without a pool.</summary>
    public void Release() => throw new NotImplementedException();

    /// <summary>An own, unpooled index over a copy.</summary>
    /// <exception cref="FormatException">It is not one complete message.</exception>
    public static SipMessage Copy(ReadOnlySpan<byte> raw) => throw new NotImplementedException();
}
