using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Text;
using Controller.Sip.Topology;

namespace Controller.Sip.Messages;

/// <summary>message/sipfrag (RFC 3420) as the body of a NOTIFY that tells what became of a REFER: RFC 3515 section 2.4.5.</summary>
public static class SipFragment
{
    public static ReadOnlySpan<byte> MediaType => "message/sipfrag"u8;

    /// <summary>With or without ";version=2.0".</summary>
    public static bool IsFragment(ReadOnlySpan<byte> contentType)
    {
        var semicolon = contentType.IndexOf((byte)';');
        return Octets.EqualIgnoreCase(Octets.Trim(semicolon < 0 ? contentType : contentType[..semicolon]), MediaType);
    }

    /// <summary>"The body … MUST begin with a SIP Response Status-Line". 0 if it does not.</summary>
    public static int Status(ReadOnlySpan<byte> fragment) => TryStatusLine(ref fragment, out var status, out _) ? status : 0;

    /// <summary>A fragment of our own: nothing but the status line.</summary>
    public static byte[] Of(int status) => [.. "SIP/2.0 "u8, .. Number(status), .. " "u8, .. StatusCodes.Phrase(status), .. "\r\n"u8];

    /// <summary>
    /// What of a fragment may cross to the other side: the status line, and of the header fields those that cross with any message (the catalogue's
    /// <see cref="HeaderRelay.Pass"/>). 2.4.5 warns that more "may expose information"; names of hosts, dialogs and bodies stay behind.
    /// </summary>
    public static byte[] Crossing(ReadOnlySpan<byte> fragment, TopologyHiding hiding)
    {
        if (!TryStatusLine(ref fragment, out var status, out var reason))
        {
            return [];
        }

        var writer = new SipWriter(256).StatusLine(status, hiding.Names(reason) ? default : reason);
        while (TryLine(ref fragment, out var line) && !line.IsEmpty)
        {
            var colon = line.IndexOf((byte)':');
            if (colon > 0)
            {
                var id = HeaderCatalogue.Parse(Octets.Trim(line[..colon]));
                if (id is not (HeaderId.Unknown or HeaderId.ContentType or HeaderId.ContentEncoding) && HeaderCatalogue.Row(id).Relay == HeaderRelay.Pass && !hiding.Names(line))
                {
                    writer.Header(id, Octets.Trim(line[(colon + 1)..]));
                }
            }
        }

        return writer.Written.ToArray();
    }

    // Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
    private static bool TryStatusLine(ref ReadOnlySpan<byte> rest, out int status, out ReadOnlySpan<byte> reason)
    {
        status = 0;
        reason = default;
        if (!TryLine(ref rest, out var line) || !Octets.StartsWithIgnoreCase(line, "SIP/2.0 "u8) || line.Length < 11
            || !Octets.TryNumber(line[8..11], out var number) || number is < 100 or > 699 || (line.Length > 11 && line[11] != ' '))
        {
            return false;
        }

        status = (int)number;
        reason = line.Length > 12 ? line[12..] : default;
        return true;
    }

    // A bare line feed ends a line too.
    private static bool TryLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        line = !line.IsEmpty && line[^1] == '\r' ? line[..^1] : line;
        return true;
    }

    private static byte[] Number(int status) => Encoding.ASCII.GetBytes(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
