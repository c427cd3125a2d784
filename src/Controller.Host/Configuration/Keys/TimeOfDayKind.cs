using System.Globalization;

namespace Controller.Host.Configuration.Keys;

internal sealed class TimeOfDayKind : KeyKind
{
    public override string Expected => "a time of day, such as \"08:30\"";

    protected override KeyReading ReadText(string text)
        => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
            ? KeyReading.Ok(time, text)
            : Refuse(text);
}
