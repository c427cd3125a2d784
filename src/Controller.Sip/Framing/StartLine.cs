using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Framing;

/// <summary>RFC 3261 sections 7.1 and 7.2.</summary>
internal static class StartLine
{
    private static ReadOnlySpan<byte> Version => "SIP/2.0"u8;

    public static RejectionReason Index(SipMessage into, ReadOnlySpan<byte> line) =>
        Octets.StartsWithIgnoreCase(line, "SIP/"u8) ? IndexStatusLine(into, line) : IndexRequestLine(into, line);

    // Request-Line = Method SP Request-URI SP SIP-Version CRLF
    private static RejectionReason IndexRequestLine(SipMessage into, ReadOnlySpan<byte> line)
    {
        var methodLength = line.IndexOf((byte)' ');
        if (methodLength <= 0 || !Octets.IsToken(line[..methodLength]))
        {
            return RejectionReason.StartLine;
        }

        var rest = line[(methodLength + 1)..];
        var uriLength = rest.LastIndexOf((byte)' ');
        if (uriLength <= 0 || !Octets.StartsWithIgnoreCase(rest[(uriLength + 1)..], "SIP/"u8))
        {
            // A request all the same: 400 can be written from its header fields (RFC 4475 sections 3.1.2.9 and 3.1.2.10).
            into.BeginRequest(methodLength, 0);
            return RejectionReason.StartLine;
        }

        into.BeginRequest(methodLength, uriLength);

        // 7.1: "The SIP-Version string is case-insensitive, but implementations MUST send upper-case."
        if (!Octets.EqualIgnoreCase(rest[(uriLength + 1)..], Version))
        {
            return RejectionReason.Version;
        }

        // 7.1: "No unescaped spaces or control characters are allowed in the Request-URI. The Request-URI MUST NOT be enclosed in "<>"."
        return IsUri(rest[..uriLength]) ? RejectionReason.None : RejectionReason.RequestUri;
    }

    // Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
    private static RejectionReason IndexStatusLine(SipMessage into, ReadOnlySpan<byte> line)
    {
        var blank = line.IndexOf((byte)' ');
        if (blank < 0 || !Octets.EqualIgnoreCase(line[..blank], Version))
        {
            return RejectionReason.Version;
        }

        var rest = line[(blank + 1)..];

        // Without the SP before an empty Reason-Phrase too: nothing else can be meant.
        if (rest.Length < 3 || !Octets.TryNumber(rest[..3], out var status) || (rest.Length > 3 && rest[3] != ' ') || status is < 100 or > 699)
        {
            return RejectionReason.StartLine;
        }

        var reasonStart = Math.Min(blank + 5, line.Length);
        into.BeginResponse((int)status, reasonStart, line.Length - reasonStart);
        return RejectionReason.None;
    }

    private static bool IsUri(ReadOnlySpan<byte> uri) => !uri.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !uri.ContainsAny((byte)'<', (byte)'>', (byte)'"');
}
