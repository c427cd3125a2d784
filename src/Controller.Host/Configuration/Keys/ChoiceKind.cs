namespace Controller.Host.Configuration.Keys;

/// <param name="possible">What can be chosen.</param>
/// <param name="later">What has a meaning but is not built yet: refused with a text of its own.</param>
internal sealed class ChoiceKind(string[] possible, string[]? later = null) : KeyKind
{
    public override string Expected => possible.Length == 1 ? possible[0] : $"{string.Join(", ", possible[..^1])} or {possible[^1]}";

    protected override KeyReading ReadText(string text)
    {
        if (possible.Contains(text, StringComparer.Ordinal))
        {
            return KeyReading.Ok(text, text);
        }

        return later?.Contains(text, StringComparer.Ordinal) == true
            ? KeyReading.Refused($"{text} is not possible in this version; possible now: {Expected}")
            : Refuse(text);
    }
}
