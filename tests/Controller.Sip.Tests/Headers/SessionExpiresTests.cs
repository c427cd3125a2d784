using System.Text;
using Controller.Sip.Headers;

namespace Controller.Sip.Tests.Headers;

public class SessionExpiresTests
{
    // RFC 4028 section 4: Session-Expires = ("Session-Expires" / "x") HCOLON delta-seconds *(SEMI se-params).
    [Theory]
    [InlineData("1800", 1800, Refresher.Unspecified)]
    [InlineData("4000;refresher=uac", 4000, Refresher.Uac)]
    [InlineData("90 ; Refresher = UAS", 90, Refresher.Uas)]
    [InlineData("90;other=1;refresher=uas", 90, Refresher.Uas)]
    [InlineData("90;refresher=proxy", 90, Refresher.Unspecified)]
    [InlineData("99999999999", int.MaxValue, Refresher.Unspecified)]
    public void What_can_be_read(string value, int seconds, Refresher refresher)
    {
        Assert.True(SessionExpires.TryParse(Encoding.ASCII.GetBytes(value), out SessionExpires parsed));
        Assert.Equal(new SessionExpires(seconds, refresher), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData(";refresher=uac")]
    public void What_cannot(string value) => Assert.False(SessionExpires.TryParse(Encoding.ASCII.GetBytes(value), out _));

    [Theory]
    [InlineData("120", 120)]
    [InlineData("3600;x=y", 3600)]
    public void Minimum(string value, int seconds)
    {
        Assert.True(SessionExpires.TryParseMinimum(Encoding.ASCII.GetBytes(value), out int parsed));
        Assert.Equal(seconds, parsed);
    }
}
