using System.Text;
using Controller.Sip.Sdp;

namespace Controller.Sip.Tests.Sdp;

public class SdpBodyTests
{
    private const string Offer =
        "v=0\r\no=alice 2890844526 2890844527 IN IP4 host.atlanta.example.com\r\ns=-\r\ni=anything\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
        "m=audio 49170/2 RTP/AVP 0 8 97\r\nb=AS:64\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\n" +
        "m=video 0 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:31 H261/90000\r\n";

    [Fact]
    public void A_description_is_read()
    {
        var body = Parse(Offer);
        Assert.Equal(new SdpOrigin("alice", 2890844526, 2890844527, "IP4", "host.atlanta.example.com"), body.Origin);
        Assert.Equal("-", body.SessionName);
        Assert.Equal("192.0.2.1", body.ConnectionAddress);
        Assert.Equal((0ul, 0ul), body.Timing);
        Assert.Equal([new SdpAttribute("group", "BUNDLE 0")], body.Attributes);

        var (audio, video) = (body.Media[0], body.Media[1]);
        Assert.Equal(("audio", 49170, 2, "RTP/AVP"), (audio.Kind, audio.Port, audio.PortCount, audio.Protocol));
        Assert.Equal(["0", "8", "97"], audio.Formats);
        Assert.Equal("192.0.2.1", audio.ConnectionAddress);
        Assert.Equal(SdpDirection.SendOnly, audio.Direction);
        Assert.Equal([new("rtpmap", "0 PCMU/8000"), new("sendonly", "")], audio.Attributes);
        Assert.True(video.IsOff);
        Assert.Equal("2001:db8::1", video.ConnectionAddress);
        Assert.Equal(SdpDirection.SendRecv, video.Direction);

        // The only live stream is sendonly: the far side hears music.
        Assert.True(body.IsHeld);
    }

    [Theory]
    [InlineData("", "", SdpDirection.SendRecv)]
    [InlineData("a=inactive\n", "", SdpDirection.Inactive)]
    [InlineData("a=sendonly\n", "a=recvonly\n", SdpDirection.RecvOnly)]
    [InlineData("c=IN IP4 0.0.0.0\n", "", SdpDirection.SendOnly)]
    [InlineData("c=IN IP4 0.0.0.0\n", "a=recvonly\n", SdpDirection.Inactive)]
    [InlineData("c=IN IP4 0.0.0.0\n", "c=IN IP4 192.0.2.7\n", SdpDirection.SendRecv)]
    [InlineData("", "c=IN IP6 ::\n", SdpDirection.SendOnly)]
    public void Direction_is_that_of_the_stream_then_of_the_session_then_both_ways(string session, string media, SdpDirection expected)
    {
        // RFC 3264 section 5.1, and section 8.4 for the address 0.0.0.0 of RFC 2543.
        var body = Parse($"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n{session}t=0 0\nm=audio 4000 RTP/AVP 0\n{media}");
        Assert.Equal(expected, body.Media[0].Direction);
        Assert.Equal(!expected.Receives(), body.IsHeld);
    }

    [Fact]
    public void Directions_turn_round()
    {
        // RFC 3264 section 6.1: an offered sendonly is answered with recvonly or inactive.
        Assert.Equal(SdpDirection.RecvOnly, SdpDirection.SendOnly.Reverse());
        foreach (var direction in Enum.GetValues<SdpDirection>()) Assert.Equal(direction, direction.Reverse().Reverse());
        Assert.Equal("sendrecv", SdpDirection.SendRecv.Token());
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=1\r\no=- 1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("o=- 1 1 IN IP4 a\r\nv=0\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("v=0\r\ns=-\r\nt=0 0\r\n")]
    [InlineData("v=0\r\no=- 1 x IN IP4 a\r\ns=-\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4\r\ns=-\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio 65536 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio -1 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio 5/0 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nc=IN IP4\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\nrubbish\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 a\r\ns=a\0b\r\n")]
    [InlineData("<?xml version=\"1.0\"?>")]
    public void What_is_no_description_is_refused(string text) => Assert.False(SdpBody.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Numbers_beyond_64_bits_and_blank_last_lines_are_tolerated()
    {
        var body = Parse("v=0\r\no=- 99999999999999999999999 1 IN IP4 a\r\nt=0 0\r\n\r\n\r\n");
        Assert.Equal(ulong.MaxValue, body.Origin.SessionId);
        Assert.Equal("-", body.SessionName);
        Assert.False(body.IsHeld);
    }

    [Fact]
    public void Junk_never_throws_and_is_never_lost()
    {
        var random = new Random(20261121);
        var seed = Encoding.UTF8.GetBytes(Offer);
        for (var round = 0; round < 20_000; round++)
        {
            var junk = seed.ToArray();
            for (var edits = random.Next(0, 10); edits > 0; edits--) junk[random.Next(junk.Length)] = (byte)random.Next(256);
            junk = junk[random.Next(0, round % 2 == 0 ? 1 : junk.Length)..random.Next(junk.Length - 1, junk.Length)];
            _ = SdpBody.TryParse(junk, out var before);
            var rewritten = SdpRewrite.Origin(junk, "198.51.100.1", 7, 8);
            if (before is null) continue;

            // A readable description stays readable, and only its origin differs.
            var after = Parse(Encoding.Latin1.GetString(rewritten), Encoding.Latin1);
            Assert.Equal(new SdpOrigin("-", 7, 8, "IP4", "198.51.100.1"), after.Origin);
            Assert.Equal(before.Media.Count, after.Media.Count);
            Assert.Equal(before.ConnectionAddress, after.ConnectionAddress);
        }
    }

    private static SdpBody Parse(string text, Encoding? encoding = null)
    {
        Assert.True(SdpBody.TryParse((encoding ?? Encoding.UTF8).GetBytes(text), out var body));
        return body;
    }
}
