using System.Globalization;

namespace Controller.Host.Configuration.Keys;

internal sealed class IntegerKind(int least, int most) : KeyKind
{
    public override string Expected => $"a whole number from {least} to {most}";

    protected override KeyReading ReadText(string text)
        => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? KeyReading.Ok(number, number.ToString(CultureInfo.InvariantCulture))
            : Refuse(text);
}
