using System.Buffers;
using System.Text;

namespace Controller.Sip.Digest;

/// <summary>Walks the parameters of a challenge or of credentials: name "=" ( token / quoted-string ), separated by commas (RFC 3261 section 25.1).</summary>
internal ref struct AuthParameters(ReadOnlySpan<byte> text)
{
    private static readonly SearchValues<byte> Stops = SearchValues.Create(", \t\r\n\""u8);

    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Without its quotes, with its backslashes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>True once something was met that is no parameter: the whole value is then to be refused.</summary>
    public bool Malformed { get; private set; }

    /// <returns>The text behind the scheme's name; false if the scheme is another one.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> headerValue, out AuthParameters parameters)
    {
        var trimmed = TrimStart(headerValue);
        parameters = default;
        if (trimmed.Length < 7 || !Ascii.EqualsIgnoreCase(trimmed[..6], "Digest"u8) || !IsSpace(trimmed[6])) return false;
        parameters = new AuthParameters(trimmed[7..]);
        return true;
    }

    public bool MoveNext()
    {
        _rest = TrimStart(_rest);
        while (!_rest.IsEmpty && _rest[0] == ',') _rest = TrimStart(_rest[1..]);
        if (_rest.IsEmpty || Malformed) return false;

        var length = TokenLength(_rest);
        Name = _rest[..length];
        _rest = TrimStart(_rest[length..]);
        if (length == 0 || _rest.IsEmpty || _rest[0] != '=') return Fail();
        _rest = TrimStart(_rest[1..]);

        if (!_rest.IsEmpty && _rest[0] == '"')
        {
            var end = EndOfQuoted(_rest);
            if (end < 0) return Fail();
            Value = _rest[1..end];
            _rest = _rest[(end + 1)..];
        }
        else
        {
            // Not only token characters: some phones send the uri without its quotes.
            var end = _rest.IndexOfAny(Stops);
            Value = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[end..];
            if (Value.IsEmpty) return Fail();
        }

        _rest = TrimStart(_rest);
        return _rest.IsEmpty || _rest[0] == ',' || Fail();
    }

    private bool Fail()
    {
        Malformed = true;
        return false;
    }

    private static int EndOfQuoted(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"') return i;
            if (text[i] == '\\') i++;
            else if (text[i] is < 0x20 and not (byte)'\t' or 0x7F) return -1;
        }

        return -1;
    }

    private static int TokenLength(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (i < text.Length && (char.IsAsciiLetterOrDigit((char)text[i]) || "-.!%*_+`'~"u8.Contains(text[i]))) i++;
        return i;
    }

    private static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && IsSpace(text[0])) text = text[1..];
        return text;
    }

    private static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
