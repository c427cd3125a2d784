using System.Text;

namespace Controller.Host.Configuration.Hocon;

/// <summary>A place in the tokens of one text, and what both values and includes need to read there.</summary>
internal sealed class HoconCursor(string source, List<HoconToken> tokens, bool hasLines = true)
{
    private int _at;

    public string Source => source;

    public HoconToken Current => tokens[_at];

    public HoconOrigin Origin => new(source, hasLines ? Current.Line : 0);

    public bool Is(HoconTokenKind kind) => Current.Kind == kind;

    public void Advance()
    {
        if (!Is(HoconTokenKind.End))
        {
            _at++;
        }
    }

    public int Mark() => _at;

    public void Return(int mark) => _at = mark;

    public void SkipSpaces()
    {
        while (Is(HoconTokenKind.Whitespace))
        {
            _at++;
        }
    }

    /// <returns>Whether a line ended on the way.</returns>
    public bool SkipLines()
    {
        bool newline = false;
        while (Is(HoconTokenKind.Whitespace) || Is(HoconTokenKind.Newline))
        {
            newline |= Is(HoconTokenKind.Newline);
            _at++;
        }

        return newline;
    }

    public HoconException Fail(string key, string text) => new(Origin, key.Length == 0 ? "syntax" : key, text);

    /// <summary>For errors: what stands here.</summary>
    public string Seen() => Current.Kind switch
    {
        HoconTokenKind.End => "the end of the text",
        HoconTokenKind.Newline => "the end of the line",
        HoconTokenKind.Quoted => $"\"{Current.Text}\"",
        _ => $"'{Current.Text}'",
    };

    /// <summary>
    /// HOCON, "Path expressions": pieces put together as in a value, dots outside quotes separate elements. Ends before the first
    /// token that cannot be part of one.
    /// </summary>
    public List<string> ReadPath(string key)
    {
        HoconOrigin origin = Origin;
        var elements = new List<string>();
        var element = new StringBuilder();
        bool quoted = false;
        int mark = _at;
        SkipSpaces();
        while (Current.Kind is HoconTokenKind.Quoted or HoconTokenKind.Unquoted or HoconTokenKind.Whitespace)
        {
            if (Is(HoconTokenKind.Whitespace) && tokens[_at + 1].Kind is not (HoconTokenKind.Quoted or HoconTokenKind.Unquoted))
            {
                _at++;
                break;
            }

            string text = Current.Text;
            if (Is(HoconTokenKind.Quoted))
            {
                quoted = true;
                element.Append(text);
            }
            else
            {
                string[] parts = text.Split('.');
                element.Append(parts[0]);
                for (int i = 1; i < parts.Length; i++)
                {
                    Close();
                    element.Append(parts[i]);
                }
            }

            _at++;
        }

        if (_at == mark || (elements.Count == 0 && element.Length == 0 && !quoted))
        {
            throw Fail(key, $"{Seen()} stands where a key was expected");
        }

        Close();
        return elements.Count <= HoconLimits.Nesting ? elements : throw new HoconException(origin, "syntax", $"a key of more than {HoconLimits.Nesting} elements");

        void Close()
        {
            if (element.Length == 0 && !quoted)
            {
                throw new HoconException(origin, key.Length == 0 ? "syntax" : key, "a key has nothing before or after a dot; write \"\" for an empty element");
            }

            elements.Add(element.ToString());
            element.Clear();
            quoted = false;
        }
    }
}
