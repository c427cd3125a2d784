using System.Buffers;
using System.Runtime.InteropServices;
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

    /// <summary>Registered encoding names of the codecs in use (RFC 3551 table 4 and 5, and their own RFCs): any other is asked about like every text.</summary>
    private static readonly string[] CodecNames =
        ["PCMU", "PCMA", "G722", "G729", "G723", "G728", "G726-32", "GSM", "GSM-EFR", "iLBC", "L16", "CN", "opus", "speex", "AMR", "AMR-WB", "EVS", "telephone-event", "red", "H263", "H264", "H265", "VP8", "VP9", "AV1"];

    private static readonly string[] Numeric = ["a=fmtp:", "a=ptime:", "a=maxptime:"];
    private static readonly SearchValues<byte> Numbers = SearchValues.Create("0123456789 ,-/"u8);

    /// <returns>The description itself, if all of it may be told: of most nothing is copied.</returns>
    public static ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> sdp, TopologyHiding hiding)
    {
        List<byte>? kept = null;
        int copied = 0, origins = 0;
        for (int at = 0, length; at < sdp.Length; at += length)
        {
            length = sdp[at..].IndexOf((byte)'\n') + 1;
            length = length == 0 ? sdp.Length - at : length;
            var whole = sdp.Slice(at, length);
            var line = whole.TrimEnd("\r\n"u8);
            if (!MayTell(line, hiding, ref origins, out var told))
            {
                kept = Keep(kept, sdp, copied, at);
                copied = at + length;
            }
            else if (told != line)
            {
                kept = Keep(kept, sdp, copied, at);
                kept.AddRange(told);
                copied = at + line.Length;
            }
        }

        if (kept is null)
        {
            return sdp;
        }

        kept.AddRange(sdp[copied..]);
        return CollectionsMarshal.AsSpan(kept);
    }

    private static List<byte> Keep(List<byte>? kept, ReadOnlySpan<byte> sdp, int from, int to)
    {
        kept ??= new List<byte>(sdp.Length + 16);
        kept.AddRange(sdp[from..to]);
        return kept;
    }

    /// <param name="origins">o= lines so far.</param>
    /// <param name="told">What may be told of the line; the line itself, if all of it may.</param>
    private static bool MayTell(ReadOnlySpan<byte> line, TopologyHiding hiding, ref int origins, out ReadOnlySpan<byte> told)
    {
        told = line;
        if (Begins(line, MediaAddresses))
        {
            told = WithoutRelatedAddress(line);
            return true;
        }

        if (line.StartsWith("o="u8))
        {
            // RFC 8866 section 5: there is one.
            return origins++ == 0;
        }

        if (line.StartsWith("s="u8))
        {
            // RFC 3264 section 5: the subject line of an offer "SHOULD either consist of a single space character … or a dash". What else stands here is
            // a product's name or a user's.
            told = line.SequenceEqual("s=-"u8) ? line : "s=-"u8;
            return true;
        }

        return SaysOnlyHow(line, hiding) || (!Begins(line, Personal) && !IsCanonicalNameOfUser(line) && !hiding.Names(line));
    }

    /// <summary>
    /// Lines that can only say how media are coded and when they flow, and so stay whatever they hold: the clock rate of <c>a=rtpmap:101 telephone-event/8000</c> is not the user 8000 of
    /// a Contact. RFC 8866 section 5.9 t=, section 6.6 rtpmap, section 6.7 direction, section 6.4 ptime; RFC 4733 section 2.4.1, the events of an fmtp.
    /// </summary>
    private static bool SaysOnlyHow(ReadOnlySpan<byte> line, TopologyHiding hiding)
    {
        if (line.StartsWith("a=rtpmap:"u8))
        {
            return IsCodec(line["a=rtpmap:"u8.Length..], hiding);
        }

        var value = line.StartsWith("t="u8) ? line[2..] : Begins(line, Numeric) ? line[(line.IndexOf((byte)':') + 1)..] : default;
        return (!value.IsEmpty && !value.ContainsAnyExcept(Numbers))
            || line.SequenceEqual("a=sendrecv"u8) || line.SequenceEqual("a=sendonly"u8) || line.SequenceEqual("a=recvonly"u8) || line.SequenceEqual("a=inactive"u8);
    }

    /// <summary>payload type SP encoding name "/" clock rate [ "/" channels ]: only the name is a text that could name somebody.</summary>
    private static bool IsCodec(ReadOnlySpan<byte> mapping, TopologyHiding hiding)
    {
        var space = mapping.IndexOf((byte)' ');
        var slash = mapping.IndexOf((byte)'/');
        return space > 0 && slash > space
            && !mapping[..space].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !mapping[(slash + 1)..].ContainsAnyExcept(Numbers)
            && (IsKnown(mapping[(space + 1)..slash]) || !hiding.Names(mapping[(space + 1)..slash]));
    }

    private static bool IsKnown(ReadOnlySpan<byte> codec)
    {
        foreach (var name in CodecNames)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(codec, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Begins(ReadOnlySpan<byte> line, string[] prefixes)
    {
        foreach (var prefix in prefixes)
        {
            // Each ends in a sign that has no case.
            if (line.Length >= prefix.Length && line[prefix.Length - 1] == prefix[^1] && System.Text.Ascii.EqualsIgnoreCase(line[..prefix.Length], prefix))
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
