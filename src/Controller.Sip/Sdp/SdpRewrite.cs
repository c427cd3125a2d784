using System.Buffers.Text;
using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>Changes to a session description that leave every other byte as it was: the media negotiation is between the two ends.</summary>
public static class SdpRewrite
{
    /// <summary>Of a number of 64 bits.</summary>
    private const int MostDigits = 20;

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
            scoped var id = SdpLines.TakeField(ref rest);
            scoped var number = SdpLines.TakeField(ref rest);
            Span<byte> digits = stackalloc byte[2 * MostDigits];
            id = Field(id, sessionId, digits[..MostDigits]);
            number = Field(number, version, digits[MostDigits..]);
            var type = address.Contains(':', StringComparison.Ordinal) ? " IN IP6 "u8 : " IN IP4 "u8;
            var tail = sdp[(lines.ValueStart + lines.Value.Length)..];

            // RFC 8866 section 5.2: "-" is the user name of a host that does not support user names.
            var rewritten = new byte[lines.ValueStart + 2 + id.Length + 1 + number.Length + type.Length + Encoding.UTF8.GetByteCount(address) + tail.Length];
            var into = rewritten.AsSpan();
            Put(sdp[..lines.ValueStart], ref into);
            Put("- "u8, ref into);
            Put(id, ref into);
            Put(" "u8, ref into);
            Put(number, ref into);
            Put(type, ref into);
            into = into[Encoding.UTF8.GetBytes(address, into)..];
            Put(tail, ref into);
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

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> field, ulong? replacement, Span<byte> digits)
    {
        if (replacement is not { } number) return field.IsEmpty ? "0"u8 : field;
        Utf8Formatter.TryFormat(number, digits, out var written);
        return digits[..written];
    }

    private static void Put(scoped ReadOnlySpan<byte> octets, scoped ref Span<byte> into)
    {
        octets.CopyTo(into);
        into = into[octets.Length..];
    }
}
