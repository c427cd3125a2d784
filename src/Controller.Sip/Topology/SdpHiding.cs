using Controller.Sip.Text;

namespace Controller.Sip.Topology;

/// <summary>
/// A session description without what names the side that wrote it, beyond the addresses that its media must be sent to; every line that stays, stays byte for
/// byte. The o= line is <see cref="Sdp.SdpRewrite"/>'s.
/// </summary>
public static class SdpHiding
{
    /// <summary>
    /// The one exception to topology hiding: as long as the media flow past us, not through us, the other side has to know where they flow.
    /// RFC 8866 c= and m=, RFC 3605 rtcp, RFC 8839 candidate and remote-candidates, RFC 4570 source-filter, RFC 4975 path, RFC 6947 altc.
    /// </summary>
    private static readonly string[] MediaAddresses = ["c=", "m=", "a=rtcp:", "a=candidate:", "a=remote-candidates:", "a=source-filter:", "a=path:", "a=altc:"];

    /// <summary>Who speaks, and how to reach them or their product otherwise: i= u= e= p= and a=tool.</summary>
    private static readonly string[] Personal = ["i=", "u=", "e=", "p=", "a=tool:"];

    public static byte[] Rewrite(ReadOnlySpan<byte> sdp, TopologyHiding hiding)
    {
        var kept = new List<byte>(sdp.Length);
        var origins = 0;
        while (!sdp.IsEmpty)
        {
            var end = sdp.IndexOf((byte)'\n') + 1;
            var whole = end == 0 ? sdp : sdp[..end];
            sdp = end == 0 ? default : sdp[end..];
            var line = whole.TrimEnd("\r\n"u8);
            if (Begins(line, MediaAddresses))
            {
                kept.AddRange(WithoutRelatedAddress(line));
            }
            else if (line.StartsWith("o="u8))
            {
                // RFC 8866 section 5: there is one.
                if (origins++ > 0)
                {
                    continue;
                }

                kept.AddRange(line);
            }
            else if (line.StartsWith("s="u8))
            {
                // RFC 3264 section 5: the subject line of an offer "SHOULD either consist of a single space character … or a dash". What else stands here is
                // a product's name or a user's.
                kept.AddRange("s=-"u8);
            }
            else if (Begins(line, Personal) || IsCanonicalNameOfUser(line) || hiding.Names(line))
            {
                continue;
            }
            else
            {
                kept.AddRange(line);
            }

            kept.AddRange(whole[line.Length..]);
        }

        return [.. kept];
    }

    private static bool Begins(ReadOnlySpan<byte> line, string[] prefixes)
    {
        foreach (var prefix in prefixes)
        {
            if (line.Length >= prefix.Length && System.Text.Ascii.EqualsIgnoreCase(line[..prefix.Length], prefix))
            {
                return true;
            }
        }

        return false;
    }

    // RFC 5576 section 6.1: a=ssrc:<ssrc-id> cname:<cname>; RFC 3550 section 6.5.1 recommends user@host for it.
    private static bool IsCanonicalNameOfUser(ReadOnlySpan<byte> line)
    {
        var at = line.StartsWith("a=ssrc:"u8) ? line.IndexOf(" cname:"u8) : -1;
        return at >= 0 && line[at..].Contains((byte)'@');
    }

    // RFC 8839 section 5.1: raddr and rport "are useful for diagnostics and other purposes"; "0.0.0.0" or "::" and port 9 stand where they are not told.
    private static ReadOnlySpan<byte> WithoutRelatedAddress(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("a=candidate:"u8) || !line.ContainsAny("rR"u8))
        {
            return line;
        }

        var fields = System.Text.Encoding.Latin1.GetString(line).Split(' ');
        for (var i = 0; i + 1 < fields.Length; i++)
        {
            fields[i + 1] = fields[i].ToLowerInvariant() switch
            {
                "raddr" => HostPort.IsIpv6(System.Text.Encoding.Latin1.GetBytes(fields[i + 1])) ? "::" : "0.0.0.0",
                "rport" => "9",
                _ => fields[i + 1],
            };
        }

        return System.Text.Encoding.Latin1.GetBytes(string.Join(' ', fields));
    }
}
