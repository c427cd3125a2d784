using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

public sealed class SipWriterTests
{
    [Fact]
    public void A_request_to_the_octet()
    {
        var octets = new SipWriter(1).RequestLine("INFO"u8, "sip:bob@example.com"u8)
            .Header(HeaderId.Via, "SIP/2.0/UDP a;branch=z9hG4bKx").Header(HeaderId.CSeq, "5 INFO"u8).Header("X-Own"u8, "ünï"u8)
            .HeaderStart(HeaderId.MaxForwards).Append(69).HeaderEnd().HeaderStart(HeaderId.To).Append("<sip:"u8).Append("bö").Append(">"u8).HeaderEnd()
            .Finish("abc"u8, "text/plain"u8);
        Assert.Equal("INFO sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nCSeq: 5 INFO\r\nX-Own: ünï\r\nMax-Forwards: 69\r\n" +
            "To: <sip:bö>\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc", Wire.Text(octets));
    }

    [Fact]
    public void Used_again_after_reset()
    {
        var writer = new SipWriter();
        writer.StatusLine(486).Finish("x"u8, "a/b"u8);
        writer.Reset();
        Assert.Equal("SIP/2.0 183 Session Progress\r\nContent-Length: 0\r\n\r\n", Wire.Text(writer.StatusLine(183).Complete().Span));
        writer.Reset();
        Assert.Equal("SIP/2.0 200 Fine\r\nContent-Length: 1\r\n\r\nx", Wire.Text(writer.StatusLine(200, "Fine"u8).Finish("x"u8)));
    }

    // RFC 3261 section 7.3.1: a line end ends a header field. None may come out of a value.
    [Fact]
    public void No_value_can_add_a_line()
    {
        var octets = new SipWriter().RequestLine("BYE"u8, "sip:a\r\nX: 1"u8).Header(HeaderId.Subject, "a\r\nRoute: <sip:evil>").Header(HeaderId.Reason, "b\nc\rd"u8)
            .Header("N\r\n"u8, "v"u8).Finish();
        Assert.Equal("BYE sip:a  X: 1 SIP/2.0\r\nSubject: a  Route: <sip:evil>\r\nReason: b c d\r\nN  : v\r\nContent-Length: 0\r\n\r\n", Wire.Text(octets));
    }

    [Fact]
    public void Lines_are_copied_with_our_names_and_unknown_ones_with_theirs()
    {
        var from = Wire.Request("INVITE", "s: hello\nx-UNKNOWN :  1, 2\nreason: a\nReason: b\n");
        var writer = new SipWriter().CopyAll(from, HeaderId.Subject).CopyAll(from, HeaderId.Reason).CopyAll(from, HeaderId.Unknown).CopyAll(from, HeaderId.Route);
        Assert.Equal("Subject: hello\r\nReason: a\r\nReason: b\r\nx-UNKNOWN: 1, 2\r\n", Wire.Text(writer.Written));
    }

    // Round trip, seeded: what the writer wrote, the index reads.
    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 500; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 40)).Select(_ => HeaderCatalogue.Rows[random.Next(HeaderCatalogue.Rows.Length)])
                .Where(row => row.Id is not (HeaderId.ContentLength or HeaderId.ContentType)).ToList();
            var values = rows.Select(_ => Value(random)).ToList();
            var body = new byte[random.Next(0, 300)];
            random.NextBytes(body);
            var writer = new SipWriter(16).RequestLine("OPTIONS"u8, "sip:x"u8);
            for (var i = 0; i < rows.Count; i++)
            {
                writer.Header(rows[i].Id, values[i]);
            }

            var message = SipMessage.Copy(writer.Finish(body));
            Assert.Equal(rows.Count + 1, message.HeaderCount);
            for (var i = 0; i < rows.Count; i++)
            {
                Assert.Equal((rows[i].Id, values[i]), (message.Header(i).Id, Wire.Text(message.Value(message.Header(i)))));
                Assert.Equal(rows.Count(row => row.Id == rows[i].Id), message.Count(rows[i].Id));
            }

            Assert.Equal(body, message.Body.ToArray());
        }
    }

    private static string Value(Random random) =>
        new string([.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => (char)random.Next(0x20, 0x7F))]).Trim();
}
