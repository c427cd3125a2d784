namespace Controller.Host.Configuration.Keys;

internal sealed class TextKind(string expected = "a text that is not empty", Func<string, bool>? allows = null) : KeyKind
{
    public override string Expected => expected;

    protected override KeyReading ReadText(string text)
        => text.Length > 0 && !text.Any(char.IsControl) && (allows is null || allows(text)) ? KeyReading.Ok(text, text) : Refuse(text);
}
