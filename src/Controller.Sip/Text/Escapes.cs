namespace Controller.Sip.Text;

/// <summary>"%" HEX HEX of RFC 3261 section 25.1.</summary>
internal static class Escapes
{
    /// <summary>RFC 2396 section 2.2: the characters that an escape takes the meaning from.</summary>
    private static ReadOnlySpan<byte> Reserved => ";/?:@&=+$,"u8;

    public static bool AreWellFormed(ReadOnlySpan<byte> text)
    {
        for (var i = text.IndexOf((byte)'%'); i >= 0 && i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                continue;
            }

            if (i + 2 >= text.Length || Octets.Hex(text[i + 1]) < 0 || Octets.Hex(text[i + 2]) < 0)
            {
                return false;
            }

            i += 2;
        }

        return true;
    }

    /// <summary>Takes the octet at the front and says how it was written. A '%' that begins no escape is itself.</summary>
    public static byte Next(scoped ref ReadOnlySpan<byte> text, out bool escaped)
    {
        var octet = text[0];
        escaped = octet == '%' && text.Length > 2 && Octets.Hex(text[1]) >= 0 && Octets.Hex(text[2]) >= 0;
        if (escaped)
        {
            octet = (byte)((Octets.Hex(text[1]) << 4) | Octets.Hex(text[2]));
        }

        text = text[(escaped ? 3 : 1)..];
        return octet;
    }

    /// <summary>
    /// RFC 3261 section 19.1.4: "Characters other than those in the "reserved" set (see RFC 2396 [5]) are equivalent to their ""%" HEX HEX" encoding."
    /// </summary>
    public static bool AreEquivalent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, bool ignoreCase)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var left = Next(ref a, out var leftEscaped);
            var right = Next(ref b, out var rightEscaped);
            var same = left == right || (ignoreCase && Octets.Lower(left) == Octets.Lower(right));
            if (!same || (leftEscaped != rightEscaped && Reserved.Contains(left)))
            {
                return false;
            }
        }

        return a.IsEmpty && b.IsEmpty;
    }

    /// <summary>Once, never twice: RFC 4475 section 3.1.1.3. Returns the octets written; the target needs no more than the text has.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            target[count++] = Next(ref text, out _);
        }

        return count;
    }
}
