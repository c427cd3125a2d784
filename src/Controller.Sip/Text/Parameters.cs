namespace Controller.Sip.Text;

/// <summary>
/// Reads *( SEMI generic-param ) of RFC 3261 section 25.1: each ";" name [ "=" value ], blanks allowed around ";" and "=".
/// </summary>
internal ref struct Parameters(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>As written, quotes included; empty if there is none.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool HasValue { get; private set; }

    /// <summary>The reading ended before the text did.</summary>
    public bool Malformed { get; private set; }

    public bool Next()
    {
        var rest = Octets.TrimStart(_rest);
        Value = default;
        HasValue = false;
        if (rest.IsEmpty)
        {
            _rest = rest;
            return false;
        }

        if (rest[0] != ';')
        {
            return Fail();
        }

        rest = Octets.TrimStart(rest[1..]);
        var length = rest.IndexOfAnyExcept(Octets.Token);
        Name = length < 0 ? rest : rest[..length];
        rest = length < 0 ? [] : Octets.TrimStart(rest[length..]);
        if (Name.IsEmpty)
        {
            return Fail();
        }

        if (!rest.IsEmpty && rest[0] == '=')
        {
            rest = Octets.TrimStart(rest[1..]);
            length = ValueLength(rest);
            if (length <= 0)
            {
                return Fail();
            }

            HasValue = true;
            Value = rest[..length];
            rest = rest[length..];
        }

        _rest = rest;
        return true;
    }

    public static bool AreWellFormed(ReadOnlySpan<byte> text)
    {
        var parameters = new Parameters(text);
        while (parameters.Next())
        {
        }

        return !parameters.Malformed;
    }

    /// <summary>The first of that name, quotes taken off the value. Names are case-insensitive.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var parameters = new Parameters(text);
        while (parameters.Next())
        {
            if (Octets.EqualIgnoreCase(parameters.Name, name))
            {
                value = parameters.Value;
                if (value.Length > 1 && value[0] == '"')
                {
                    value = value[1..^1];
                }

                return true;
            }
        }

        value = default;
        return false;
    }

    // gen-value = token / host / quoted-string. An IPv6 address stands with brackets (host) or without (Via's received).
    private static int ValueLength(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        if (text[0] == '"')
        {
            return Octets.QuotedLength(text);
        }

        var i = 0;
        while (i < text.Length && text[i] > ' ' && text[i] != 0x7F && text[i] is not ((byte)';' or (byte)',' or (byte)'"' or (byte)'<' or (byte)'>'))
        {
            i++;
        }

        return i;
    }

    private bool Fail()
    {
        Malformed = true;
        Name = default;
        _rest = default;
        return false;
    }
}
