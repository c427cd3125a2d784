using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

public sealed class WrittenMessageTests
{
    private static readonly byte[] Invite = new SipWriter().RequestLine("INVITE"u8, "sip:Min-SE:5@example.com"u8)
        .Header(HeaderId.Subject, "Session-Expires: 7"u8).Header("X-Session-Expires"u8, "8"u8).HeaderStart(HeaderId.SessionExpires).Append(1800).Append(";refresher=uac"u8).HeaderEnd()
        .Header(HeaderId.SessionExpires, "9"u8).Finish("\r\nMin-SE: 90\r\n"u8, "text/plain"u8);

    [Theory]
    [InlineData(HeaderId.SessionExpires, "1800;refresher=uac")]
    [InlineData(HeaderId.Subject, "Session-Expires: 7")]
    [InlineData(HeaderId.ContentLength, "14")]
    [InlineData(HeaderId.MinSe, "")]
    [InlineData(HeaderId.RSeq, "")]
    public void The_first_line_of_that_name(HeaderId id, string value)
    {
        Assert.Equal(value, Encoding.ASCII.GetString(WrittenMessage.Value(Invite, id)));
        Assert.Equal(value, Encoding.ASCII.GetString(SipMessage.Copy(Invite).Value(id)));
    }

    [Fact]
    public void Nothing_is_in_nothing() => Assert.True(WrittenMessage.Value(default, HeaderId.Via).IsEmpty);
}
