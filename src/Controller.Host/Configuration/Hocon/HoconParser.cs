using System.Collections.Immutable;

namespace Controller.Host.Configuration.Hocon;

/// <summary>Tokens into fields and values as written. One parser reads one text; includes get one each.</summary>
internal sealed class HoconParser
{
    private readonly HoconCursor _cursor;
    private readonly HoconText _text;
    private readonly ImmutableArray<string> _prefix;
    private readonly ImmutableArray<string> _including;
    private readonly HashSet<string> _referenced;

    private HoconParser(string source, string text, HoconText files, ImmutableArray<string> prefix, ImmutableArray<string> including, HashSet<string> referenced, bool hasLines = true)
    {
        if (text.Length > HoconLimits.File)
        {
            throw new HoconException(new HoconOrigin(source, 0), "syntax", $"longer than {HoconLimits.File} characters");
        }

        _cursor = new HoconCursor(source, HoconTokenizer.Read(source, text), hasLines);
        _text = files;
        _prefix = prefix;
        _including = including;
        _referenced = referenced;
    }

    /// <param name="source">Named in errors; includes are relative to it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="files">For includes.</param>
    /// <exception cref="HoconException">It is not HOCON.</exception>
    public static HoconDocument Parse(string source, string text, HoconText files)
    {
        var referenced = new HashSet<string>(StringComparer.Ordinal);
        return new HoconDocument(new HoconParser(source, text, files, [], [source], referenced).Document(), referenced);
    }

    /// <summary>One value outside a file.</summary>
    /// <param name="source">Named in errors.</param>
    /// <param name="path">Its key.</param>
    /// <param name="text">The value as HOCON.</param>
    /// <exception cref="HoconException">It is not one HOCON value.</exception>
    public static HoconDocument ParseValue(string source, IReadOnlyList<string> path, string text)
    {
        var referenced = new HashSet<string>(StringComparer.Ordinal);
        var parser = new HoconParser(source, text, _ => null, [], [source], referenced, hasLines: false);
        var root = new HoconNode.Map(new HoconOrigin(source, 0), []);
        HoconScope scope = HoconScope.Root([]);
        HoconNode value = parser.Value(path.Aggregate(scope, (at, name) => at.Field(name)));
        parser._cursor.SkipLines();
        if (!parser._cursor.Is(HoconTokenKind.End))
        {
            throw parser._cursor.Fail(HoconPath.Write(path), $"{parser._cursor.Seen()} follows the value");
        }

        Assign(root, scope, path, value);
        return new HoconDocument(root, referenced);
    }

    /// <exception cref="HoconException">It is not a path.</exception>
    public static IReadOnlyList<string> ParsePath(string source, string text)
    {
        var cursor = new HoconCursor(source, HoconTokenizer.Read(source, text), hasLines: false);
        List<string> path = cursor.ReadPath("");
        return cursor.Is(HoconTokenKind.End) ? path : throw cursor.Fail("", $"{cursor.Seen()} cannot be part of a key");
    }

    /// <summary>Gives a key one more value.</summary>
    public static void Assign(HoconNode.Map map, HoconScope scope, IReadOnlyList<string> path, HoconNode value)
    {
        for (int i = 0; i < path.Count - 1; i++)
        {
            scope = scope.Field(path[i]);
            var inner = new HoconNode.Map(value.Origin, []);
            FieldOf(map, scope, path[i]).Values.Add(inner);
            map = inner;
        }

        FieldOf(map, scope.Field(path[^1]), path[^1]).Values.Add(value);
    }

    private static HoconField FieldOf(HoconNode.Map map, HoconScope scope, string name)
    {
        if (!map.Fields.TryGetValue(name, out HoconField? field))
        {
            field = new HoconField(scope.Display);
            map.Fields.Add(name, field);
        }

        return field;
    }

    private HoconNode.Map Document()
    {
        HoconScope scope = HoconScope.Root(_prefix);
        _cursor.SkipLines();
        bool braces = _cursor.Is(HoconTokenKind.OpenBrace);
        if (_cursor.Is(HoconTokenKind.OpenBracket))
        {
            throw _cursor.Fail("", "the text is a list; expected fields, with or without braces around them");
        }

        HoconNode.Map root = braces ? Map(scope) : Fields(scope, HoconTokenKind.End);
        _cursor.SkipLines();
        return _cursor.Is(HoconTokenKind.End) ? root : throw _cursor.Fail("", $"{_cursor.Seen()} follows the closing brace of the text");
    }

