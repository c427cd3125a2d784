using System.Buffers;

namespace Controller.Sip.Text;

/// <summary>Character classes of RFC 3261 section 25.1 and the comparisons of its octets.</summary>
internal static class Octets
{
    /// <summary>token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")</summary>
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"u8);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    public static bool IsDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    public static bool IsBlank(byte octet) => octet is (byte)' ' or (byte)'\t';

    /// <summary>Without the blanks on both sides: SP and HTAB only, for a NUL or another control is content.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text)
    {
        var start = 0;
        while (start < text.Length && IsBlank(text[start]))
        {
            start++;
        }

        return text[start..];
    }

    public static byte Lower(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;

    /// <summary>Only A to Z have a case; other octets, over 0x7F too, are compared as they are.</summary>
    public static bool EqualIgnoreCase(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i] && Lower(a[i]) != Lower(b[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && EqualIgnoreCase(text[..prefix.Length], prefix);

    /// <summary>Digits only. What does not fit is <see cref="long.MaxValue"/>: too large for whatever it counts, and no overflow.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (!IsDigits(text))
        {
            return false;
        }

        foreach (var digit in text)
        {
            if (number > (long.MaxValue - 9) / 10)
            {
                number = long.MaxValue;
                return true;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    /// <summary>1 to 65535.</summary>
    public static bool TryPort(ReadOnlySpan<byte> text, out int port)
    {
        var fits = TryNumber(text, out var number) && number is > 0 and <= 65535;
        port = fits ? (int)number : 0;
        return fits;
    }

    public static int Hex(byte octet) => octet switch
    {
        >= (byte)'0' and <= (byte)'9' => octet - '0',
        >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => octet - 'a' + 10,
        _ => -1,
    };

    /// <summary>The length of the quoted-string at the start of the text, quotes included; -1 if it does not close.</summary>
    public static int QuotedLength(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            // quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)
            if (text[i] == '\\')
            {
                i++;
            }
        }

        return -1;
    }
}
