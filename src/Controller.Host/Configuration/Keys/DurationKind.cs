using System.Globalization;

namespace Controller.Host.Configuration.Keys;

/// <summary>HOCON, "Duration format". A bare number is in milliseconds.</summary>
internal sealed class DurationKind(TimeSpan least, TimeSpan most) : KeyKind
{
    public override string Expected => $"a duration from {Write(least)} to {Write(most)}, such as 200ms, 1s, 5m or 12h";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (!UnitText.TrySplit(text, out decimal number, out string unit) || TicksOf(unit) is not { } ticks)
        {
            return false;
        }

        try
        {
            duration = TimeSpan.FromTicks((long)(number * ticks));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    protected override KeyReading ReadText(string text)
        => TryParse(text, out TimeSpan duration) && duration >= least && duration <= most ? KeyReading.Ok(duration, Write(duration)) : Refuse(text);

    private static decimal? TicksOf(string unit) => unit switch
    {
        "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01m,
        "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
        "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
        "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => null,
    };

    private static string Write(TimeSpan duration) => duration.Ticks switch
    {
        0 => "0",
        var t when t % TimeSpan.TicksPerHour == 0 => Of(t / TimeSpan.TicksPerHour, "h"),
        var t when t % TimeSpan.TicksPerMinute == 0 => Of(t / TimeSpan.TicksPerMinute, "m"),
        var t when t % TimeSpan.TicksPerSecond == 0 => Of(t / TimeSpan.TicksPerSecond, "s"),
        var t when t % TimeSpan.TicksPerMillisecond == 0 => Of(t / TimeSpan.TicksPerMillisecond, "ms"),
        var t => Of(t * 100, "ns"),
    };

    private static string Of(long number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
}