    private HoconNode.Map Map(HoconScope scope)
    {
        if (scope.Depth > HoconLimits.Nesting)
        {
            throw _cursor.Fail("syntax", $"objects and lists are nested deeper than {HoconLimits.Nesting}");
        }

        _cursor.Advance();
        HoconNode.Map map = Fields(scope, HoconTokenKind.CloseBrace);
        _cursor.Advance();
        return map;
    }

    private HoconNode.Map Fields(HoconScope scope, HoconTokenKind closing)
    {
        var map = new HoconNode.Map(_cursor.Origin, []);
        _cursor.SkipLines();
        while (!_cursor.Is(closing))
        {
            if (HoconInclude.TryRead(_cursor, scope.Display) is { } include)
            {
                Include(map, scope, include);
            }
            else
            {
                Field(map, scope);
            }

            Separator(scope, closing);
        }

        return map;
    }

    private void Field(HoconNode.Map map, HoconScope scope)
    {
        if (_cursor.Current.Kind is not (HoconTokenKind.Quoted or HoconTokenKind.Unquoted or HoconTokenKind.Whitespace))
        {
            string expected = _cursor.Is(HoconTokenKind.End) ? "expected '}'" : "expected a key";
            throw _cursor.Fail(scope.Display, $"{_cursor.Seen()} stands where a key was expected; {expected}");
        }

        List<string> path = _cursor.ReadPath(scope.Display);
        HoconScope inner = path.Aggregate(scope, (at, name) => at.Field(name));
        _cursor.SkipLines();
        HoconTokenKind separator = _cursor.Current.Kind;
        HoconOrigin origin = _cursor.Origin;
        switch (separator)
        {
            case HoconTokenKind.Colon or HoconTokenKind.Equals or HoconTokenKind.PlusEquals:
                _cursor.Advance();
                break;
            case HoconTokenKind.OpenBrace:
                break;
            default:
                throw _cursor.Fail(inner.Display, $"{_cursor.Seen()} follows the key; expected '=', ':', '+=' or '{{'");
        }

        HoconNode value = Value(inner);
        if (separator == HoconTokenKind.PlusEquals)
        {
            // HOCON, "The += field separator": a += b is a = ${?a} [b].
            value = new HoconNode.Concatenation(origin, [new HoconNode.Earlier(origin), new HoconNode.List(origin, [value])]);
        }

        Assign(map, scope, path, value);
    }

    private HoconNode.List List(HoconScope scope)
    {
        if (scope.Depth > HoconLimits.Nesting)
        {
            throw _cursor.Fail("syntax", $"objects and lists are nested deeper than {HoconLimits.Nesting}");
        }

        HoconOrigin origin = _cursor.Origin;
        var items = new List<HoconNode>();
        _cursor.Advance();
        _cursor.SkipLines();
        while (!_cursor.Is(HoconTokenKind.CloseBracket))
        {
            items.Add(Value(scope.Item(items.Count)));
            Separator(scope, HoconTokenKind.CloseBracket);
        }

        _cursor.Advance();
        return new HoconNode.List(origin, items);
    }

    // HOCON, "Commas": one comma or at least one line end between elements; a comma may follow the last, none may precede the first.
    private void Separator(HoconScope scope, HoconTokenKind closing)
    {
        bool newline = _cursor.SkipLines();
        if (_cursor.Is(HoconTokenKind.Comma))
        {
            _cursor.Advance();
            _cursor.SkipLines();
            return;
        }

        if (!newline && !_cursor.Is(closing))
        {
            throw _cursor.Fail(scope.Display, $"{_cursor.Seen()} stands where ',', the end of the line or the closing bracket was expected");
        }
    }

