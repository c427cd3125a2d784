namespace Controller.Host.Configuration.Hocon;

internal enum HoconTokenKind : byte
{
    End,
    Newline,
    Whitespace,
    Comma,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Colon,
    Equals,
    PlusEquals,

    /// <summary><c>${</c>; the path and the closing brace follow as tokens.</summary>
    Substitution,

    /// <summary><c>${?</c></summary>
    OptionalSubstitution,
    Unquoted,
    Quoted,

    /// <summary>A character that stands for nothing outside quotes. An error where it is read, not before: a comment or an include may end first.</summary>
    Stray,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">Whitespace and unquoted text as written, quoted text unescaped.</param>
/// <param name="Line">From 1; the first line of a text over several.</param>
internal readonly record struct HoconToken(HoconTokenKind Kind, string Text, int Line);
