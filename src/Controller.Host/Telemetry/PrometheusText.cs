using System.Globalization;
using System.Text;

namespace Controller.Host.Telemetry;

/// <summary>One metric family as Prometheus text: HELP, TYPE, then a line for each series.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <param name="family">Metrics of one name; the first names help and kind.</param>
    public static void Write(StringBuilder into, IReadOnlyList<Metric> family)
    {
        Metric first = family[0];
        if (first.Help.Length > 0)
        {
            into.Append("# HELP ").Append(first.Name).Append(' ')
                .Append(first.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        into.Append("# TYPE ").Append(first.Name).Append(' ').Append(first.Kind.ToString().ToLowerInvariant()).Append('\n');

        // Several meters may carry one name (two nodes in one process): their series are added, or the scrape would be refused for a duplicate.
        foreach (IGrouping<string, Series> same in family.Where(m => m.Kind == first.Kind).SelectMany(m => m.Series)
                     .GroupBy(s => s.Key.Text, s => s.Value).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (first.Kind == MetricKind.Histogram)
            {
                Histogram(into, first.Name, same.Key, [.. same]);
            }
            else
            {
                Line(into, first.Name, same.Key, same.Sum(s => s.Value));
            }
        }
    }

    private static void Histogram(StringBuilder into, string name, string tags, Series[] same)
    {
        string before = tags.Length == 0 ? "" : tags + ",";
        IReadOnlyList<double> bounds = same[0].Bounds;
        long count = 0;
        for (int i = 0; i <= bounds.Count; i++)
        {
            count += same.Where(s => s.Bounds.Count == bounds.Count).Sum(s => s.InBucket(i));
            string le = i < bounds.Count ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(into, name + "_bucket", $"{before}le=\"{le}\"", count);
        }

        Line(into, name + "_sum", tags, same.Sum(s => s.Value));
        Line(into, name + "_count", tags, count);
    }

    private static void Line(StringBuilder into, string name, string tags, double value)
    {
        into.Append(name);
        if (tags.Length > 0)
        {
            into.Append('{').Append(tags).Append('}');
        }

        string number = double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture);
        into.Append(' ').Append(number).Append('\n');
    }
}
