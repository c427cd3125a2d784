using System.Globalization;

namespace Controller.Edge.Tests.Fakes;

/// <summary>Plain requests to change one thing in.</summary>
public static class Requests
{
    private static int s_next;

    public static string Make(
        string method, string sentBy, string uri = "sip:bob@example.com", string? toTag = null, string extra = "", string transport = "UDP",
        string? callId = null, string? branch = null, string? to = null, string body = "", string? contentLength = null, string maxForwards = "70", int cseq = 1)
    {
        int number = Interlocked.Increment(ref s_next);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {method} {uri} SIP/2.0
            Via: SIP/2.0/{transport} {sentBy};branch={branch ?? "z9hG4bKtest" + number}
            Max-Forwards: {maxForwards}
            From: "Alice" <sip:alice@example.com>;tag=a{number}
            To: {to ?? "<sip:bob@example.com>"}{(toTag is null ? "" : ";tag=" + toTag)}
            Call-ID: {callId ?? "call-" + number}
            CSeq: {cseq} {method}
            Contact: <sip:alice@{sentBy}>
            {extra}Content-Length: {contentLength ?? body.Length.ToString(CultureInfo.InvariantCulture)}


            """).ReplaceLineEndings("\r\n") + body;
    }

    public static string Options(string sentBy, string transport = "UDP") => Make("OPTIONS", sentBy, "sip:example.com", transport: transport);

    public static string Register(string sentBy, string uri = "sip:example.com", string? to = null, string transport = "UDP") =>
        Make("REGISTER", sentBy, uri, to: to ?? "<sip:alice@example.com>", transport: transport);

    public static string Response(string topSentBy, int status = 200, string extraVia = "", string callId = "c1") =>
        $"SIP/2.0 {status} OK\r\nVia: SIP/2.0/UDP {topSentBy};branch=z9hG4bKours\r\n{extraVia}From: <sip:a@example.com>;tag=1\r\n"
        + $"To: <sip:b@example.com>;tag=2\r\nCall-ID: {callId}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
}
