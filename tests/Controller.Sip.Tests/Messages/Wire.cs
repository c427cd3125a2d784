using System.Text;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

/// <summary>Messages as they are written in a test, as they are on the wire.</summary>
internal static class Wire
{
    public static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    public static SipMessage Message(string text) => SipMessage.Copy(Octets(text));

    /// <summary>A request with what every request has, further lines in <paramref name="more"/>, each with its line end.</summary>
    public static SipMessage Request(string method, string more = "", string body = "") => Message(
        $"{method} sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1\nMax-Forwards: 70\nFrom: <sip:a@example.com>;tag=1\n" +
        $"To: <sip:bob@example.com>\nCall-ID: c1@example.com\nCSeq: 7 {method}\n{more}Content-Length: {body.Length}\n\n{body}");

    /// <summary>An INVITE of the size that carriers send: 1 KB with its session description.</summary>
    public static readonly byte[] Invite = Octets("""
        INVITE sip:+15551234567@sbc.example.com:5060;user=phone SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport
        Max-Forwards: 70
        From: "Alice Example" <sip:+15557654321@carrier.example.net;user=phone>;tag=1928301774
        To: <sip:+15551234567@sbc.example.com;user=phone>
        Call-ID: a84b4c76e66710-5f2a@192.0.2.10
        CSeq: 314159 INVITE
        Contact: <sip:+15557654321@192.0.2.10:5060;transport=udp>
        Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE, PRACK, INFO, REFER, NOTIFY
        Supported: timer, 100rel, replaces, histinfo
        Session-Expires: 1800;refresher=uac
        Min-SE: 90
        P-Asserted-Identity: "Alice Example" <sip:+15557654321@carrier.example.net>
        User-Agent: Example-Gateway/7.2.1
        Content-Type: application/sdp
        Content-Length: 246

        v=0
        o=- 3890844526 3890844526 IN IP4 192.0.2.10
        s=call
        c=IN IP4 192.0.2.10
        t=0 0
        m=audio 49170 RTP/AVP 8 0 18 101
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:18 G729/8000
        a=rtpmap:101 telephone-event/8000
        a=ptime:20
        a=sendrecv

        """);
}
