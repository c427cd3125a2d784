using System.Text;
using System.Text.RegularExpressions;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>A message as a party writes or reads it: text, one character an octet. Deliberately not our own parser: parties are other people's products.</summary>
internal sealed class FlowMessage
{
    private static readonly Regex Branches = new("branch=z9hG4bK[a-z0-9]+", RegexOptions.Compiled);
    private static readonly Regex Numbers = new("(CSeq|RAck): [0-9 ]+", RegexOptions.Compiled);
    private static readonly Regex Given = new("tag=[a-z2-7]{16}|(?<=-tag%3D)[a-z2-7]{16}|[a-z2-7]{45}|nonce=\"[^\"]*\"|response=\"[^\"]*\"|nc=[0-9a-f]+|(?<=o=- )[0-9]+|expires=[0-9]+|Date: [^\r]*|Content-Length: [0-9]+", RegexOptions.Compiled);
    private string? _masked;
    private readonly (string Name, string Value)[] _headers;

    public FlowMessage(byte[] bytes)
    {
        Bytes = bytes;
        Text = Encoding.Latin1.GetString(bytes);
        int end = Text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string[] lines = Text[..end].Split("\r\n");
        StartLine = lines[0];
        Body = Text[(end + 4)..];
        _headers = [.. lines.Skip(1).Select(line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()))];
        string[] cseq = Header("CSeq").Split(' ');
        CSeq = uint.Parse(cseq[0]);
        Method = cseq[1];
        IsRequest = !StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal);
        Status = IsRequest ? 0 : int.Parse(StartLine[8..11]);
    }

    public byte[] Bytes { get; }
    public string Text { get; }
    public string StartLine { get; }
    public string Body { get; }
    public bool IsRequest { get; }
    public int Status { get; }

    /// <summary>Of the CSeq header: for a response, the method that it answers.</summary>
    public string Method { get; }
    public uint CSeq { get; }
    public string CallId => Header("Call-ID");
    public string FromTag => TagIn(Header("From"));
    public string ToTag => TagIn(Header("To"));
    public string Branch => Parameter(Header("Via"), "branch");
    public bool HasSession => Body.StartsWith("v=0", StringComparison.Ordinal);
    public string Uri => StartLine.Split(' ')[1];

    /// <summary>The URI of the Contact; empty if there is none.</summary>
    public string Contact => UriIn(Header("Contact"));

    /// <summary>Short, as a ladder names it: "INVITE (sdp)", "200 OK (BYE)".</summary>
    public string Title
    {
        get
        {
            string what = IsRequest ? StartLine.Split(' ')[0] : Method == "INVITE" ? StartLine[8..] : $"{StartLine[8..]} ({Method})";
            return HasSession ? $"{what} sdp{Direction}" : Body.StartsWith("SIP/2.0", StringComparison.Ordinal) ? $"{what} \"{Body.Trim()}\"" : what;
        }
    }

    /// <summary>
    /// Without the names that may differ after a restart: CSeq numbers jump ahead (RFC 3261 section 12.2.1.1 allows gaps), and what is derived from them, or from
    /// the moment at which a later call began, changes with them. That these names fit together is checked by the parties, who would not find their dialogs otherwise.
    /// </summary>
    public string Masked => _masked ??= Given.Replace(IsRequest ? Numbers.Replace(Branches.Replace(Text, "branch=…"), "$1: …") : Text, "…");

    private string Direction => new[] { "sendonly", "recvonly", "inactive" }.FirstOrDefault(word => Body.Contains("a=" + word, StringComparison.Ordinal)) is { } found ? " " + found : "";

    public static FlowMessage Of(string head, string body, string type = "application/sdp") => new(Encoding.Latin1.GetBytes(
        body.Length == 0 ? $"{head}Content-Length: 0\r\n\r\n" : $"{head}Content-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    public string Header(string name) => Headers(name).FirstOrDefault() ?? "";

    public IEnumerable<string> Headers(string name) => _headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    public bool Lists(string header, string token) =>
        Headers(header).SelectMany(value => value.Split(',')).Any(item => item.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    public static string UriIn(string value)
    {
        int open = value.IndexOf('<', StringComparison.Ordinal);
        return open < 0 ? value.Split(';')[0] : value[(open + 1)..value.IndexOf('>', StringComparison.Ordinal)];
    }

    public static string TagIn(string value) => Parameter(value, "tag");

    private static string Parameter(string value, string name) =>
        value[(value.IndexOf('>', StringComparison.Ordinal) + 1)..].Split(';').Select(item => item.Trim())
            .FirstOrDefault(item => item.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
}
