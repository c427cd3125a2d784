using System.Text;

namespace Controller.Host.Telemetry;

/// <summary>From OpenTelemetry's names to Prometheus': dots to underscores, the unit as a suffix, _total for counters.</summary>
public static class PrometheusName
{
    public static string Of(string instrument, string? unit, MetricKind kind)
    {
        string name = Clean(instrument);
        string suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" when kind == MetricKind.Gauge => "_ratio",
            _ => "",
        };
        if (suffix.Length > 0 && !name.EndsWith(suffix, StringComparison.Ordinal) && !name.EndsWith(suffix + "_total", StringComparison.Ordinal))
        {
            name = name.EndsWith("_total", StringComparison.Ordinal) ? name[..^6] + suffix : name + suffix;
        }

        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Letters, digits and underscores; not a digit first.</summary>
    public static string Clean(string name)
    {
        StringBuilder text = new(name.Length + 1);
        foreach (char c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        }

        return text.Length > 0 && char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
    }
}
