using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Sip.Tests.Topology;

public sealed class HidingTests
{
    private const string Message =
        "INVITE sip:+1555@203.0.113.1 SIP/2.0\r\nVia: SIP/2.0/UDP pbx.corp.example:5060;branch=z9hG4bKone;received=192.0.2.10\r\nFrom: <sip:alice@home.example>;tag=tag-a\r\n"
        + "To: <sip:+1555@203.0.113.1>\r\nCall-ID: call-one@192.0.2.11\r\nCSeq: 1 INVITE\r\nContact: <sip:alice-0x7f@192.0.2.12:5062>\r\nRecord-Route: <sip:edge.corp.example;lr>\r\n"
        + "Content-Length: 0\r\n\r\n";

    private static TopologyHiding Hiding()
    {
        var hiding = new TopologyHiding("198.51.100.1", new HashSet<string> { "home.example" });
        hiding.HideAllOf(SipMessage.Copy(Encoding.ASCII.GetBytes(Message)));
        return hiding;
    }

    [Theory]
    [InlineData("at 192.0.2.10", true)]
    [InlineData("at 192.0.2.10:5060", true)]
    [InlineData("at 192.0.2.100", false)]
    [InlineData("<sip:x@PBX.Corp.Example>", true)]
    [InlineData("call-one", true)]
    [InlineData("192.0.2.11", true)]
    [InlineData("Replaces=call-one%40192.0.2.11%3Bfrom-tag%3Dtag-a", true)]
    [InlineData("from-tag%3Dtag-a", true)]
    [InlineData("stag-a", false)]
    [InlineData("tag-ab", false)]
    [InlineData("alice-0x7f", true)]
    [InlineData("alice", false)]
    [InlineData("z9hG4bKone", true)]
    [InlineData("edge.corp.example", true)]
    [InlineData("home.example", false)]
    [InlineData("", false)]
    public void A_name_is_found_whole_in_any_case_and_spelling(string text, bool named) => Assert.Equal(named, Hiding().Names(Encoding.ASCII.GetBytes(text)));

    [Theory]
    // A parameter that names the side is left out, a value that still names it is left out whole.
    [InlineData("Reason: Q.850;cause=16;text=\"from 192.0.2.10\"", "Reason: Q.850;cause=16")]
    [InlineData("Reason: Q.850;cause=16, SIP;cause=200;text=\"gw pbx.corp.example; x\"", "Reason: Q.850;cause=16, SIP;cause=200")]
    [InlineData("Subject: call 192.0.2.10", "")]
    [InlineData("Subject: call 192.0.2.100", "Subject: call 192.0.2.100")]
    [InlineData("Event: dialog;call-id=\"call-one@192.0.2.11\";sla", "Event: dialog;sla")]
    [InlineData("P-Charging-Vector: icid-value=1234;icid-generated-at=192.0.2.10;orig-ioi=a.example", "P-Charging-Vector: icid-value=1234;orig-ioi=a.example")]
    [InlineData("P-Charging-Vector: icid-generated-at=192.0.2.10;icid-value=1234", "P-Charging-Vector: icid-value=1234")]
    [InlineData("X-Anything: a;b=192.0.2.10", "")]
    [InlineData("X-Anything: a;b=192.0.2.1", "X-Anything: a;b=192.0.2.1")]
    public void A_header_line(string line, string told) => Assert.Equal(told, Crossed(line, (into, from, header) => HeaderHiding.Write(into, from, header, Hiding())));

    [Theory]
    [InlineData("P-Asserted-Identity: \"Ålice\" <sip:+1555@192.0.2.10:5060;user=phone;transport=tcp>", "P-Asserted-Identity: \"Ålice\" <sip:+1555@198.51.100.1;user=phone>")]
    [InlineData("P-Asserted-Identity: <sip:a@home.example>, <tel:+1555>", "P-Asserted-Identity: <sip:a@home.example>, <tel:+1555>")]
    [InlineData("P-Asserted-Identity: <tel:7042;phone-context=pbx.corp.example>", "P-Asserted-Identity: <tel:7042;phone-context=198.51.100.1>")]
    [InlineData("P-Asserted-Identity: <http://192.0.2.10/>", "")]
    [InlineData("Diversion: <sip:bob@gw.carrier.example>;reason=user-busy;counter=1;privacy=off", "Diversion: <sip:bob@198.51.100.1>;reason=user-busy;counter=1;privacy=off")]
    [InlineData("Diversion: <sip:bob@gw.carrier.example>;text=\"a;index=1\";counter=1", "Diversion: <sip:bob@198.51.100.1>;counter=1")]
    [InlineData("History-Info: <sip:b@10.0.0.1;cause=302?Reason=SIP%3Bcause%3D302&Call-ID=call-one>;index=1.1;mp=1", "History-Info: <sip:b@198.51.100.1;cause=302?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1")]
    [InlineData("Remote-Party-ID: \"B\" <sip:b@gw>;party=calling;id=pbx.corp.example;screen=yes", "Remote-Party-ID: \"B\" <sip:b@198.51.100.1>;party=calling;screen=yes")]
    public void A_party(string line, string told) =>
        Assert.Equal(told, Crossed(line, (into, from, header) => HeaderHiding.Rewrite(into, from, header, value => PartyHiding.Rewrite(value, Hiding()))));

