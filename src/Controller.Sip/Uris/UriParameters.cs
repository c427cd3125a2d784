namespace Controller.Sip.Uris;

/// <summary>Reads *( ";" uri-parameter ) of RFC 3261 section 25.1. No blanks, no quotes; names and values may hold escapes.</summary>
internal ref struct UriParameters(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        _rest = _rest[1..];
        var end = _rest.IndexOf((byte)';');
        var one = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[end..];
        var equals = one.IndexOf((byte)'=');
        Name = equals < 0 ? one : one[..equals];
        Value = equals < 0 ? [] : one[(equals + 1)..];
        return true;
    }

    /// <summary>Every one has a name.</summary>
    public static bool AreWellFormed(ReadOnlySpan<byte> text)
    {
        var parameters = new UriParameters(text);
        while (parameters.Next())
        {
            if (parameters.Name.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }
}
