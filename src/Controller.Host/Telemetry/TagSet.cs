using System.Globalization;
using System.Text;

namespace Controller.Host.Telemetry;

/// <summary>The tags of one series, kept; and as they stand between the braces of the exposition.</summary>
public sealed class TagSet
{
    public TagSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Tags = tags.ToArray();
        Text = Render(Tags);
    }

    public IReadOnlyList<KeyValuePair<string, object?>> Tags { get; }

    /// <summary><c>method="INVITE",transport="udp"</c>; empty without tags.</summary>
    public string Text { get; }

    private static string Render(IReadOnlyList<KeyValuePair<string, object?>> tags)
    {
        StringBuilder text = new();
        foreach ((string key, object? value) in tags.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : ",").Append(PrometheusName.Clean(key)).Append("=\"");
            foreach (char c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = c switch
                {
                    '\\' => text.Append("\\\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
