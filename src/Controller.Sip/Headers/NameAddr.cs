using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>name-addr or addr-spec with header parameters: From, To, Contact, Route, Record-Route, Refer-To, P-Asserted-Identity … Spans into the message.</summary>
public readonly ref struct NameAddr
{
    /// <summary>As written, quotes included; empty if absent.</summary>
    public ReadOnlySpan<byte> DisplayName { get; private init; }

    /// <summary>Inside &lt;&gt;, or bare.</summary>
    public ReadOnlySpan<byte> Uri { get; private init; }

    /// <summary>Header parameters, ";…".</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    /// <summary>Empty if absent.</summary>
    public ReadOnlySpan<byte> Tag { get; private init; }

    /// <summary>A quoted value comes without its quotes, its quoted-pairs as they are.</summary>
    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => Text.Parameters.TryFind(Parameters, name, out value);

    /// <summary>One value; the URI is delimited, not judged: see <see cref="Uris.SipUri.TryParse"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out NameAddr address)
    {
        address = default;
        var text = Octets.Trim(value);
        if (text.IsEmpty)
        {
            return false;
        }

        var open = 0;
        if (text[0] == '"')
        {
            var quoted = Octets.QuotedLength(text);
            if (quoted < 0)
            {
                return false;
            }

            open = quoted + (text.Length - quoted - Octets.TrimStart(text[quoted..]).Length);
            if (open >= text.Length || text[open] != '<')
            {
                return false;
            }
        }
        else
        {
            // display-name = *(token LWS)/ quoted-string. Octets of UTF-8 outside quotes are common and harmless; a comma or a bracket is not.
            while (open < text.Length && (text[open] >= 0x80 || Octets.IsBlank(text[open]) || Octets.Token.Contains(text[open])))
            {
                open++;
            }

            if (open == text.Length)
            {
                return false;
            }

            if (text[open] == ':')
            {
                return TryBare(text, out address);
            }

            if (text[open] != '<')
            {
                return false;
            }
        }

        var close = text[open..].IndexOf((byte)'>');
        if (close < 2)
        {
            return false;
        }

        return TryFinish(Octets.Trim(text[..open]), text[(open + 1)..(open + close)], text[(open + close + 1)..], out address);
    }

    // RFC 3261 section 20: "If the URI contains a comma, question mark or semicolon, the URI MUST be enclosed in angle brackets (< and >)."
    // So a semicolon ends a bare URI, and the other two make it wrong.
    private static bool TryBare(ReadOnlySpan<byte> text, out NameAddr address)
    {
        var end = text.IndexOfAny(";,? \t"u8);
        if (end < 0)
        {
            return TryFinish([], text, [], out address);
        }

        address = default;
        return text[end] is not ((byte)',' or (byte)'?') && TryFinish([], text[..end], text[end..], out address);
    }

    private static bool TryFinish(ReadOnlySpan<byte> name, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> rest, out NameAddr address)
    {
        address = default;
        if (uri.IsEmpty || uri.ContainsAny(" \t<>\""u8))
        {
            return false;
        }

        ReadOnlySpan<byte> tag = default;
        var parameters = new Parameters(rest);
        while (parameters.Next())
        {
            if (tag.IsEmpty && Octets.EqualIgnoreCase(parameters.Name, "tag"u8))
            {
                tag = parameters.Value;
            }
        }

        if (parameters.Malformed)
        {
            return false;
        }

        address = new NameAddr { DisplayName = name, Uri = uri, Parameters = Octets.Trim(rest), Tag = tag };
        return true;
    }
}
