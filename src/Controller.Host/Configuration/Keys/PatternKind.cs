using System.Text.RegularExpressions;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>A regular expression. Matching is linear in the input where the pattern allows it; where it does not, it is cut off.</summary>
/// <param name="isLinear">What would not be linear is refused.</param>
internal sealed class PatternKind(bool isLinear = false) : KeyKind
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    public override string Expected => "a regular expression, such as \"^\\\\+?1([0-9]{10})$\"";

    public override KeyReading Read(HoconValue value) => value is HoconScalar { Kind: not HoconScalarKind.Null, Text.Length: > 0 } scalar ? ReadText(scalar.Text) : Refuse(value);

    protected override KeyReading ReadText(string text)
    {
        try
        {
            return KeyReading.Ok(Compile(text), text);
        }
        catch (ArgumentException e)
        {
            return KeyReading.Refused($"\"{text}\" is not a regular expression: {e.Message}");
        }
    }

    private Regex Compile(string text)
    {
        try
        {
            // Without a time limit: what is linear needs none, and a process that stands still for 100 ms must not route a call elsewhere.
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException e) when (isLinear)
        {
            throw new ArgumentException($"look-around and back-references are not possible here ({e.Message})", e);
        }
        catch (NotSupportedException)
        {
            // Look-around and back-references have no automaton.
            return new Regex(text, RegexOptions.CultureInvariant, Limit);
        }
    }
}
