using System.Globalization;
using System.Text;

namespace Controller.Interop.Tests.Parties;

/// <summary>
/// A SIP message as a party of the tests reads it. Written apart from the product's parser on purpose: an error of one must not be
/// hidden by the same error of the other. Strict: what a careful phone would refuse is a FormatException.
/// </summary>
internal sealed class WireMessage
{
    private WireMessage(byte[] raw, string startLine, IReadOnlyList<(string Name, string Value)> headers, byte[] body, string headerText)
    {
        (Raw, StartLine, Headers, Body, HeaderText) = (raw, startLine, headers, body, headerText);
        string[] words = startLine.Split(' ', 3);
        if (words.Length < 3)
        {
            throw new FormatException("start line: " + startLine);
        }

        IsRequest = words[0] != "SIP/2.0";
        if (IsRequest && words[2] != "SIP/2.0")
        {
            throw new FormatException("version: " + startLine);
        }

        Status = IsRequest ? 0 : int.Parse(words[1], CultureInfo.InvariantCulture);
        RequestUri = IsRequest ? words[1] : "";
        string[] cseq = Required("CSeq").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CSeqNumber = uint.Parse(cseq[0], CultureInfo.InvariantCulture);
        Method = cseq[1];
        if (IsRequest && words[0] != Method)
        {
            throw new FormatException($"CSeq method {Method} in a {words[0]}");
        }

        CallId = Required("Call-ID");
        TopVia = Required("Via").Split(',')[0].Trim();
        Branch = Parameter(TopVia, "branch") ?? throw new FormatException("no branch: " + TopVia);
        FromTag = Parameter(AfterUri(Required("From")), "tag") ?? "";
        ToTag = Parameter(AfterUri(Required("To")), "tag") ?? "";
    }

    public byte[] Raw { get; }
    public string StartLine { get; }
    public IReadOnlyList<(string Name, string Value)> Headers { get; }
    public byte[] Body { get; }
    public string HeaderText { get; }
    public bool IsRequest { get; }

    /// <summary>The CSeq method: of a request its own, of a response that of the request it answers.</summary>
    public string Method { get; }
    public string RequestUri { get; }
    public int Status { get; }
    public uint CSeqNumber { get; }
    public string CallId { get; }
    public string TopVia { get; }
    public string Branch { get; }
    public string FromTag { get; }
    public string ToTag { get; }
    public bool IsFinal => Status >= 200;

    public string? Header(string name) => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>The comma-separated values of all lines of a header whose values are name-addrs.</summary>
    public IEnumerable<string> List(string name)
    {
        foreach (string line in All(name))
        {
            int depth = 0, from = 0;
            for (int i = 0; i < line.Length; i++)
            {
                depth += line[i] == '<' ? 1 : line[i] == '>' ? -1 : 0;
                if (line[i] == ',' && depth == 0)
                {
                    yield return line[from..i].Trim();
                    from = i + 1;
                }
            }

            yield return line[from..].Trim();
        }
    }

    public string Required(string name) => Header(name) ?? throw new FormatException("no " + name);

    public static WireMessage Parse(ReadOnlySpan<byte> datagram)
    {
        int blank = datagram.IndexOf("\r\n\r\n"u8);
        if (blank < 0)
        {
            throw new FormatException("no end of headers");
        }

        string head = Encoding.Latin1.GetString(datagram[..blank]);
        string[] lines = head.Split("\r\n");
        var headers = new List<(string, string)>();
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
            {
                throw new FormatException("header line: " + line);
            }

            headers.Add((LongName(line[..colon].Trim()), line[(colon + 1)..].Trim()));
        }

        byte[] body = datagram[(blank + 4)..].ToArray();
        var message = new WireMessage(datagram.ToArray(), lines[0], headers, body, head);
        if (message.Header("Content-Length") is { } length && int.Parse(length, CultureInfo.InvariantCulture) != body.Length)
        {
            throw new FormatException($"Content-Length {length}, body {body.Length}");
        }

        return message;
    }

    /// <summary>The URI inside &lt;&gt;, or the bare one up to its parameters.</summary>
    public static string UriOf(string nameAddr)
    {
        int open = nameAddr.IndexOf('<', StringComparison.Ordinal);
        return open >= 0 ? nameAddr[(open + 1)..nameAddr.IndexOf('>', open)] : nameAddr.Split(';')[0].Trim();
    }

    public static string? Parameter(string text, string name)
    {
        foreach (string part in text.Split(';').Skip(1))
        {
            string[] pair = part.Split('=', 2);
            if (pair[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair.Length == 2 ? pair[1].Trim() : "";
            }
        }

        return null;
    }

    public override string ToString() => Encoding.Latin1.GetString(Raw);

    private static string AfterUri(string nameAddr)
    {
        int close = nameAddr.LastIndexOf('>');
        return close >= 0 ? nameAddr[(close + 1)..] : nameAddr;
    }

    private static string LongName(string name) => name.Length != 1 ? name : char.ToLowerInvariant(name[0]) switch
    {
        'v' => "Via",
        'f' => "From",
        't' => "To",
        'i' => "Call-ID",
        'm' => "Contact",
        'l' => "Content-Length",
        'c' => "Content-Type",
        'k' => "Supported",
        _ => name,
    };
}
