using System.Globalization;

namespace Controller.Host.Configuration.Keys;

/// <summary>A time zone by its name (summer time included) or as an offset; read as <see cref="TimeZoneInfo"/>.</summary>
internal sealed class ZoneKind : KeyKind
{
    public override string Expected => "UTC, an offset such as \"+01:00\", or a name of the tz database of this machine, such as \"Europe/Berlin\"";

    protected override KeyReading ReadText(string text)
    {
        if (text is "UTC" or "Z")
        {
            return KeyReading.Ok(TimeZoneInfo.Utc, "UTC");
        }

        if (text is ['+' or '-', _, ..])
        {
            return TimeSpan.TryParseExact(text[1..], "hh\\:mm", CultureInfo.InvariantCulture, out TimeSpan offset) && offset <= TimeSpan.FromHours(14)
                ? KeyReading.Ok(TimeZoneInfo.CreateCustomTimeZone(text, text[0] == '-' ? -offset : offset, text, text), text)
                : Refuse(text);
        }

        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && TimeZoneInfo.TryFindSystemTimeZoneById(text, out TimeZoneInfo? zone)
            ? KeyReading.Ok(zone, text)
            : Refuse(text);
    }
}
