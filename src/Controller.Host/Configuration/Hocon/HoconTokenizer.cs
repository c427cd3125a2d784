namespace Controller.Host.Configuration.Hocon;

/// <summary>Text into tokens. Comments and carriage returns before a line feed leave nothing.</summary>
internal sealed class HoconTokenizer
{
    private readonly string _source;
    private readonly string _text;
    private readonly List<HoconToken> _tokens = [];
    private int _at;
    private int _line = 1;

    private HoconTokenizer(string source, string text)
    {
        _source = source;
        _text = text;
    }

    /// <exception cref="HoconException">A quoted string that is not well formed.</exception>
    public static List<HoconToken> Read(string source, string text)
    {
        var tokenizer = new HoconTokenizer(source, text);
        while (tokenizer._at < text.Length)
        {
            tokenizer.Next();
        }

        tokenizer.Add(HoconTokenKind.End, "");
        return tokenizer._tokens;
    }

    private void Next()
    {
        char c = _text[_at];
        switch (c)
        {
            case '\n':
                Single(HoconTokenKind.Newline);
                _line++;
                break;
            case '#':
            case '/' when Follows("//"):
                SkipComment();
                break;
            case ',':
                Single(HoconTokenKind.Comma);
                break;
            case '{':
                Single(HoconTokenKind.OpenBrace);
                break;
            case '}':
                Single(HoconTokenKind.CloseBrace);
                break;
            case '[':
                Single(HoconTokenKind.OpenBracket);
                break;
            case ']':
                Single(HoconTokenKind.CloseBracket);
                break;
            case ':':
                Single(HoconTokenKind.Colon);
                break;
            case '=':
                Single(HoconTokenKind.Equals);
                break;
            case '+' when Follows("+="):
                Take(HoconTokenKind.PlusEquals, 2);
                break;
            case '$' when Follows("${?"):
                Take(HoconTokenKind.OptionalSubstitution, 3);
                break;
            case '$' when Follows("${"):
                Take(HoconTokenKind.Substitution, 2);
                break;
            case '"':
                int line = _line;
                string text = HoconQuotedText.Read(_source, _text, ref _at, ref _line);
                _tokens.Add(new HoconToken(HoconTokenKind.Quoted, text, line));
                break;
            default:
                Run(c);
                break;
        }
    }

    private void Run(char first)
    {
        int start = _at;
        if (IsSpace(first))
        {
            while (_at < _text.Length && _text[_at] != '\n' && IsSpace(_text[_at]))
            {
                _at++;
            }

            Add(HoconTokenKind.Whitespace, _text[start.._at]);
            return;
        }

        if (IsReserved(first))
        {
            Single(HoconTokenKind.Stray);
            return;
        }

        while (_at < _text.Length && !IsReserved(_text[_at]) && !IsSpace(_text[_at]) && !Follows("//"))
        {
            _at++;
        }

        Add(HoconTokenKind.Unquoted, _text[start.._at]);
    }

    private void SkipComment()
    {
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }

    private bool Follows(string expected) => _text.AsSpan(_at).StartsWith(expected, StringComparison.Ordinal);

    private void Single(HoconTokenKind kind) => Take(kind, 1);

    private void Take(HoconTokenKind kind, int length)
    {
        Add(kind, _text.Substring(_at, length));
        _at += length;
    }

    private void Add(HoconTokenKind kind, string text) => _tokens.Add(new HoconToken(kind, text, _line));

    // HOCON, "Unquoted strings": these may not stand in one.
    private static bool IsReserved(char c) => "$\"{}[]:=,+#`^?!@*&\\".Contains(c, StringComparison.Ordinal);

    // HOCON, "Whitespace": any Unicode space or line separator, the ASCII separators 1C to 1F, and a byte order mark.
    internal static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or (>= '\u001C' and <= '\u001F');
}
