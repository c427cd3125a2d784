namespace Controller.Sip.Sdp;

/// <summary>Walks the lines of a session description. RFC 8866 section 5: parsers should accept a bare line feed for CRLF.</summary>
internal ref struct SdpLines(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _next;

    /// <summary>The letter before the "=".</summary>
    public byte Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Where <see cref="Value"/> starts in the whole text.</summary>
    public int ValueStart { get; private set; }

    /// <summary>Where the next line starts in the whole text.</summary>
    public int End => _next;

    /// <summary>A line was no "letter=value", and was passed over.</summary>
    public bool Malformed { get; private set; }

    public bool MoveNext()
    {
        while (_next < _text.Length)
        {
            if (Take()) return true;
        }

        return false;
    }

    private bool Take()
    {
        var rest = _text[_next..];
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        var start = _next;
        _next += end < 0 ? rest.Length : end + 1;
        line = line.TrimEnd((byte)'\r');

        // Blank lines end nothing and mean nothing: some gateways send one last.
        if (line.IsEmpty) return false;
        if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetter((char)line[0]) || line.IndexOfAny((byte)0, (byte)'\r') >= 0)
        {
            Malformed = true;
            return false;
        }

        Type = line[0];
        Value = line[2..];
        ValueStart = start + 2;
        return true;
    }

    /// <summary>Splits off the first field of a line whose fields are separated by spaces.</summary>
    public static ReadOnlySpan<byte> TakeField(scoped ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        var end = rest.IndexOf((byte)' ');
        var field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return field;
    }
}
