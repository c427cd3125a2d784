using System.Globalization;

namespace Controller.Host.Configuration.Keys;

internal sealed class NumberKind(double least, double most) : KeyKind
{
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");

    protected override KeyReading ReadText(string text)
        => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
            && number >= least && number <= most
            ? KeyReading.Ok(number, number.ToString("R", CultureInfo.InvariantCulture))
            : Refuse(text);
}
