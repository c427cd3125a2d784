using Controller.Sip.Text;

namespace Controller.Sip.Topology;

/// <summary>Walks the parts of a multipart body, RFC 2046 section 5.1.1. Spans into the body; a bare line feed counts for CRLF.</summary>
internal ref struct MultipartReader
{
    private ReadOnlySpan<byte> _rest;

    public MultipartReader(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        var semicolon = contentType.IndexOf((byte)';');
        if (semicolon < 0 || !Octets.StartsWithIgnoreCase(contentType, "multipart/"u8) || !Parameters.TryFind(contentType[semicolon..], "boundary"u8, out var boundary) || boundary.IsEmpty)
        {
            Malformed = true;
            return;
        }

        Boundary = boundary;
        var first = FindDelimiter(body, out var after);
        Malformed = first < 0;
        _rest = first < 0 ? default : body[after..];
    }

    public ReadOnlySpan<byte> Boundary { get; }

    /// <summary>The header lines of the part, without the empty line.</summary>
    public ReadOnlySpan<byte> Headers { get; private set; }

    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>No boundary is given, or none stands in the body, or the last one is missing.</summary>
    public bool Malformed { get; private set; }

    public bool Next()
    {
        // Behind a delimiter: "--" closes; else transport padding and the end of the line, then the part.
        if (Malformed || _rest.StartsWith("--"u8))
        {
            return false;
        }

        var line = _rest.IndexOf((byte)'\n') + 1;
        var part = _rest[line..];
        var end = line == 0 ? -1 : FindDelimiter(part, out _);
        if (end < 0)
        {
            Malformed = true;
            return false;
        }

        FindDelimiter(part, out var after);
        _rest = part[after..];
        part = part[..end];
        Split(part);
        return true;
    }

    /// <summary>The value of a header of the part; empty if absent.</summary>
    public readonly ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name)
    {
        for (var rest = Headers; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n') + 1;
            var line = (end == 0 ? rest : rest[..end]).TrimEnd("\r\n"u8);
            rest = end == 0 ? default : rest[end..];
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && Octets.EqualIgnoreCase(Octets.Trim(line[..colon]), name))
            {
                return Octets.Trim(line[(colon + 1)..]);
            }
        }

        return default;
    }

    private void Split(ReadOnlySpan<byte> part)
    {
        if (part.StartsWith("\r\n"u8) || part.StartsWith("\n"u8))
        {
            Headers = default;
            Body = part[(part[0] == '\r' ? 2 : 1)..];
            return;
        }

        var crlf = part.IndexOf("\r\n\r\n"u8);
        var lf = part.IndexOf("\n\n"u8);
        var wide = crlf >= 0 && (lf < 0 || crlf < lf);
        var at = wide ? crlf : lf;
        Headers = at < 0 ? part : part[..at];
        Body = at < 0 ? default : part[(at + (wide ? 4 : 2))..];
    }

    /// <summary>Where the delimiter's line break begins ("The CRLF preceding the boundary delimiter line is conceptually attached to the boundary"), and where it ends.</summary>
    private readonly int FindDelimiter(ReadOnlySpan<byte> text, out int after)
    {
        for (int from = 0, at; (at = text[from..].IndexOf(Boundary)) >= 0; from += at + 1)
        {
            var dashes = from + at - 2;
            if (dashes < 0 || !text[dashes..].StartsWith("--"u8) || (dashes > 0 && text[dashes - 1] != '\n') || !EndsWell(text[(from + at + Boundary.Length)..]))
            {
                continue;
            }

            after = from + at + Boundary.Length;
            return dashes == 0 ? 0 : dashes > 1 && text[dashes - 2] == '\r' ? dashes - 2 : dashes - 1;
        }

        after = 0;
        return -1;
    }

    // "Boundary delimiters must not appear within the encapsulated material": one boundary may be the beginning of another (nested parts).
    private static bool EndsWell(ReadOnlySpan<byte> behind) =>
        behind.IsEmpty || behind.StartsWith("--"u8) || behind[0] is (byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t';
}