    private HoconNode Value(HoconScope scope)
    {
        _cursor.SkipLines();
        HoconOrigin origin = _cursor.Origin;
        var pieces = new List<HoconNode>();
        while (Piece(scope, first: pieces.Count == 0) is { } piece)
        {
            pieces.Add(piece);
        }

        while (pieces.Count > 0 && pieces[^1] is HoconNode.Space)
        {
            pieces.RemoveAt(pieces.Count - 1);
        }

        return pieces.Count switch
        {
            0 => throw _cursor.Fail(scope.Display, $"{_cursor.Seen()} stands where a value was expected"),
            1 => pieces[0],
            _ => new HoconNode.Concatenation(origin, pieces),
        };
    }

    /// <returns>Null at the end of the value.</returns>
    private HoconNode? Piece(HoconScope scope, bool first)
    {
        HoconToken token = _cursor.Current;
        HoconOrigin origin = _cursor.Origin;
        switch (token.Kind)
        {
            case HoconTokenKind.OpenBrace:
                return Map(scope);
            case HoconTokenKind.OpenBracket:
                return List(scope);
            case HoconTokenKind.Substitution or HoconTokenKind.OptionalSubstitution:
                return Substitution(scope);
            case HoconTokenKind.Quoted:
                _cursor.Advance();
                return new HoconNode.Literal(new HoconScalar(origin, HoconScalarKind.Text, token.Text));
            case HoconTokenKind.Unquoted:
                _cursor.Advance();
                return new HoconNode.Literal(HoconScalar.FromUnquoted(origin, token.Text));
            case HoconTokenKind.Whitespace:
                _cursor.Advance();
                return new HoconNode.Space(origin, token.Text);
            case HoconTokenKind.Stray or HoconTokenKind.Colon or HoconTokenKind.Equals or HoconTokenKind.PlusEquals:
                string where = first ? "begins" : "stands in";
                throw _cursor.Fail(scope.Display, $"{_cursor.Seen()} {where} a value without quotes; expected \"…\" around the whole value");
            default:
                return null;
        }
    }

    private HoconNode.Substitution Substitution(HoconScope scope)
    {
        bool optional = _cursor.Is(HoconTokenKind.OptionalSubstitution);
        HoconOrigin origin = _cursor.Origin;
        _cursor.Advance();
        List<string> path = _cursor.ReadPath(scope.Display);
        if (!_cursor.Is(HoconTokenKind.CloseBrace))
        {
            throw _cursor.Fail(scope.Display, $"{_cursor.Seen()} stands in a substitution; expected '}}'");
        }

        _cursor.Advance();
        _referenced.Add(path[0]);
        return new HoconNode.Substitution(origin, path, _prefix, optional);
    }

    private void Include(HoconNode.Map map, HoconScope scope, HoconInclude include)
    {
        bool found = false;
        string key = scope.Display.Length == 0 ? "include" : scope.Display;
        foreach (string path in include.Candidates(_cursor.Source))
        {
            if (Read(path, key) is not { } text)
            {
                continue;
            }

            if (path.EndsWith(".properties", StringComparison.Ordinal))
            {
                throw _cursor.Fail(key, $"include \"{include.Name}\": properties files are not read; expected HOCON or JSON");
            }

            if (_including.Contains(path) || _including.Length >= HoconLimits.Includes)
            {
                throw _cursor.Fail(key, $"include \"{include.Name}\" comes back to itself: {string.Join(" > ", _including.TakeLast(4))} > {path}");
            }

            found = true;
            HoconNode.Map included = new HoconParser(path, text, _text, scope.Path ?? _prefix, _including.Add(path), _referenced).Document();
            foreach ((string name, HoconField field) in included.Fields)
            {
                FieldOf(map, scope.Field(name), name).Values.AddRange(field.Values);
            }
        }

        // HOCON, "Include semantics: missing files and required files": a missing one is ignored unless it is required.
        if (!found && include.IsRequired)
        {
            throw _cursor.Fail(key, $"include required(\"{include.Name}\"): no such file; looked for {string.Join(", ", include.Candidates(_cursor.Source))}");
        }
    }

    private string? Read(string path, string key)
    {
        try
        {
            return _text(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw _cursor.Fail(key, $"include \"{path}\" cannot be read: {e.Message}");
        }
    }
}
