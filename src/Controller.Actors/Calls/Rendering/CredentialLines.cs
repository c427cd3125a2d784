using System.Globalization;
using System.Text;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>The Authorization and Proxy-Authorization lines of requests of ours: whole lines, right behind CSeq, written and read by nobody else.</summary>
internal static class CredentialLines
{
    private const string Server = "Authorization: ";
    private const string Proxy = "Proxy-Authorization: ";
    private const string Number = "CSeq: ";

    public static string Line(bool proxy, string value) => (proxy ? Proxy : Server) + Latin1.Text(Encoding.UTF8.GetBytes(value)).ReplaceLineEndings(" ") + "\r\n";

    /// <summary>Those that a request of ours carries; empty if none.</summary>
    public static string Of(ReadOnlySpan<byte> request)
    {
        var lines = new StringBuilder();
        foreach (string line in Head(Latin1.Text(request), out _))
        {
            if (IsCredentials(line))
            {
                lines.Append(line).Append("\r\n");
            }
        }

        return lines.ToString();
    }

    public static byte[] With(byte[] request, string lines)
    {
        int at = lines.Length == 0 ? -1 : request.AsSpan().IndexOf("\r\nCSeq: "u8);
        if (at < 0)
        {
            return request;
        }

        int behind = at + 2 + request.AsSpan(at + 2).IndexOf("\r\n"u8) + 2;
        return [.. request.AsSpan(0, behind), .. Latin1.Octets(lines), .. request.AsSpan(behind)];
    }

    /// <summary>
    /// RFC 3261 section 22.2: "the same Call-ID, From and To … and the CSeq … incremented by one"; RFC 3261 section 8.1.1.7: a branch of its own. Everything else as
    /// it was, but for the credentials.
    /// </summary>
    public static byte[] Again(SipMessage request, string branch, uint cseq, string lines)
    {
        string before = Dialogs.ClientBranch(request);
        var again = new StringBuilder();
        string[] head = Head(Latin1.Text(request.Raw), out string body);
        foreach (string line in head)
        {
            if (IsCredentials(line))
            {
                continue;
            }

            bool number = line.StartsWith(Number, StringComparison.Ordinal);
            again.Append(number ? Number + cseq.ToString(CultureInfo.InvariantCulture) + line[line.LastIndexOf(' ')..]
                : line.StartsWith("Via: ", StringComparison.Ordinal) ? line.Replace(before, branch, StringComparison.Ordinal)
                : line).Append("\r\n").Append(number ? lines : "");
        }

        return Latin1.Octets(again.Append(body).ToString());
    }

    private static bool IsCredentials(string line) => line.StartsWith(Server, StringComparison.Ordinal) || line.StartsWith(Proxy, StringComparison.Ordinal);

    private static string[] Head(string message, out string body)
    {
        int end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        body = message[(end + 2)..];
        return message[..end].Split("\r\n");
    }
}
