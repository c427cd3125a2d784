using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Framing;

/// <summary>
/// One pass over start line and header fields. A line that is wrong is left out and the pass goes on: the refusal is
/// written from what stands around it. The first thing wrong is the reason.
/// </summary>
internal static class MessageIndex
{
    /// <summary>Indexes from <paramref name="start"/>.</summary>
    /// <param name="bytes">Folded lines are unfolded in it: their line ends become blanks.</param>
    /// <param name="headerEnd">Offset from <paramref name="start"/> of the first octet behind the empty line, or of the end.</param>
    public static RejectionReason Index(SipMessage into, byte[] bytes, int start, int end, SipLimits limits, out int headerEnd)
    {
        into.Begin(bytes, start);
        var whole = bytes.AsSpan(start, end - start);
        var text = whole.Length > limits.MaxHeaderBytes ? whole[..limits.MaxHeaderBytes] : whole;
        headerEnd = text.Length;
        var ranOut = text.Length < whole.Length ? RejectionReason.HeadersTooLarge : RejectionReason.Truncated;

        var lineLength = LineLength(text, 0, out var clean);
        if (lineLength < 0)
        {
            return ranOut;
        }

        var reason = clean ? StartLine.Index(into, text[..lineLength]) : RejectionReason.StartLine;
        var position = lineLength + 2;
        while (true)
        {
            lineLength = LineLength(text, position, out clean);
            if (lineLength < 0)
            {
                return First(reason, ranOut);
            }

            if (lineLength == 0)
            {
                headerEnd = position + 2;
                return reason;
            }

            // 7.3.1: "Header fields can be extended over multiple lines by preceding each extra line with at least one SP or horizontal tab (HT)."
            var next = position + lineLength + 2;
            while (next < text.Length && Octets.IsBlank(text[next]))
            {
                text[next - 2] = text[next - 1] = (byte)' ';
                var more = LineLength(text, next, out var moreClean);
                if (more < 0)
                {
                    return First(reason, ranOut);
                }

                clean &= moreClean;
                next += more + 2;
            }

            if (into.HeaderCount >= limits.MaxHeaders)
            {
                return First(reason, RejectionReason.TooManyHeaders);
            }

            if (!clean || !TryLine(into, text[position..(next - 2)], position))
            {
                reason = First(reason, RejectionReason.HeaderSyntax);
            }

            position = next;
        }
    }

    /// <summary>
    /// Content-Length: -1 if absent. A second one is refused even if it says the same: RFC 4475 section 3.3.9, and whoever reads
    /// the other one sees another message than we do.
    /// </summary>
    public static RejectionReason BodyLength(SipMessage message, out long length)
    {
        length = -1;
        if (!message.Has(HeaderId.ContentLength))
        {
            return RejectionReason.None;
        }

        if (message.Count(HeaderId.ContentLength) > 1)
        {
            return RejectionReason.MultipleContentLength;
        }

        return Octets.TryNumber(message.Value(HeaderId.ContentLength), out length) ? RejectionReason.None : RejectionReason.ContentLength;
    }

    public static RejectionReason First(RejectionReason earlier, RejectionReason later) => earlier == RejectionReason.None ? later : earlier;

    // Octets before the next CRLF; -1 if there is none. A CR or an LF that stands alone is content to us and may be a line end to
    // whoever reads our copy of it: such a line is not clean.
    private static int LineLength(ReadOnlySpan<byte> text, int from, out bool clean)
    {
        clean = true;
        var i = from;
        while (true)
        {
            var step = text[i..].IndexOfAny((byte)'\r', (byte)'\n');
            if (step < 0 || i + step + 1 >= text.Length)
            {
                return -1;
            }

            i += step;
            if (text[i] == '\r' && text[i + 1] == '\n')
            {
                return i - from;
            }

            clean = false;
            i++;
        }
    }

    // header = header-name HCOLON header-value; HCOLON = *( SP / HTAB ) ":" SWS
    private static bool TryLine(SipMessage into, ReadOnlySpan<byte> line, int position)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        // Most names are of the catalogue, and followed by the colon: nothing more is to be looked at.
        var nameLength = colon;
        var id = HeaderCatalogue.Parse(line[..colon]);
        if (id == HeaderId.Unknown)
        {
            nameLength = line[..colon].TrimEnd(" \t"u8).Length;
            if (!Octets.IsToken(line[..nameLength]))
            {
                return false;
            }

            id = nameLength < colon ? HeaderCatalogue.Parse(line[..nameLength]) : id;
        }

        int start = colon + 1, end = line.Length;
        while (start < end && Octets.IsBlank(line[start]))
        {
            start++;
        }

        while (end > start && Octets.IsBlank(line[end - 1]))
        {
            end--;
        }

        into.Add(new HeaderLine(id, position, nameLength, position + start, end - start));
        return true;
    }
}
