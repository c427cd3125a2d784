using System.Text;
using Controller.Sip.Sdp;

namespace Controller.Sip.Tests.Sdp;

public class SdpSyntaxTests
{
    private const string Head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    // What telephones and gateways send, and everybody understands.
    [Theory]
    [InlineData(Head + "m=audio 4000 RTP/AVP 0\r\n")]
    [InlineData(Head + "m=audio 4000 RTP/AVP 0\r\n\r\n\r\n")]
    [InlineData(Head + "m=audio 4000 RTP/AVP 0\r\n\0")]
    [InlineData(Head + "m=audio 4000 RTP/AVP 0")]
    [InlineData("\r\n" + Head + "m=audio 4000 RTP/AVP 0 \r\n")]
    [InlineData("v=0\no=- 1 1 IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 RTP/AVP 0\n")]
    [InlineData("v=0\r\r\no=- 1 1 IN IP4 192.0.2.1\r\r\nm=audio 4000/2 RTP/AVP  0  8\r\r\n")]
    [InlineData("v=0\r\ns=-\r\nm=audio 0 RTP/AVP 0\r\n")]
    [InlineData(Head)]
    [InlineData(Head + "Y=new\r\nno line at all\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na\r\na=\r\n")]
    [InlineData(Head + "m=image 4002 udptl t38\r\nm=message 9 TCP/MSRP *\r\n")]
    public void A_description(string text) => Assert.True(SdpSyntax.IsReadable(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("hello")]
    [InlineData("o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n")]
    [InlineData("v=1\r\no=- 1 1 IN IP4 192.0.2.1\r\n")]
    [InlineData(Head + "m=video 9002 RTP/AVP\r\n")]
    [InlineData(Head + "m=video 9002 RTP/AVP \r\n")]
    [InlineData(Head + "m=video 9002\r\n")]
    [InlineData(Head + "m=video RTP/AVP 31\r\n")]
    [InlineData(Head + "m=video 66000 RTP/AVP 31\r\n")]
    [InlineData(Head + "m=\r\n")]
    [InlineData("v=0\ro=- 1 1 IN IP4 192.0.2.1\rm=audio 4000 RTP/AVP 0\r")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.1\0x\r\n")]
    public void None(string text) => Assert.False(SdpSyntax.IsReadable(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData("no line at all\r\n")]
    [InlineData("=\r\n1=2\r\n\r\n")]
    public void A_line_that_is_none_does_not_hide_the_origin_line_behind_it(string odd)
    {
        var rewritten = Encoding.Latin1.GetString(SdpRewrite.Origin(Encoding.Latin1.GetBytes("v=0\r\n" + odd + "o=alice 1 1 IN IP4 10.0.0.1\r\r\ns=-\r\n"), "192.0.2.9"));
        Assert.Equal("v=0\r\n" + odd + "o=- 1 1 IN IP4 192.0.2.9\r\r\ns=-\r\n", rewritten);
    }
}
