using System.Globalization;

namespace Controller.Sip.Sdp;

/// <summary>A payload format of an RTP stream, RFC 8866 section 6.6: "a=rtpmap:&lt;payload type&gt; &lt;encoding name&gt;/&lt;clock rate&gt;[/&lt;encoding parameters&gt;]".</summary>
/// <param name="Payload">Its number in the m= line.</param>
/// <param name="Encoding">Empty if nothing says what the number stands for.</param>
/// <param name="ClockRate">0 if it is not said.</param>
/// <param name="Parameters">Of its fmtp; empty if it has none.</param>
public sealed record SdpFormat(string Payload, string Encoding, int ClockRate, string Parameters)
{
    /// <summary>In the order of the m= line, which is that of preference (RFC 3264 section 5.1); each once. The time it takes is linear.</summary>
    public static IReadOnlyList<SdpFormat> Of(SdpMedia media)
    {
        var maps = new Dictionary<string, string>(StringComparer.Ordinal);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in media.Attributes)
        {
            if (attribute.Name is "rtpmap" or "fmtp")
            {
                var payload = PayloadOf(attribute.Value);
                (attribute.Name == "fmtp" ? parameters : maps).TryAdd(payload, attribute.Value[payload.Length..].Trim());
            }
        }

        return [.. media.Formats.Distinct(StringComparer.Ordinal).Select(payload => Of(payload, maps.GetValueOrDefault(payload, ""), parameters.GetValueOrDefault(payload, "")))];
    }

    /// <summary>What stands before the first space.</summary>
    internal static string PayloadOf(string value) => value.IndexOfAny([' ', '\t']) is >= 0 and var end ? value[..end] : value;

    private static SdpFormat Of(string payload, string map, string parameters)
    {
        if (map.Length == 0)
        {
            var (encoding, clockRate) = StaticPayloads.Of(payload) ?? ("", 0);
            return new SdpFormat(payload, encoding, clockRate, parameters);
        }

        var parts = map.Split('/', 3);
        var isRate = int.TryParse(parts.ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var rate);
        return new SdpFormat(payload, parts[0], isRate ? rate : 0, parameters);
    }
}
