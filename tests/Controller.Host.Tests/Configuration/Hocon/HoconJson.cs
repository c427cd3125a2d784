using System.Text;
using System.Text.Json;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>Reads a text and writes it as JSON with sorted keys: what tests compare.</summary>
internal static class HoconJson
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static string Of(string text, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyDictionary<string, string>? files = null)
        => Write(Resolve("test.conf", text, environment, path => files?.GetValueOrDefault(path.Replace('\\', '/'))));

    public static HoconObject Resolve(string source, string text, IReadOnlyDictionary<string, string>? environment, HoconText files)
    {
        HoconDocument document = HoconParser.Parse(source, text, files);
        HoconObject root = HoconResolver.Resolve([document.Root], environment ?? Nothing, out var problems);
        return problems.Count == 0 ? root : throw new HoconException(problems[0].Origin, problems[0].Key, problems[0].Text);
    }

    public static string Error(string text, IReadOnlyDictionary<string, string>? files = null)
        => Assert.Throws<HoconException>(() => Of(text, null, files)).Message;

    public static string Write(HoconValue value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    public static string Normal(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(text, document.RootElement);
        return text.ToString();
    }

    private static void Write(StringBuilder text, HoconValue value)
    {
        switch (value)
        {
            case HoconObject map:
                text.Append('{').AppendJoin(',', map.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{Quote(f.Key)}:{Write(f.Value)}")).Append('}');
                break;
            case HoconArray array:
                text.Append('[').AppendJoin(',', array.Items.Select(Write)).Append(']');
                break;
            case HoconScalar scalar:
                text.Append(scalar.Kind == HoconScalarKind.Text ? Quote(scalar.Text) : scalar.Text);
                break;
        }
    }

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                string separator = "";
                foreach (JsonProperty property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    text.Append(separator).Append(Quote(property.Name)).Append(':');
                    Write(text, property.Value);
                    separator = ",";
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                string comma = "";
                foreach (JsonElement item in value.EnumerateArray())
                {
                    text.Append(comma);
                    Write(text, item);
                    comma = ",";
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(Quote(value.GetString()!));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
