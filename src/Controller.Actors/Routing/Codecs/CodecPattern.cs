using System.Globalization;
using Controller.Sip.Sdp;

namespace Controller.Actors.Routing.Codecs;

/// <summary>What a rule says of a codec: "PCMA", "opus/48000", "video/H264", "video/*".</summary>
/// <param name="Kind">Media type: audio or video.</param>
/// <param name="Encoding">Name in the registry of RTP payload formats, in any case (RFC 8866 section 6.6); * for every one.</param>
/// <param name="ClockRate">0: any.</param>
public sealed record CodecPattern(string Kind, string Encoding, int ClockRate)
{
    private const string Audio = "audio";

    private static readonly string[] s_kinds = [Audio, "video"];

    /// <summary>Every codec of its media type.</summary>
    public bool IsAny => Encoding == "*";

    /// <summary>[("audio" / "video") "/"] name ["/" clock rate]; null if it is not.</summary>
    public static CodecPattern? Parse(string text)
    {
        string[] parts = text.Split('/');
        string kind = parts.Length > 1 && s_kinds.Contains(parts[0]) ? parts[0] : "";
        string[] rest = kind.Length == 0 ? parts : parts[1..];
        int clockRate = 0;
        if (rest.Length is < 1 or > 2 || !IsName(rest[0]) || s_kinds.Contains(rest[0])
            || (rest.Length == 2 && (!int.TryParse(rest[1], NumberStyles.None, CultureInfo.InvariantCulture, out clockRate) || clockRate == 0)))
        {
            return null;
        }

        return new CodecPattern(kind.Length == 0 ? Audio : kind, rest[0], clockRate);
    }

    public bool Matches(string kind, SdpFormat format) =>
        kind == Kind && (IsAny || format.Encoding.Equals(Encoding, StringComparison.OrdinalIgnoreCase)) && (ClockRate == 0 || ClockRate == format.ClockRate);

    private static bool IsName(string text) => text == "*" || (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '+'));
}
