using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>The formats of RTP streams, chosen and put into order; every other byte stays as it was.</summary>
public static class SdpFormats
{
    /// <summary>Attributes of one payload type: RFC 8866 sections 6.6, 6.13 and 6.15, RFC 4585 section 4.2, RFC 6236 section 3.1.</summary>
    private static readonly string[] s_ofPayload = ["rtpmap", "fmtp", "rtcp-fb", "imageattr", "framesize"];

    /// <summary>The m= sections in their order; null for one that is none.</summary>
    public static IReadOnlyList<SdpMedia?> Media(ReadOnlySpan<byte> sdp)
    {
        var sections = new List<SdpSection?>();
        var lines = new SdpLines(sdp);
        while (lines.MoveNext())
        {
            if (lines.Type == 'm')
            {
                sections.Add(SdpSection.Parse(lines.Value));
            }
            else if (lines.Type == 'a' && sections.Count > 0)
            {
                sections[^1]?.Attributes.Add(SdpBody.Attribute(lines.Value));
            }
        }

        return [.. sections.Select(section => section?.Close("", null))];
    }

    /// <summary>A stream whose formats are payload types: RFC 3551 section 8 and what has been made after it ("UDP/TLS/RTP/SAVPF").</summary>
    public static bool IsRtp(SdpMedia media) => media.Protocol.Contains("RTP/", StringComparison.OrdinalIgnoreCase);

    /// <param name="sdp">The description.</param>
    /// <param name="choose">
    /// Asked for each live RTP stream: the payload types that stay, in their order. Null: all as they are. None: the stream is switched off, by RFC 3264 section
    /// 8.2: "The SDP MUST … be included in the new offer, with the port set to zero".
    /// </param>
    public static byte[] Choose(ReadOnlySpan<byte> sdp, Func<SdpMedia, IReadOnlyList<string>?> choose)
    {
        var media = Media(sdp);
        var written = new List<byte>(sdp.Length);
        var (start, at) = (0, -1);
        IReadOnlyList<string>? kept = null;
        HashSet<string> gone = [];
        var lines = new SdpLines(sdp);
        while (lines.MoveNext())
        {
            if (lines.Type == 'm')
            {
                at++;
                kept = media[at] is { IsOff: false } stream && IsRtp(stream) ? choose(stream) : null;
                gone = kept is { Count: > 0 } ? [.. media[at]!.Formats.Except(kept)] : [];
                if (kept is not null)
                {
                    written.AddRange(sdp[start..lines.ValueStart]);
                    written.AddRange(Encoding.UTF8.GetBytes(Line(media[at]!, kept)));
                    start = lines.ValueStart + lines.Value.Length;
                }
            }
            else if (lines.Type == 'a' && gone.Count > 0 && IsOf(SdpBody.Attribute(lines.Value), gone))
            {
                written.AddRange(sdp[start..(lines.ValueStart - 2)]);
                start = lines.End;
            }
        }

        written.AddRange(sdp[start..]);
        return [.. written];
    }

    private static string Line(SdpMedia media, IReadOnlyList<string> kept)
    {
        var count = media.PortCount == 1 ? "" : $"/{media.PortCount}";
        return kept.Count == 0
            ? $"{media.Kind} 0 {media.Protocol} {string.Join(' ', media.Formats)}"
            : $"{media.Kind} {media.Port}{count} {media.Protocol} {string.Join(' ', kept)}";
    }

    private static bool IsOf(SdpAttribute attribute, HashSet<string> payloads) =>
        s_ofPayload.Contains(attribute.Name) && payloads.Contains(SdpFormat.PayloadOf(attribute.Value));
}
