using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

public sealed class RequestScreeningTests
{
    private static int Answer(SipMessage request, RequestRules? rules = null) => RequestScreening.Answer(request, rules ?? RequestRules.Default, out _);

    private static SipMessage WithUri(string uri, string method = "INVITE", int maxForwards = 70) => Wire.Message(
        $"{method} {uri} SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@x>;tag=1\nTo: <sip:b@x>\nCall-ID: c\nCSeq: 1 {method}\nMax-Forwards: {maxForwards}\nContent-Length: 0\n\n");

    // RFC 3261 section 8.2.2.1.
    [Theory]
    [InlineData("sip:a@b", 0)]
    [InlineData("SIPS:a@b", 0)]
    [InlineData("tel:+1-201-555-0123", 0)]
    [InlineData("mailto:a@b", 416)]
    [InlineData("nobodyKnowsThisScheme:totallyopaquecontent", 416)]
    public void Schemes(string uri, int expected) => Assert.Equal(expected, Answer(WithUri(uri)));

    // 8.2.1 and 21.5.2; an ACK is never answered (17.1.1.3).
    [Theory]
    [InlineData("INVITE", 0)]
    [InlineData("invite", 501)]
    [InlineData("FROBNICATE", 501)]
    [InlineData("PUBLISH", 405)]
    [InlineData("ACK", 0)]
    public void Methods(string method, int expected) => Assert.Equal(expected, Answer(WithUri("sip:a@b", method)));

    // 12.2.2: within a dialog it is for the peer beyond to know the method or not.
    [Theory]
    [InlineData("FROBNICATE")]
    [InlineData("PUBLISH")]
    public void Methods_within_a_dialog(string method) =>
        Assert.Equal(0, Answer(Wire.Message($"{method} sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@x>;tag=1\nTo: <sip:b@x>;tag=2\nCall-ID: c\nCSeq: 1 {method}\nMax-Forwards: 70\nContent-Length: 0\n\n")));

    [Fact]
    public void An_ack_is_never_answered() => Assert.Equal(0, Answer(WithUri("http://x", "ACK", 0)));

    // 16.3 item 3.
    [Theory]
    [InlineData("INVITE", 0, 483)]
    [InlineData("BYE", 0, 483)]
    [InlineData("INVITE", 1, 0)]
    [InlineData("OPTIONS", 0, 0)]
    [InlineData("REGISTER", 0, 0)]
    [InlineData("CANCEL", 0, 0)]
    public void Hops(string method, int left, int expected) => Assert.Equal(expected, Answer(WithUri("sip:a@b", method, left)));

    // 8.2.2.3: only what is not understood is listed; option tags are case-insensitive tokens; a CANCEL's Require is ignored.
    [Fact]
    public void Option_tags()
    {
        Assert.Equal(0, Answer(Wire.Request("INVITE", "Require: 100rel, TIMER\nRequire: replaces\n")));
        Assert.Equal(420, RequestScreening.Answer(Wire.Request("INVITE", "Require: 100rel, foo\nRequire: precondition\nProxy-Require: bar\n"), RequestRules.Default, out var unsupported));
        Assert.Equal("foo, precondition, bar", unsupported);
        Assert.Equal(0, Answer(Wire.Request("CANCEL", "Require: foo\n")));
        Assert.Equal(0, Answer(Wire.Request("INVITE", "Require: foo\n"), RequestRules.Default with { OptionTags = ["foo"] }));
    }

    // 8.2.3.
    [Theory]
    [InlineData("INVITE", "Content-Type: application/sdp\n", 0)]
    [InlineData("INVITE", "c: Application/SDP;x=y\n", 0)]
    [InlineData("INVITE", "Content-Type: multipart/mixed;boundary=b\n", 0)]
    [InlineData("INVITE", "", 415)]
    [InlineData("INVITE", "Content-Type: text/plain\n", 415)]
    [InlineData("INVITE", "Content-Type: text/plain\nContent-Disposition: icon;handling=optional\n", 0)]
    [InlineData("INVITE", "Content-Type: application/sdp\nContent-Encoding: gzip\n", 415)]
    [InlineData("INVITE", "Content-Type: application/sdp\ne: identity\n", 0)]
    [InlineData("MESSAGE", "Content-Type: text/plain\n", 0)]
    [InlineData("INFO", "Content-Type: application/dtmf-relay\n", 0)]
    public void Bodies(string method, string more, int expected) => Assert.Equal(expected, Answer(Wire.Request(method, more, "v=0")));

    // 21.4.26, 13.3.1.3; RFC 3311 section 5.2 and RFC 3262 section 5 let the offers of UPDATE and PRACK be refused in the same way.
    [Theory]
    [InlineData("INVITE", "Content-Type: application/sdp\n", "v=0\nm=video 9002 RTP/AVP\n", 488)]
    [InlineData("UPDATE", "Content-Type: application/sdp\n", "v=0\nm=video 9002 RTP/AVP\n", 488)]
    [InlineData("PRACK", "Content-Type: application/sdp\n", "what", 488)]
    [InlineData("INVITE", "Content-Type: multipart/mixed;boundary=b\n", "--b\r\nContent-Type: application/sdp\r\n\r\nwhat\r\n--b--\r\n", 488)]
    [InlineData("INVITE", "Content-Type: multipart/mixed;boundary=b\n", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n", 0)]
    [InlineData("INVITE", "Content-Type: application/sdp\nContent-Disposition: session;handling=optional\n", "what", 0)]
    [InlineData("INFO", "Content-Type: application/sdp\n", "what", 0)]
    public void Descriptions_that_nobody_can_read(string method, string more, string body, int expected) =>
        Assert.Equal(expected, Answer(Wire.Request(method, more, body)));

    // 20.1, RFC 4475 section 3.3.15.
    [Theory]
    [InlineData("Accept: application/sdp\n", 0)]
    [InlineData("Accept: text/html, application/SDP;level=1\n", 0)]
    [InlineData("Accept: */*\n", 0)]
    [InlineData("Accept: application/*;q=0.5\n", 0)]
    [InlineData("Accept:\n", 0)]
    [InlineData("Accept: text/nobodyKnowsThis\n", 406)]
    public void What_the_caller_accepts(string more, int expected) => Assert.Equal(expected, Answer(Wire.Request("INVITE", more)));

    [Fact]
    public void The_answers_can_say_what_is_allowed()
    {
        Assert.StartsWith("INVITE, ACK, BYE", RequestRules.Default.Allow);
        Assert.StartsWith("application/sdp", RequestRules.Default.Accept);
    }
}
