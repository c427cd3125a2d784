using System.Text;

namespace Controller.Host.Configuration.Hocon;

/// <summary>One include statement, and the files it stands for.</summary>
/// <param name="Name">As written.</param>
/// <param name="IsRequired">A missing file is an error.</param>
internal sealed record HoconInclude(string Name, bool IsRequired)
{
    /// <summary>Reads it if the cursor stands on one; leaves the cursor alone otherwise (<c>include</c> may be an ordinary key).</summary>
    public static HoconInclude? TryRead(HoconCursor cursor, string key)
    {
        if (!cursor.Is(HoconTokenKind.Unquoted) || cursor.Current.Text != "include")
        {
            return null;
        }

        int mark = cursor.Mark();
        HoconOrigin origin = cursor.Origin;
        cursor.Advance();
        string wrapping = Unquoted(cursor);
        if (!cursor.Is(HoconTokenKind.Quoted))
        {
            if (wrapping.Contains('(', StringComparison.Ordinal))
            {
                throw cursor.Fail(key, $"{cursor.Seen()} follows include {wrapping}; expected a file name in quotes");
            }

            cursor.Return(mark);
            return null;
        }

        string name = cursor.Current.Text;
        cursor.Advance();
        bool required = wrapping.StartsWith("required(", StringComparison.Ordinal);
        string kind = required ? wrapping["required(".Length..] : wrapping;
        if (kind is not ("" or "file("))
        {
            throw new HoconException(origin, key.Length == 0 ? "include" : key, $"include {wrapping}…) is not possible; expected \"file\", file(\"file\") or required(\"file\")");
        }

        for (int open = wrapping.Count(c => c == '('); open > 0;)
        {
            cursor.SkipSpaces();
            int closing = cursor.Is(HoconTokenKind.Unquoted) && cursor.Current.Text.All(c => c == ')') ? cursor.Current.Text.Length : 0;
            if (closing == 0 || closing > open)
            {
                throw cursor.Fail(key, $"{cursor.Seen()} stands where include expected ')'");
            }

            open -= closing;
            cursor.Advance();
        }

        return new HoconInclude(name, required);
    }

    /// <summary>
    /// HOCON, "Include semantics: locating resources": relative to the including file; without an extension, all that exist
    /// are merged and <c>.conf</c> comes last.
    /// </summary>
    public IEnumerable<string> Candidates(string including)
    {
        string path = Path.Combine(Path.GetDirectoryName(including) ?? "", Name);
        return Path.GetExtension(path) is ".conf" or ".json" ? [path] : [path, path + ".json", path + ".conf"];
    }

    private static string Unquoted(HoconCursor cursor)
    {
        var text = new StringBuilder();
        for (; cursor.SkipLines() || cursor.Is(HoconTokenKind.Unquoted); cursor.Advance())
        {
            if (!cursor.Is(HoconTokenKind.Unquoted))
            {
                break;
            }

            text.Append(cursor.Current.Text);
        }

        return text.ToString();
    }
}
