using System.Text.RegularExpressions;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>A regular expression whose matching takes time in proportion to the text, whatever the text is: no other may run over what strangers send.</summary>
/// <param name="whole">It has to match a whole text.</param>
internal sealed class LinearPatternKind(bool whole = false) : KeyKind
{
    public override string Expected => whole ? "a regular expression for the whole text, such as \"[0-9]{2,4}\"" : "a regular expression, such as \"^<sip:([0-9]+)@\"";

    public override KeyReading Read(HoconValue value) => value is HoconScalar { Kind: not HoconScalarKind.Null, Text.Length: > 0 } scalar ? ReadText(scalar.Text) : Refuse(value);

    protected override KeyReading ReadText(string text)
    {
        try
        {
            // Alone first, so that brackets of ours cannot complete a broken one.
            var alone = new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return KeyReading.Ok(whole ? new Regex($"^(?:{text})$", alone.Options) : alone, text);
        }
        catch (NotSupportedException)
        {
            return KeyReading.Refused($"\"{text}\" cannot be matched in bounded time; expected a regular expression without look-around, back-references and atomic groups");
        }
        catch (ArgumentException e)
        {
            return KeyReading.Refused($"\"{text}\" is not a regular expression: {e.Message}");
        }
    }
}
