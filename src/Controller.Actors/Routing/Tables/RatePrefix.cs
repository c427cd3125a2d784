namespace Controller.Actors.Routing.Tables;

/// <summary>A prefix as one number: its digits behind a leading 1, so that 0, 00 and none differ. 0 is no prefix.</summary>
public static class RatePrefix
{
    /// <summary>E.164 has 15; the rest is for prefixes put before.</summary>
    public const int MostDigits = 18;

    public const ulong Empty = 1;

    public static ulong Append(ulong prefix, char digit) => (prefix * 10) + (ulong)(digit - '0');

    /// <summary>Digits, with or without a + before them. 0 if it is anything else.</summary>
    public static ulong Parse(ReadOnlySpan<char> text)
    {
        text = text is ['+', ..] ? text[1..] : text;
        ulong prefix = text.Length > MostDigits ? 0 : Empty;
        foreach (char digit in prefix == 0 ? [] : text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return 0;
            }

            prefix = Append(prefix, digit);
        }

        return prefix;
    }
}
