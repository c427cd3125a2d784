namespace Controller.Sip.Text;

/// <summary>Comma-separated values of one header line (RFC 3261 section 7.3.1).</summary>
public static class Lists
{
    /// <summary>Octets before the first comma that separates: outside a quoted-string and outside &lt;&gt;. What does not close runs to the end.</summary>
    public static int FirstLength(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (true)
        {
            var step = text[i..].IndexOfAny((byte)',', (byte)'"', (byte)'<');
            if (step < 0)
            {
                return text.Length;
            }

            i += step;
            if (text[i] == ',')
            {
                return i;
            }

            var length = text[i] == '"' ? Octets.QuotedLength(text[i..]) : text[i..].IndexOf((byte)'>') + 1;
            if (length <= 0)
            {
                return text.Length;
            }

            i += length;
        }
    }
}
