namespace Controller.Actors.Tokens;

/// <summary>
/// RFC 4648 section 6 in lower case and without padding: five bits a character, all of them token characters of RFC 3261 section 25.1.
/// Strict: one text for one value (no upper case, no stray bits), so that a value cannot be spelled in two ways.
/// </summary>
internal static class Base32
{
    private static ReadOnlySpan<byte> Alphabet => "abcdefghijklmnopqrstuvwxyz234567"u8;

    public static int LengthOf(int bytes) => ((bytes * 8) + 4) / 5;

    /// <param name="text">Exactly <see cref="LengthOf"/> characters.</param>
    public static void Encode(ReadOnlySpan<byte> value, Span<char> text)
    {
        int bits = 0, buffered = 0, at = 0;
        foreach (byte octet in value)
        {
            buffered = ((buffered << 8) | octet) & 0xFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[at++] = (char)Alphabet[(buffered >> (bits - 5)) & 31];
            }
        }

        if (bits > 0)
        {
            text[at] = (char)Alphabet[(buffered << (5 - bits)) & 31];
        }
    }

    /// <param name="value">Its length says how many characters are expected.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> value)
    {
        if (text.Length != LengthOf(value.Length))
        {
            return false;
        }

        int bits = 0, buffered = 0, at = 0;
        foreach (byte character in text)
        {
            int digit = character switch
            {
                >= (byte)'a' and <= (byte)'z' => character - 'a',
                >= (byte)'2' and <= (byte)'7' => character - '2' + 26,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            buffered = ((buffered << 5) | digit) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                value[at++] = (byte)(buffered >> bits);
            }
        }

        return (buffered & ((1 << bits) - 1)) == 0;
    }
}
