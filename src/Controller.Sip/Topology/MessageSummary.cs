using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Sip.Topology;

/// <summary>application/simple-message-summary (RFC 3842): what waits in a mailbox, as lines of "name: value".</summary>
public static class MessageSummary
{
    public static bool Is(ReadOnlySpan<byte> contentType) => Ascii.EqualsIgnoreCase(BodyParts.MediaType(contentType), "application/simple-message-summary"u8);

    /// <summary>
    /// Section 3.5: Message-Account "is optional"; it is the URI of the mailbox, a host of the side that keeps it. It crosses if everybody may know that
    /// host; so does any other line that names nothing of the side.
    /// </summary>
    public static byte[] Crossing(ReadOnlySpan<byte> body, TopologyHiding hiding)
    {
        var kept = new List<byte>(body.Length);
        while (!body.IsEmpty)
        {
            int end = body.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? body : body[..(end + 1)];
            body = body[line.Length..];
            if (!hiding.Names(line) && !IsHiddenAccount(line, hiding))
            {
                kept.AddRange(line);
            }
        }

        return [.. kept];
    }

    private static bool IsHiddenAccount(ReadOnlySpan<byte> line, TopologyHiding hiding)
    {
        int colon = line.IndexOf((byte)':');
        return colon > 0 && Ascii.EqualsIgnoreCase(line[..colon].TrimEnd((byte)' '), "Message-Account"u8)
            && !(NameAddr.TryParse(line[(colon + 1)..].Trim(" \t\r\n"u8), out NameAddr account) && SipUri.TryParse(account.Uri, out SipUri uri)
                && (uri.Scheme == UriScheme.Tel || hiding.IsPublic(uri.Host)));
    }
}
