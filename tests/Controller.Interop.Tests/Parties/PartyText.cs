using System.Net;
using System.Text;

namespace Controller.Interop.Tests.Parties;

/// <summary>The bytes a party sends.</summary>
internal static class PartyText
{
    public static byte[] Request(Party party, string method, string uri, string branch, IEnumerable<string> headers, byte[]? body = null)
    {
        StringBuilder text = new();
        text.Append($"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{party.Transport} {party.Address};branch={branch}\r\nMax-Forwards: 70\r\n");
        return Finish(text, headers, body);
    }

    public static byte[] Response(Party party, WireMessage request, int status, string? toTag, IEnumerable<string>? headers = null, byte[]? body = null)
    {
        StringBuilder text = new();
        text.Append($"SIP/2.0 {status} {Phrase(status)}\r\n");
        foreach (string via in request.All("Via"))
        {
            text.Append($"Via: {via}\r\n");
        }

        string to = request.Required("To");
        text.Append($"From: {request.Header("From")}\r\nTo: {(toTag is null || request.ToTag.Length > 0 ? to : $"{to};tag={toTag}")}\r\n");
        text.Append($"Call-ID: {request.CallId}\r\nCSeq: {request.CSeqNumber} {request.Method}\r\nServer: {party.Name}-product\r\n");
        return Finish(text, headers ?? [], body);
    }

    /// <summary>An offer or answer; the mark in it must reach the other party, the name in its origin must not.</summary>
    public static byte[] Sdp(Party party, string mark, int version, string direction = "sendrecv") => Encoding.ASCII.GetBytes(
        $"v=0\r\no={party.Name} 42 {version} IN IP4 {party.Address.Address}\r\ns=-\r\nc=IN IP4 {party.Address.Address}\r\nt=0 0\r\n" +
        $"m=audio {40000 + (party.Address.Port % 10000 / 2 * 2)} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\na=x-mark:{mark}\r\n");

    public static string? Mark(WireMessage message)
    {
        string body = Encoding.ASCII.GetString(message.Body);
        int at = body.IndexOf("a=x-mark:", StringComparison.Ordinal);
        return at < 0 ? null : body[(at + 9)..].Split('\r')[0];
    }

    /// <summary>Where a URI with a literal address points; 5060 if it names no port.</summary>
    public static IPEndPoint Address(string uri)
    {
        string rest = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';', '?')[0];
        string hostPort = rest[(rest.LastIndexOf('@') + 1)..];
        IPEndPoint address = IPEndPoint.Parse(hostPort);
        return address.Port == 0 ? new IPEndPoint(address.Address, 5060) : address;
    }

    private static byte[] Finish(StringBuilder text, IEnumerable<string> headers, byte[]? body)
    {
        foreach (string header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        if (body is not null)
        {
            text.Append("Content-Type: application/sdp\r\n");
        }

        text.Append($"Content-Length: {body?.Length ?? 0}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(text.ToString()), .. body ?? []];
    }

    private static string Phrase(int status) => status switch
    {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        603 => "Decline",
        _ => "Status",
    };
}
