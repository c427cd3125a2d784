using System.Text;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Tests.Messages;

namespace Controller.Sip.Tests.Framing;

/// <summary>Three outcomes and their budgets.</summary>
public sealed class FramingTests
{
    private const string Head = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n";

    private static readonly SipLimits Small = new() { MaxHeaderBytes = 400, MaxBodyBytes = 50, MaxHeaders = 8 };

    private static (ParseOutcome, RejectionReason, int) Stream(string text, SipLimits? limits = null, SipMessage? into = null)
    {
        var outcome = StreamFraming.Parse(Encoding.UTF8.GetBytes(text), into ?? new SipMessage(), limits ?? SipLimits.Default, out var consumed, out var reason);
        return (outcome, reason, consumed);
    }

    private static (ParseOutcome, RejectionReason) Datagram(string text, SipLimits? limits = null, SipMessage? into = null)
    {
        var outcome = DatagramFraming.Parse(Encoding.UTF8.GetBytes(text), into ?? new SipMessage(), limits ?? SipLimits.Default, out var reason);
        return (outcome, reason);
    }

    // RFC 3261 section 7.5, RFC 5626 section 3.5.1.
    [Theory]
    [InlineData("", 0)]
    [InlineData("\r", 0)]
    [InlineData("\r\n", 2)]
    [InlineData("\r\n\r", 2)]
    [InlineData("\r\n\r\n", 4)]
    [InlineData("\r\n\r\nOPTIONS sip:a@b", 4)]
    public void Keep_alives_are_consumed_and_a_message_behind_them_waited_for(string text, int consumed) =>
        Assert.Equal((ParseOutcome.NeedMore, RejectionReason.None, consumed), Stream(text));

