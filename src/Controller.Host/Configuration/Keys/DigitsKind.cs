namespace Controller.Host.Configuration.Keys;

/// <summary>Digits that are dialled; not a number: leading zeros count.</summary>
internal sealed class DigitsKind(int least, int most) : KeyKind
{
    public override string Expected => least == 0 ? $"up to {most} digits, in quotes" : $"{least} to {most} digits, in quotes";

    protected override KeyReading ReadText(string text)
        => text.Length >= least && text.Length <= most && text.All(char.IsAsciiDigit) ? KeyReading.Ok(text, text) : Refuse(text);
}
