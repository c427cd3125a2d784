using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

public sealed class SipMessageTests
{
    [Fact]
    public void An_invite_in_its_parts()
    {
        var message = SipMessage.Copy(Wire.Invite);
        Assert.True(message.IsRequest);
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.Equal("INVITE", Wire.Text(message.MethodText));
        Assert.Equal("sip:+15551234567@sbc.example.com:5060;user=phone", Wire.Text(message.RequestUri));
        Assert.Equal(0, message.StatusCode);
        Assert.True(message.ReasonPhrase.IsEmpty);
        Assert.Equal(15, message.HeaderCount);
        Assert.Equal("a84b4c76e66710-5f2a@192.0.2.10", Wire.Text(message.Value(HeaderId.CallId)));
        Assert.Equal(Wire.Invite, message.Raw.ToArray());
        Assert.StartsWith("v=0", Wire.Text(message.Body));
        Assert.Equal(246, message.Body.Length);
        Assert.False(message.Has(HeaderId.Route));
        Assert.True(message.Value(HeaderId.Route).IsEmpty);
        Assert.Equal("User-Agent", Wire.Text(message.Name(message.Header(12))));
        Assert.Throws<ArgumentOutOfRangeException>(() => message.Header(15));
        Assert.Throws<ArgumentOutOfRangeException>(() => message.Header(-1));
    }

    [Fact]
    public void What_is_no_message_is_not_copied()
    {
        Assert.Throws<FormatException>(() => SipMessage.Copy("hello"u8));
        Assert.Throws<FormatException>(() => SipMessage.Copy("OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nabc"u8));
    }

    // RFC 3261 section 7.3.1: several lines and one line with commas mean the same; quotes and brackets hide a comma.
    [Fact]
    public void Values_of_all_lines_in_order()
    {
        var message = Wire.Request("INVITE", "Contact: \"Bell, A\" <sip:a,b@x;p=1>;q=1 , <sip:c@d>\nSubject: one, two\nm: sip:e@f\nk: ,a,, b ,\nSupported:\nSupported: c\n");
        Assert.Equal(["\"Bell, A\" <sip:a,b@x;p=1>;q=1", "<sip:c@d>", "sip:e@f"], Values(message, HeaderId.Contact));
        Assert.Equal(2, message.Count(HeaderId.Contact));
        Assert.Equal(["a", "b", "c"], Values(message, HeaderId.Supported));
        Assert.Equal(["one, two"], Values(message, HeaderId.Subject));
        Assert.Empty(Values(message, HeaderId.Route));
        Assert.Equal(0, message.Count(HeaderId.Route));
    }

    // A quote that does not close takes the rest of its line with it, not of the next.
    [Fact]
    public void An_open_quote_ends_with_its_line()
    {
        var message = Wire.Request("INVITE", "Route: <sip:a>, \"b, <sip:c>\nRoute: <sip:d>, <sip:e, sip:f\n");
        Assert.Equal(["<sip:a>", "\"b, <sip:c>", "<sip:d>", "<sip:e, sip:f"], Values(message, HeaderId.Route));
    }

    [Fact]
    public void A_detached_message_outlives_the_buffer_it_came_in()
    {
        var buffer = Wire.Invite.ToArray();
        var message = new SipMessagePool(1, 64).Rent();
        Assert.Equal(ParseOutcome.Done, StreamFraming.Parse(buffer, message, SipLimits.Default, out _, out _));
        message.Detach();
        Array.Clear(buffer);
        Assert.Equal(Wire.Invite, message.Raw.ToArray());
        Assert.Equal("70", Wire.Text(message.Value(HeaderId.MaxForwards)));
        message.Detach();
        Assert.Equal(Wire.Invite, message.Raw.ToArray());
    }

    // An index that is used again holds nothing of the message before.
    [Fact]
    public void Nothing_is_left_of_the_message_before()
    {
        var message = new SipMessage();
        DatagramFraming.Parse(Wire.Invite.ToArray(), message, SipLimits.Default, out _);
        DatagramFraming.Parse(Wire.Octets("SIP/2.0 180 Ringing\nCSeq: 1 BYE\n\n"), message, SipLimits.Default, out _);
        Assert.False(message.IsRequest);
        Assert.Equal(180, message.StatusCode);
        Assert.Equal(SipMethod.Bye, message.Method);
        Assert.Equal("BYE", Wire.Text(message.MethodText));
        Assert.True(message.RequestUri.IsEmpty);
        Assert.False(message.Has(HeaderId.CallId));
        Assert.Equal(1, message.HeaderCount);
        Assert.True(message.Body.IsEmpty);
    }

    private static List<string> Values(SipMessage message, HeaderId id)
    {
        var values = new List<string>();
        foreach (var value in message.Values(id))
        {
            values.Add(Wire.Text(value));
        }

        return values;
    }
}
