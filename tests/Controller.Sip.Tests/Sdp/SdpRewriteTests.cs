using System.Text;
using Controller.Sip.Sdp;

namespace Controller.Sip.Tests.Sdp;

public class SdpRewriteTests
{
    [Theory]
    [InlineData("o=alice 1 2 IN IP4 10.0.0.1\r\n", "192.0.2.9", null, null, "o=- 1 2 IN IP4 192.0.2.9\r\n")]
    [InlineData("o=alice 1 2 IN IP4 10.0.0.1\n", "2001:db8::9", null, null, "o=- 1 2 IN IP6 2001:db8::9\n")]
    [InlineData("o=alice 1 2 IN IP6 fe80::1\r\n", "sbc.example.test", 77ul, 3ul, "o=- 77 3 IN IP4 sbc.example.test\r\n")]
    [InlineData("o=alice 99999999999999999999999 2 IN IP4 10.0.0.1\r\n", "192.0.2.9", null, 3ul, "o=- 99999999999999999999999 3 IN IP4 192.0.2.9\r\n")]
    [InlineData("o=alice\r\n", "192.0.2.9", null, null, "o=- 0 0 IN IP4 192.0.2.9\r\n")]
    public void The_origin_changes_and_every_other_byte_stays(string origin, string address, ulong? id, ulong? version, string expected)
    {
        const string rest = "s= a  session \r\nX=\xFF\xFE odd bytes\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 \r\na=x o=y\r\no=not this one\r\n\r\n";
        var sdp = Encoding.Latin1.GetBytes("v=0\r\n" + origin + rest);
        var rewritten = SdpRewrite.Origin(sdp, address, id, version);
        Assert.Equal("v=0\r\n" + expected + rest, Encoding.Latin1.GetString(rewritten));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=0\r\ns=-\r\n")]
    [InlineData("v=0\r\nm=audio 4000 RTP/AVP 0\r\no=late 1 1 IN IP4 10.0.0.1\r\n")]
    [InlineData("not a description")]
    public void Without_an_origin_it_is_returned_as_it_is(string sdp) =>
        Assert.Equal(sdp, Encoding.UTF8.GetString(SdpRewrite.Origin(Encoding.UTF8.GetBytes(sdp), "192.0.2.9")));

    [Fact]
    public void Rewriting_twice_is_rewriting_once()
    {
        var sdp = "v=0\r\no=alice 1 2 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n"u8;
        var once = SdpRewrite.Origin(sdp, "192.0.2.9", 5, 6);
        Assert.Equal(once, SdpRewrite.Origin(once, "192.0.2.9", 5, 6));
    }

    // RFC 3264 section 5.1: sendrecv "MAY be omitted, since this is the default": without its direction every medium is both ways.
    [Theory]
    [InlineData("v=0\r\na=inactive\r\nm=audio 1 RTP/AVP 0\r\na=sendonly\r\na=ptime:20\r\n", "v=0\r\nm=audio 1 RTP/AVP 0\r\na=ptime:20\r\n")]
    [InlineData("v=0\nm=audio 1 RTP/AVP 0\na=recvonly", "v=0\nm=audio 1 RTP/AVP 0\n")]
    [InlineData("v=0\r\nm=audio 1 RTP/AVP 0\r\na=sendonly:x\r\n", "v=0\r\nm=audio 1 RTP/AVP 0\r\na=sendonly:x\r\n")]
    [InlineData("no description", "no description")]
    public void Both_ways_again(string sdp, string expected) =>
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(SdpRewrite.BothWays(System.Text.Encoding.ASCII.GetBytes(sdp))));
}
