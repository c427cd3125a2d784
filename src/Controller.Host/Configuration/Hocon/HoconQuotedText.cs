using System.Globalization;
using System.Text;

namespace Controller.Host.Configuration.Hocon;

/// <summary>Strings in quotes: JSON's escapes in single ones, nothing special in triple ones.</summary>
internal static class HoconQuotedText
{
    private const string Triple = "\"\"\"";

    /// <param name="source">Named in errors.</param>
    /// <param name="text">The whole file.</param>
    /// <param name="at">The opening quote; moved behind the closing one.</param>
    /// <param name="line">Counts on over line feeds in triple quotes.</param>
    public static string Read(string source, string text, ref int at, ref int line)
        => text.AsSpan(at).StartsWith(Triple, StringComparison.Ordinal)
            ? ReadTriple(source, text, ref at, ref line)
            : ReadSingle(source, text, ref at, line);

    private static string ReadTriple(string source, string text, ref int at, ref int line)
    {
        int start = at + Triple.Length;
        int end = text.IndexOf(Triple, start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new HoconException(new HoconOrigin(source, line), "syntax", "the text after \"\"\" does not end; expected \"\"\"");
        }

        // HOCON, "Multi-line strings": a run of more than three quotes ends with its last three, those before belong to the text.
        int close = end;
        while (close + Triple.Length < text.Length && text[close + Triple.Length] == '"')
        {
            close++;
        }

        at = close + Triple.Length;
        string value = text[start..close];
        line += value.AsSpan().Count('\n');
        return value;
    }

    private static string ReadSingle(string source, string text, ref int at, int line)
    {
        var value = new StringBuilder();
        for (int i = at + 1; i < text.Length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case '"':
                    at = i + 1;
                    return value.ToString();
                case '\\':
                    value.Append(ReadEscape(source, text, ref i, line));
                    break;
                case '\n':
                    throw Unterminated(source, line);
                default:
                    value.Append(c);
                    break;
            }
        }

        throw Unterminated(source, line);
    }

    private static char ReadEscape(string source, string text, ref int i, int line)
    {
        i++;
        char c = i < text.Length ? text[i] : '\n';
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when i + 4 < text.Length
                && ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                i += 4;
                return (char)unit;
            default:
                throw new HoconException(
                    new HoconOrigin(source, line), "syntax", "a backslash in quotes is followed by none of \" \\ / b f n r t uXXXX; write \\\\ for a backslash");
        }
    }

    private static HoconException Unterminated(string source, int line)
        => new(new HoconOrigin(source, line), "syntax", "a quoted text does not end on its line; expected \"");
}
