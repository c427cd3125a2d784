namespace Controller.Host.Configuration.Hocon;

/// <param name="Origin">Where it was written.</param>
/// <param name="Kind">As JSON would see it. Which conversions are allowed is up to the reader: <c>"42"</c> is a number to one who asks for it.</param>
/// <param name="Text">As written, without quotes; <c>null</c> for null.</param>
public sealed record HoconScalar(HoconOrigin Origin, HoconScalarKind Kind, string Text) : HoconValue(Origin)
{
    public override string Describe() => Kind == HoconScalarKind.Null ? "null" : $"\"{(Text.Length > 60 ? Text[..60] + "…" : Text)}\"";

    /// <summary>An unquoted text: JSON's literals and numbers are what they look like, the rest is text.</summary>
    internal static HoconScalar FromUnquoted(HoconOrigin origin, string text) => new(origin, Classify(text), text);

    private static HoconScalarKind Classify(string text) => text switch
    {
        "null" => HoconScalarKind.Null,
        "true" or "false" => HoconScalarKind.Boolean,
        _ => IsNumber(text) ? HoconScalarKind.Number : HoconScalarKind.Text,
    };

    // JSON: -? int frac? exp?; a leading zero makes it text, as does a plus sign or a bare dot.
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        int at = text.StartsWith("-", StringComparison.Ordinal) ? 1 : 0;
        int whole = Digits(text[at..]);
        if (whole == 0 || (whole > 1 && text[at] == '0'))
        {
            return false;
        }

        at += whole;
        if (at < text.Length && text[at] == '.')
        {
            int fraction = Digits(text[(at + 1)..]);
            if (fraction == 0)
            {
                return false;
            }

            at += fraction + 1;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
            int exponent = Digits(text[at..]);
            if (exponent == 0)
            {
                return false;
            }

            at += exponent;
        }

        return at == text.Length;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        return count;
    }
}
