using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Host.Admin.Rendering;

/// <summary>Any event as JSON a person can read: messages as text, instants as dates, flows as addresses. For an operator's eye, not for a hot path.</summary>
public static class EventRendering
{
    private const int MaxDepth = 6;
    private const int MaxText = 64 * 1024;

    /// <summary>The public fields of an event by name, camelCase; what it does not have (null) is left out.</summary>
    public static JsonObject Fields(object happened) => Object(happened, 0);

    private static JsonObject Object(object value, int depth)
    {
        JsonObject fields = [];
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // A ref-like property (a span) cannot be read this way, an indexer has no name.
            if (property.GetIndexParameters().Length == 0 && !property.PropertyType.IsByRefLike && property.GetValue(value) is { } inner)
            {
                fields[char.ToLowerInvariant(property.Name[0]) + property.Name[1..]] = Node(inner, depth + 1);
            }
        }

        return fields;
    }

    private static JsonNode? Node(object value, int depth) => value switch
    {
        string text => text,
        bool flag => flag,
        byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        double number => number,
        // More than 53 bits do not survive a JSON number in a browser.
        ulong number => number.ToString(CultureInfo.InvariantCulture),
        UInt128 key => key.ToString("x32", CultureInfo.InvariantCulture),
        Enum name => name.ToString(),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Instant at => at == Instant.Never ? "never" : at.ToDateTimeOffset().UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        Flow flow => FlowText.Of(flow),
        IPEndPoint or IPAddress or ActorId or ActorKind or ShardId => value.ToString(),
        ReadOnlyMemory<byte> bytes => Bytes(bytes.Span),
        byte[] bytes => Bytes(bytes),
        _ when depth >= MaxDepth => value.ToString(),
        IDictionary map => Map(map, depth),
        IEnumerable<byte> bytes => Bytes([.. bytes]),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(i => i is null ? null : Node(i, depth + 1))]),
        _ => Object(value, depth),
    };

    private static JsonObject Map(IDictionary map, int depth)
    {
        JsonObject fields = [];
        foreach (DictionaryEntry entry in map)
        {
            fields[Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? ""] = entry.Value is null ? null : Node(entry.Value, depth + 1);
        }

        return fields;
    }

    private static string Bytes(ReadOnlySpan<byte> bytes)
    {
        bool text = System.Text.Unicode.Utf8.IsValid(bytes) && bytes.IndexOfAnyInRange((byte)0, (byte)8) < 0;
        string shown = text ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes);
        return shown.Length <= MaxText ? shown : shown[..MaxText] + "…";
    }
}
