using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>foreach over the values of all lines of one header field, in order, trimmed; commas inside quotes, &lt;&gt; do not separate; an empty value is passed over.</summary>
public ref struct HeaderValues
{
    private readonly SipMessage _message;
    private readonly HeaderId _id;
    private readonly bool _list;
    private ReadOnlySpan<byte> _rest;
    private int _line;

    internal HeaderValues(SipMessage message, HeaderId id)
    {
        _message = message;
        _id = id;
        _list = HeaderCatalogue.Row(id).List;
        _line = message.First(id) - 1;
    }

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly HeaderValues GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            while (_rest.IsEmpty)
            {
                if (!NextLine())
                {
                    Current = default;
                    return false;
                }
            }

            var length = _list ? Lists.FirstLength(_rest) : _rest.Length;
            Current = Octets.Trim(_rest[..length]);
            _rest = length < _rest.Length ? _rest[(length + 1)..] : default;
            if (!Current.IsEmpty)
            {
                return true;
            }
        }
    }

    private bool NextLine()
    {
        if (_line < -1)
        {
            return false;
        }

        while (++_line < _message.HeaderCount)
        {
            var line = _message.Header(_line);
            if (line.Id == _id)
            {
                _rest = _message.Value(line);
                return true;
            }
        }

        _line = -2;
        return false;
    }
}
