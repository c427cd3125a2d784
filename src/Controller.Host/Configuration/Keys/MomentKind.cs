using System.Globalization;

namespace Controller.Host.Configuration.Keys;

/// <summary>A date and a time; read as its text, for which zone it is in is the business of another key.</summary>
internal sealed class MomentKind : KeyKind
{
    private static readonly string[] Local = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];
    private static readonly string[] Zoned = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];

    public override string Expected => "a date and a time, such as \"2026-12-24T18:00\" (in routing.time-zone) or \"2026-12-24T17:00Z\"";

    public static bool TryParse(string text, TimeZoneInfo zone, out DateTimeOffset moment)
    {
        moment = default;
        if (DateTime.TryParseExact(text, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local))
        {
            moment = new DateTimeOffset(local, zone.GetUtcOffset(local));
            return true;
        }

        return DateTimeOffset.TryParseExact(text, Zoned, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
    }

    protected override KeyReading ReadText(string text) => TryParse(text, TimeZoneInfo.Utc, out _) ? KeyReading.Ok(text, text) : Refuse(text);
}
