using System.Net;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Sip.Tests.Messages;

public sealed class ResponsesTests
{
    private static readonly IPEndPoint Source = IPEndPoint.Parse("198.51.100.7:40000");

    private static string Response(string more, int status = 200, string? tag = "t9", string method = "INVITE", IPEndPoint? source = null) =>
        Wire.Text(Responses.Begin(Request(more, method), status, default, source ?? Source, tag).Finish());

    private static SipMessage Request(string vias, string method = "INVITE", string to = "<sip:b@x>") =>
        Wire.Message($"{method} sip:b@x SIP/2.0\n{vias}From: <sip:a@x>;tag=1\nTo: {to}\nCall-ID: c\nCSeq: 2 {method}\nRecord-Route: <sip:p1;lr>\nRecord-Route: <sip:p2;lr>\nContent-Length: 0\n\n");

    // RFC 3261 section 8.2.6.2, 12.1.1, RFC 3581 section 4.
    [Fact]
    public void An_ok_with_all_that_belongs_in_it()
    {
        var expected = """
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;received=198.51.100.7;rport=40000, SIP/2.0/TCP p2.example.com;branch=2
            Via: SIP/2.0/UDP p3.example.com;branch=3
            Record-Route: <sip:p1;lr>
            Record-Route: <sip:p2;lr>
            From: <sip:a@x>;tag=1
            To: <sip:b@x>;tag=t9
            Call-ID: c
            CSeq: 2 INVITE
            Content-Length: 0


            """.ReplaceLineEndings("\r\n");
        Assert.Equal(expected, Response("Via: SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bK1, SIP/2.0/TCP p2.example.com;branch=2\nv: SIP/2.0/UDP p3.example.com;branch=3\n"));
    }

    // 18.2.1: received only if sent-by is a name or another address; RFC 3581: with rport always. A received of the sender's is not believed.
    [Theory]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5070;branch=b", "SIP/2.0/UDP 198.51.100.7:5070;branch=b")]
    [InlineData("SIP/2.0/UDP 198.51.100.7;rport;branch=b", "SIP/2.0/UDP 198.51.100.7;branch=b;received=198.51.100.7;rport=40000")]
    [InlineData("SIP/2.0/UDP host.example.com ; branch=b ; x = \"y;z\"", "SIP/2.0/UDP host.example.com;branch=b;x=\"y;z\";received=198.51.100.7")]
    [InlineData("SIP/2.0/UDP 10.0.0.1;received=1.2.3.4;rport=99;branch=b", "SIP/2.0/UDP 10.0.0.1;branch=b;received=198.51.100.7;rport=40000")]
    [InlineData("SIP/2.0/UDP 198.51.100.7;received=1.2.3.4;branch=b", "SIP/2.0/UDP 198.51.100.7;branch=b")]
    [InlineData("SIP/2.0/UDP 192.0.2.15;;,;,,", "SIP/2.0/UDP 192.0.2.15;;,;,,")]
    public void The_top_via(string sent, string stamped) => Assert.Contains($"\r\nVia: {stamped}\r\n", Response($"Via: {sent}\n"));

    [Fact]
    public void An_ipv6_source_is_written_without_brackets_and_a_mapped_one_as_ipv4()
    {
        Assert.Contains(";received=2001:db8::5;rport=5061\r\n", Response("Via: SIP/2.0/UDP [2001:db8::9];rport\n", source: IPEndPoint.Parse("[2001:db8::5]:5061")));
        Assert.Contains("Via: SIP/2.0/UDP [2001:db8::9]\r\n", Response("Via: SIP/2.0/UDP [2001:db8::9]\n", source: IPEndPoint.Parse("[2001:db8:0::9]:5061")));
        Assert.Contains(";received=192.0.2.4\r\n", Response("Via: SIP/2.0/UDP h\n", source: IPEndPoint.Parse("[::ffff:192.0.2.4]:5061")));
    }

    // 8.2.6.2: a To tag of the request stays; 12.1.1: Record-Route only where a dialog is formed.
    [Fact]
    public void What_does_not_belong_is_left_out()
    {
        var tagged = Wire.Text(Responses.Begin(Request("Via: SIP/2.0/UDP h\n", to: "B <sip:b@x>;tag=old"), 200, default, Source, "new").Finish());
        Assert.Contains("\r\nTo: B <sip:b@x>;tag=old\r\n", tagged);
        Assert.Contains("\r\nTo: <sip:b@x>\r\n", Response("Via: SIP/2.0/UDP h\n", 100, null));
        Assert.DoesNotContain("Record-Route", Response("Via: SIP/2.0/UDP h\n", 100, null));
        Assert.DoesNotContain("Record-Route", Response("Via: SIP/2.0/UDP h\n", 486));
        Assert.DoesNotContain("Record-Route", Response("Via: SIP/2.0/UDP h\n", 200, method: "OPTIONS"));
        Assert.Contains("Record-Route", Response("Via: SIP/2.0/UDP h\n", 180));
        Assert.Contains("\r\nTimestamp: 54\r\n", Response("Via: SIP/2.0/UDP h\nTimestamp: 54\n", 100, null));
    }

    [Fact]
    public void Into_a_writer_that_is_there_nothing_is_allocated()
    {
        var request = SipMessage.Copy(Wire.Invite);
        var writer = new SipWriter(4096);
        for (var i = 0; i < 100; i++)
        {
            Responses.Begin(writer, request, 503, "Overloaded"u8, Source, "tag").Complete();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Responses.Begin(writer, request, 503, "Overloaded"u8, Source, "tag").Complete();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64);
    }

    // 18.2.2 and RFC 3581 section 4.
    [Theory]
    [InlineData(SipTransport.Udp, "SIP/2.0/UDP 10.0.0.1:5070;rport;branch=b", "198.51.100.7:40000")]
    [InlineData(SipTransport.Udp, "SIP/2.0/UDP 10.0.0.1:5070;branch=b", "198.51.100.7:5070")]
    [InlineData(SipTransport.Udp, "SIP/2.0/UDP 10.0.0.1;branch=b;maddr=203.0.113.9", "198.51.100.7:5060")]
    [InlineData(SipTransport.Udp, "SIP/2.0/UDP ;;", "198.51.100.7:40000")]
    [InlineData(SipTransport.Tcp, "SIP/2.0/TCP 10.0.0.1:5070;branch=b", "198.51.100.7:40000")]
    public void Where_the_response_goes(SipTransport transport, string via, string expected)
    {
        var arrived = new Flow(transport, 3, Source, transport == SipTransport.Tcp ? 17 : 0);
        Assert.Equal(arrived with { Remote = IPEndPoint.Parse(expected), ReconnectPort = transport == SipTransport.Tcp ? 5070 : 0 }, Responses.Destination(Request($"Via: {via}\n"), arrived));
    }

    [Fact]
    public void Phrases()
    {
        Assert.Equal("Ringing", Wire.Text(StatusCodes.Phrase(180)));
        Assert.Equal("Flow Failed", Wire.Text(StatusCodes.Phrase(430)));
        Assert.Equal("Session Progress", Wire.Text(StatusCodes.Phrase(198)));
        Assert.Equal("Bad Request", Wire.Text(StatusCodes.Phrase(499)));
        for (var status = 100; status < 700; status++)
        {
            Assert.False(StatusCodes.Phrase(status).IsEmpty);
        }
    }
}
