namespace Controller.Actors.Tests.Calls;

/// <summary>What the two parties say, as text that anyone can read.</summary>
internal static class Messages
{
    public const string CallerSdp = "v=0\r\no=alice 2890844526 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n";
    public const string CalleeSdp = "v=0\r\no=bob 808084 1 IN IP4 198.51.100.20\r\ns=-\r\nc=IN IP4 198.51.100.20\r\nt=0 0\r\nm=audio 3456 RTP/AVP 0\r\n";

    public static string Invite(string uri = "sip:+15551234@203.0.113.1", string branch = "z9hG4bKinv1", string? sdp = CallerSdp, int cseq = 1, string toTag = "", string extra = "") =>
        Body($"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch={branch}\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@192.0.2.10>;tag=alice-tag\r\n"
            + $"To: <{uri}>{(toTag.Length > 0 ? ";tag=" + toTag : "")}\r\nCall-ID: a-call@192.0.2.10\r\nCSeq: {cseq} INVITE\r\nContact: <sip:alice@192.0.2.10:5060>\r\n{extra}", sdp);

    public static string FromCaller(string method, string toTag, int cseq, string branch, string uri = "sip:+15551234@203.0.113.1", string? sdp = null, string extra = "") =>
        Body($"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch={branch}\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@192.0.2.10>;tag=alice-tag\r\n"
            + $"To: <sip:+15551234@203.0.113.1>{(toTag.Length > 0 ? ";tag=" + toTag : "")}\r\nCall-ID: a-call@192.0.2.10\r\nCSeq: {cseq} {(method)}\r\nContact: <sip:alice@192.0.2.10:5060>\r\n{extra}", sdp);

    /// <summary>A response to a request of ours, as a peer makes it.</summary>
    public static string Response(Sent request, int status, string toTag = "bob-tag", string? sdp = null, string extra = "")
    {
        string to = request.Header("To");
        string tag = status > 100 && toTag.Length > 0 && !to.Contains(";tag=", StringComparison.Ordinal) ? ";tag=" + toTag : "";
        string contact = status is > 100 and < 300 ? "Contact: <sip:bob@198.51.100.20:5080>\r\n" : "";
        return Body($"SIP/2.0 {status} Whatever\r\nVia: {request.Header("Via")}\r\nFrom: {request.Header("From")}\r\nTo: {to}{tag}\r\n"
            + $"Call-ID: {request.Header("Call-ID")}\r\nCSeq: {request.Header("CSeq")}\r\n{contact}{extra}", sdp);
    }

    /// <summary>A request of the callee within the dialog that our INVITE made.</summary>
    public static string FromCallee(string method, Sent invite, int cseq, string branch, string calleeTag = "bob-tag", string? sdp = null, string extra = "") =>
        Body($"{method} sip:x@203.0.113.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.20:5080;branch={branch}\r\nMax-Forwards: 70\r\nFrom: {invite.Header("To")};tag={calleeTag}\r\n"
            + $"To: {invite.Header("From")}\r\nCall-ID: {invite.Header("Call-ID")}\r\nCSeq: {cseq} {method}\r\nContact: <sip:bob@198.51.100.20:5080>\r\n{extra}", sdp);

    /// <summary>What makes a provisional response reliable (RFC 3262).</summary>
    public static string Reliable(uint rseq) => $"Require: 100rel\r\nRSeq: {rseq}\r\n";

    /// <summary>A session description of one of several callees, by its port.</summary>
    public static string CalleeSdpOn(int port) => CalleeSdp.Replace("3456", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Body(string head, string? sdp) =>
        sdp is null ? head + "Content-Length: 0\r\n\r\n" : head + $"Content-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n\r\n{sdp}";
}