    private const string Sdp = "v=0\r\no=alice 1 2 IN IP4 192.0.2.10\r\ns=Corp PBX 7\r\ni=alice at pbx.corp.example\r\nu=http://192.0.2.10/\r\ne=alice@corp.example\r\np=+1555\r\n"
        + "c=IN IP4 192.0.2.10\r\nt=0 0\r\na=tool:corp 1.0\r\na=x-host:pbx.corp.example\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=rtcp:4001 IN IP4 192.0.2.10\r\n"
        + "a=candidate:1 1 UDP 1 198.51.100.9 5000 typ srflx raddr 10.0.0.5 rport 6000\r\na=ssrc:7 cname:alice@192.0.2.10\r\na=ssrc:7 msid:a b\r\na=sendrecv\n";

    [Fact]
    public void A_session_description_keeps_its_media_and_loses_its_author() => Assert.Equal(
        "v=0\r\no=alice 1 2 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=rtcp:4001 IN IP4 192.0.2.10\r\n"
        + "a=candidate:1 1 UDP 1 198.51.100.9 5000 typ srflx raddr 0.0.0.0 rport 9\r\na=ssrc:7 msid:a b\r\na=sendrecv\n",
        Encoding.ASCII.GetString(SdpHiding.Rewrite(Encoding.ASCII.GetBytes(Sdp), Hiding())));

    [Fact]
    public void What_names_nobody_stays_byte_for_byte()
    {
        const string Plain = "v=0\no=- 1 2 IN IP4 192.0.2.99\ns=-\r\nc=IN IP6 ::1\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=path:msrp://192.0.2.10:7777/x;tcp\r\na=fmtp:101 0-15";
        Assert.Equal(Plain, Encoding.ASCII.GetString(SdpHiding.Rewrite(Encoding.ASCII.GetBytes(Plain), Hiding())));
    }

    // The user of a Contact may be an extension like any clock rate: without its mapping the other side cannot decode what it is sent.
    [Theory]
    [InlineData("a=rtpmap:101 telephone-event/8000", true)]
    [InlineData("a=rtpmap:96 opus/48000/2", true)]
    [InlineData("a=rtpmap:97 x-new/8000", true)]
    [InlineData("a=fmtp:8000 0-15", true)]
    [InlineData("t=8000 0", true)]
    [InlineData("a=ptime:8000", true)]
    [InlineData("a=sendrecv", true)]
    [InlineData("a=rtpmap:97 8000/8000", false)]
    [InlineData("a=rtpmap:97 tag-a/16000", false)]
    [InlineData("a=rtpmap:97 pbx.corp.example/8000", false)]
    [InlineData("a=rtpmap:97 x/pbx.corp.example", false)]
    [InlineData("a=rtpmap:8000", false)]
    [InlineData("a=fmtp:97 config=8000", false)]
    [InlineData("a=x:8000", false)]
    public void What_can_only_say_how_media_are_coded_names_nobody(string line, bool told)
    {
        var hiding = Hiding();
        hiding.Hide("8000"u8);
        Assert.Equal(told ? line : "", Encoding.ASCII.GetString(SdpHiding.Rewrite(Encoding.ASCII.GetBytes(line), hiding)));
    }

    private const string Multipart = "preamble 192.0.2.10\r\n--b1\r\nContent-Type: application/sdp\r\nContent-ID: <1@192.0.2.10>\r\n\r\nv=0\r\ns=x\r\n\r\n--b1\r\nContent-Type: application/isup;version=nxv3\r\n\r\n\u0001\u0000--b1x\r\n"
        + "--b1\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0wDQo=\r\n--b1\r\n\r\nplain\r\n--b1--\r\nepilogue";

    // RFC 5621: the session description may be one part of several.
    [Fact]
    public void The_parts_of_a_multipart_body()
    {
        var message = Body("multipart/mixed;boundary=\"b1\"", Multipart);
        Assert.Equal("v=0\r\ns=x\r\n", Encoding.Latin1.GetString(BodyParts.Session(message)));
        var told = BodyParts.Rewrite(message.Value(HeaderId.ContentType), message.Body, new Upper());
        Assert.Equal(
            "--b1\r\nContent-Type: application/sdp\r\n\r\nV=0\r\nS=X\r\n\r\n--b1\r\nContent-Type: application/isup;version=nxv3\r\n\r\n\u0001\u0000--B1X\r\n--b1\r\n\r\nPLAIN\r\n--b1--\r\n",
            Encoding.Latin1.GetString(told!));
    }

    [Theory]
    [InlineData("multipart/mixed", "--b1\r\n\r\nx\r\n--b1--")]
    [InlineData("multipart/mixed;boundary=b1", "--b1\r\n\r\nx")]
    [InlineData("multipart/mixed;boundary=b1", "nothing")]
    [InlineData("multipart/mixed;boundary=b1", "--b1--")]
    public void What_cannot_be_taken_apart_is_left_out(string type, string body) =>
        Assert.Null(BodyParts.Rewrite(Encoding.ASCII.GetBytes(type), Encoding.ASCII.GetBytes(body), new Upper()));

    private static SipMessage Body(string type, string body) =>
        SipMessage.Copy(Encoding.Latin1.GetBytes($"INFO sip:a@b SIP/2.0\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    private static string Crossed(string line, Action<SipWriter, SipMessage, HeaderLine> cross)
    {
        var message = SipMessage.Copy(Encoding.UTF8.GetBytes($"INFO sip:a@b SIP/2.0\r\n{line}\r\nContent-Length: 0\r\n\r\n"));
        var into = new SipWriter();
        cross(into, message, message.Header(0));
        return Encoding.UTF8.GetString(into.Written).TrimEnd('\r', '\n');
    }

    private sealed class Upper : IPartRewriter
    {
        public byte[]? Part(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body).ToUpperInvariant());

        public bool Reads(ReadOnlySpan<byte> contentType) => BodyParts.IsSession(contentType);

        public bool KeepsHeader(ReadOnlySpan<byte> line) => !line.StartsWith("Content-ID"u8);
    }
}
