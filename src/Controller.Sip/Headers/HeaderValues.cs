using Controller.Sip.Messages;

namespace Controller.Sip.Headers;

/// <summary>foreach over the values of all lines of one header field, in order, trimmed; commas inside quotes, &lt;&gt; do not separate.</summary>
public ref struct HeaderValues
{
    private readonly SipMessage _message;
    private readonly HeaderId _id;

    internal HeaderValues(SipMessage message, HeaderId id)
    {
        _message = message;
        _id = id;
    }

    public readonly ReadOnlySpan<byte> Current => throw new NotImplementedException();

    public readonly HeaderValues GetEnumerator() => this;

    public bool MoveNext() => _message.Has(_id) ? false : throw new NotImplementedException();
}
