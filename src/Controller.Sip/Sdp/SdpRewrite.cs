using System.Globalization;
using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>Changes to a session description that leave every other byte as it was: the media negotiation is between the two ends.</summary>
public static class SdpRewrite
{
    /// <summary>
    /// Replaces user and address of the o= line, and its ids if given, so that a description does not tell where and by whom it was written
    /// (RFC 5853 section 3.1). "s=" and everything else is kept byte for byte.
    /// </summary>
    /// <param name="sdp">Without an o= line before the first m= it is returned as it is; one with fields missing is completed.</param>
    /// <param name="address">Our advertised address: IPv4 or IPv6 literal (no brackets), or a host name.</param>
    /// <param name="sessionId">Null: as it was.</param>
    /// <param name="version">Null: as it was.</param>
    public static byte[] Origin(ReadOnlySpan<byte> sdp, string address, ulong? sessionId = null, ulong? version = null)
    {
        var lines = new SdpLines(sdp);
        while (lines.MoveNext() && lines.Type != 'm')
        {
            if (lines.Type != 'o') continue;
            var rest = lines.Value;
            SdpLines.TakeField(ref rest);
            var id = Field(ref rest, sessionId);
            var number = Field(ref rest, version);
            var type = address.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4";

            // RFC 8866 section 5.2: "-" is the user name of a host that does not support user names.
            var line = Encoding.UTF8.GetBytes($"- {id} {number} IN {type} {address}");
            var tail = sdp[(lines.ValueStart + lines.Value.Length)..];
            var rewritten = new byte[lines.ValueStart + line.Length + tail.Length];
            sdp[..lines.ValueStart].CopyTo(rewritten);
            line.CopyTo(rewritten, lines.ValueStart);
            tail.CopyTo(rewritten.AsSpan(lines.ValueStart + line.Length));
            return rewritten;
        }

        return sdp.ToArray();
    }

    /// <summary>
    /// The same description without hold: RFC 3264 section 5.1: "If the offerer wishes to both send and receive media with its peer, it MAY include an a=sendrecv
    /// attribute, or it MAY omit it, since this is the default."
    /// </summary>
    public static byte[] BothWays(ReadOnlySpan<byte> sdp)
    {
        var kept = new List<byte>(sdp.Length);
        var start = 0;
        var lines = new SdpLines(sdp);
        while (lines.MoveNext())
        {
            if (lines.Type == 'a' && SdpDirections.TryParse(lines.Value, out _))
            {
                kept.AddRange(sdp[start..(lines.ValueStart - 2)]);
                start = lines.ValueStart + lines.Value.Length;
                start += start < sdp.Length && sdp[start] == '\r' ? 1 : 0;
                start += start < sdp.Length && sdp[start] == '\n' ? 1 : 0;
            }
        }

        kept.AddRange(sdp[start..]);
        return [.. kept];
    }

    private static string Field(ref ReadOnlySpan<byte> rest, ulong? replacement)
    {
        var field = SdpLines.TakeField(ref rest);
        if (replacement is { } number) return number.ToString(CultureInfo.InvariantCulture);
        return field.IsEmpty ? "0" : Encoding.UTF8.GetString(field);
    }
}