    [Fact]
    public void Line_ends_before_a_message_are_skipped()
    {
        var message = new SipMessage();
        Assert.Equal((ParseOutcome.Done, RejectionReason.None, 4 + Head.Length + 6 + 2 + 2), Stream("\r\n\r\n" + Head + "l: 2\r\n\r\nhiOPTIONS", into: message));
        Assert.Equal("hi", Wire.Text(message.Body));
        Assert.Equal((ParseOutcome.Done, RejectionReason.None), Datagram("\r\n\r\n" + Head + "\r\nbody", into: message));
        Assert.Equal("body", Wire.Text(message.Body));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.Empty), Datagram("\r\n\r\n"));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.Empty), Datagram(""));
        Assert.Equal(0, MessageScreening.StatusFor(RejectionReason.Empty));
    }

    // A number that is no length is never one: neither an index, nor an allocation, nor a wait.
    [Theory]
    [InlineData("Content-Length: 2147483648", RejectionReason.BodyTooLarge, RejectionReason.Truncated)]
    [InlineData("Content-Length: 2147483647", RejectionReason.BodyTooLarge, RejectionReason.Truncated)]
    [InlineData("Content-Length: 18446744073709551617", RejectionReason.BodyTooLarge, RejectionReason.Truncated)]
    [InlineData("Content-Length: 99999999999999999999999999999999999999", RejectionReason.BodyTooLarge, RejectionReason.Truncated)]
    [InlineData("l: -1", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: +1", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: five", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: 0x1", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: 1, 1", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: 1 1", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l:", RejectionReason.ContentLength, RejectionReason.ContentLength)]
    [InlineData("l: 1\r\nContent-Length: 1", RejectionReason.MultipleContentLength, RejectionReason.MultipleContentLength)]
    [InlineData("l: 1\r\nContent-Length: 2", RejectionReason.MultipleContentLength, RejectionReason.MultipleContentLength)]
    public void Content_lengths(string line, RejectionReason stream, RejectionReason datagram)
    {
        var (outcome, reason, consumed) = Stream(Head + line + "\r\n\r\nab");
        Assert.Equal((ParseOutcome.Rejected, stream), (outcome, reason));
        Assert.Equal(Head.Length + line.Length + 4, consumed);
        Assert.Equal((ParseOutcome.Rejected, datagram), Datagram(Head + line + "\r\n\r\nab"));
    }

    // 20.14: on a stream the field MUST be used: without it nobody knows where the next message begins.
    [Fact]
    public void A_stream_needs_a_length_a_datagram_does_not()
    {
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.ContentLength), (Stream(Head + "\r\n").Item1, Stream(Head + "\r\n").Item2));
        Assert.Equal((ParseOutcome.Done, RejectionReason.None), Datagram(Head + "\r\n"));
    }

    [Fact]
    public void Half_messages()
    {
        const string Whole = Head + "Content-Length: 4\r\n\r\nbody";
        for (var cut = 0; cut < Whole.Length; cut++)
        {
            Assert.Equal((ParseOutcome.NeedMore, RejectionReason.None, 0), Stream(Whole[..cut]));
            Assert.Equal((ParseOutcome.Rejected, cut == 0 ? RejectionReason.Empty : RejectionReason.Truncated), Datagram(Whole[..cut]));
        }

        Assert.Equal((ParseOutcome.Done, RejectionReason.None, Whole.Length), Stream(Whole));
    }

    [Fact]
    public void Budgets()
    {
        var long400 = "X: " + new string('a', 400) + "\r\n";
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.HeadersTooLarge, 0), Stream(Head + long400 + "l: 0\r\n\r\n", Small));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.HeadersTooLarge, 0), Stream(Head + new string('a', 400), Small));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.HeadersTooLarge), Datagram(Head + long400 + "\r\n", Small));
        Assert.Equal((ParseOutcome.NeedMore, RejectionReason.None, 0), Stream(new string('a', 399), Small));

        var lines = string.Concat(Enumerable.Repeat("X: y\r\n", 8));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.TooManyHeaders), (Stream(Head + lines + "l: 0\r\n\r\n", Small).Item1, Stream(Head + lines + "l: 0\r\n\r\n", Small).Item2));
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.TooManyHeaders), Datagram(Head + lines + "\r\n", Small));
        Assert.Equal((ParseOutcome.Done, RejectionReason.None), Datagram(Head + lines[..42] + "\r\n", Small));

        Assert.Equal(RejectionReason.BodyTooLarge, Stream(Head + "l: 51\r\n\r\n", Small).Item2);
        Assert.Equal(ParseOutcome.NeedMore, Stream(Head + "l: 50\r\n\r\n", Small).Item1);
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.BodyTooLarge), Datagram(Head + "\r\n" + new string('b', 51), Small));
        Assert.Equal(513, MessageScreening.StatusFor(RejectionReason.HeadersTooLarge));
        Assert.Equal(413, MessageScreening.StatusFor(RejectionReason.BodyTooLarge));
    }

    // What is no line is left out, what stands around it is indexed, so that the refusal finds its way.
    [Theory]
    [InlineData("no colon\r\n")]
    [InlineData(": no name\r\n")]
    [InlineData("bad name: x\r\n")]
    [InlineData("ünï: x\r\n")]
    [InlineData("Subject: a\nRoute: <sip:evil>\r\n")]
    [InlineData("Subject: a\rRoute: <sip:evil>\r\n")]
    [InlineData("Subject: a\r\r\n")]
    public void Lines_that_are_none(string line)
    {
        var message = new SipMessage();
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.HeaderSyntax), Datagram(Head + line + "Call-ID: c\r\nl: 0\r\n\r\n", into: message));
        Assert.Equal("c", Wire.Text(message.Value(HeaderId.CallId)));
        Assert.False(message.Has(HeaderId.Route));
        Assert.True(MessageScreening.MayAnswer(message));
    }

    [Theory]
    [InlineData("OPTIONS sip:a SIP/2.0", ParseOutcome.Done, RejectionReason.None)]
    [InlineData("OPTIONS sip:a sip/2.0", ParseOutcome.Done, RejectionReason.None)]
    [InlineData("OPTIONS sip:a SIP/2.1", ParseOutcome.Rejected, RejectionReason.Version)]
    [InlineData("OPTIONS sip:a", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("OPTIONS", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("OPT(ONS sip:a SIP/2.0", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("OPTIONS sip:a\tb SIP/2.0", ParseOutcome.Rejected, RejectionReason.RequestUri)]
    [InlineData("GET / HTTP/1.1", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("SIP/2.0 200 OK", ParseOutcome.Done, RejectionReason.None)]
    [InlineData("SIP/2.0 200", ParseOutcome.Done, RejectionReason.None)]
    [InlineData("SIP/2.0 2000 OK", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("SIP/2.0 099 OK", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("SIP/2.0 700 OK", ParseOutcome.Rejected, RejectionReason.StartLine)]
    [InlineData("SIP/3.0 200 OK", ParseOutcome.Rejected, RejectionReason.Version)]
    [InlineData("SIP/2.0", ParseOutcome.Rejected, RejectionReason.Version)]
    public void Start_lines(string line, ParseOutcome outcome, RejectionReason reason) => Assert.Equal((outcome, reason), Datagram(line + "\r\nl: 0\r\n\r\n"));

    // 7.3.1: folded lines are one line, blanks where the line ends were.
    [Fact]
    public void Folded_lines()
    {
        var message = new SipMessage();
        Assert.Equal(ParseOutcome.Done, Datagram(Head + "Subject: a\r\n b\r\n\t c\r\nCall-ID:\r\n  x\r\n \r\n\r\n", into: message).Item1);
        Assert.Equal("a   b  \t c", Wire.Text(message.Value(HeaderId.Subject)));
        Assert.Equal("x", Wire.Text(message.Value(HeaderId.CallId)));
        Assert.False(message.Value(HeaderId.Subject).ContainsAny((byte)'\r', (byte)'\n'));
    }

    [Fact]
    public void Noise_on_a_stream_is_not_waited_for() =>
        Assert.Equal((ParseOutcome.Rejected, RejectionReason.StartLine, 0), Stream("\u0016\u0003\u0001\u0002\0\u0001"));

    // 17.1.1.3: no answer to an ACK, whatever is wrong with it; nor to a response.
    [Fact]
    public void Who_may_be_answered()
    {
        Assert.False(MessageScreening.MayAnswer(Wire.Message("ACK sip:a SIP/2.0\nVia: SIP/2.0/UDP h\n\n")));
        Assert.False(MessageScreening.MayAnswer(Wire.Message("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\n\n")));
        Assert.False(MessageScreening.MayAnswer(Wire.Message("BYE sip:a SIP/2.0\n\n")));
        Assert.True(MessageScreening.MayAnswer(Wire.Message("BYE sip:a SIP/2.0\nv: SIP/2.0/UDP h\n\n")));
    }

    [Fact]
    public void Every_reason_has_its_status_and_phrase()
    {
        foreach (var reason in Enum.GetValues<RejectionReason>())
        {
            Assert.NotEmpty(MessageScreening.Phrase(reason));
            Assert.Contains(MessageScreening.StatusFor(reason), new[] { 0, 400, 413, 505, 513 });
        }

        Assert.Equal("Bad Request (CSeq)", MessageScreening.Phrase(RejectionReason.CSeq));
    }

    [Theory]
    [InlineData("Max-Forwards: 70\n", RejectionReason.DuplicateHeader)]
    [InlineData("f: <sip:x@y>;tag=2\n", RejectionReason.DuplicateHeader)]
    [InlineData("Contact: *\n", RejectionReason.None)]
    [InlineData("Contact: bob\n", RejectionReason.Contact)]
    [InlineData("Contact: <sip:a@b:99999>\n", RejectionReason.Contact)]
    [InlineData("Route: <sip:a;lr>, <sip:b\n", RejectionReason.Route)]
    [InlineData("Record-Route: x\n", RejectionReason.RecordRoute)]
    [InlineData("Via: junk\n", RejectionReason.Via)]
    public void Screening(string more, RejectionReason expected) => Assert.Equal(expected, MessageScreening.Check(Wire.Request("INVITE", more)));
}
