using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Sip.Tests.Headers;

public sealed class ReplacesTests
{
    [Theory]
    // RFC 3891 section 6.1, its three examples.
    [InlineData("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff", "98732@sip.example.com", "ff87ff", "r33th4x0r", false)]
    [InlineData("12adf2f34456gs5;to-tag=12345;from-tag=54321", "12adf2f34456gs5", "12345", "54321", false)]
    [InlineData("87134@171.161.34.23;to-tag=24796;from-tag=0", "87134@171.161.34.23", "24796", "0", false)]
    // "early-only" and generic-param.
    [InlineData(" a ; TO-TAG = t ;From-Tag=f ;x=\"y;z\"; Early-Only", "a", "t", "f", true)]
    public void Names_a_dialog(string value, string callId, string toTag, string fromTag, bool earlyOnly)
    {
        Assert.True(Replaces.TryParse(Encoding.ASCII.GetBytes(value), out var replaces));
        Assert.Equal(
            (callId, toTag, fromTag, earlyOnly),
            (Encoding.ASCII.GetString(replaces.CallId), Encoding.ASCII.GetString(replaces.ToTag), Encoding.ASCII.GetString(replaces.FromTag), replaces.EarlyOnly));

        Assert.True(Replaces.TryParse(Encoding.ASCII.GetBytes(Replaces.Write(callId, toTag, fromTag, earlyOnly)), out var again));
        Assert.Equal(earlyOnly, again.EarlyOnly);
        Assert.True(again.ToTag.SequenceEqual(replaces.ToTag) && again.FromTag.SequenceEqual(replaces.FromTag) && again.CallId.SequenceEqual(replaces.CallId));
    }

    // 6.1: "A Replaces header field MUST contain exactly one to-tag and exactly one from-tag, as they are required for unique dialog matching."
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData(";to-tag=1;from-tag=2")]
    [InlineData("a;to-tag=1")]
    [InlineData("a;from-tag=1")]
    [InlineData("a;to-tag=1;from-tag=2;to-tag=3")]
    [InlineData("a;to-tag=1;from-tag=2;from-tag=2")]
    [InlineData("a;to-tag=;from-tag=2")]
    [InlineData("a;to-tag;from-tag=2")]
    [InlineData("a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2")]
    [InlineData("a b;to-tag=1;from-tag=2")]
    [InlineData("a;to-tag=\"1\";from-tag=2")]
    public void Names_none(string value) => Assert.False(Replaces.TryParse(Encoding.ASCII.GetBytes(value), out _));

    // RFC 5589 section 7.3: Refer-To: <sips:482n4z24kdg@gw.example.com;gr=8594958?Replaces=090459243588173445%3Bto-tag%3D9m2n3wq%3Bfrom-tag%3D763231&Require=replaces>
    [Fact]
    public void Stands_escaped_in_a_Refer_To()
    {
        Assert.True(SipUri.TryParse("sips:482n4z24kdg@gw.example.com;gr=8594958?Replaces=090459243588173445%3Bto-tag%3D9m2n3wq%3Bfrom-tag%3D763231&Require=replaces&x"u8, out var uri));
        var read = new List<string>();
        var headers = new UriHeaders(uri.Headers);
        while (headers.Next())
        {
            read.Add(Encoding.ASCII.GetString(headers.Name) + ": " + Encoding.ASCII.GetString(headers.Value));
        }

        Assert.Equal(["Replaces: 090459243588173445;to-tag=9m2n3wq;from-tag=763231", "Require: replaces", "x: "], read);
        Assert.Equal("090459243588173445%3Bto-tag%3D9m2n3wq%3Bfrom-tag%3D763231", UriHeaders.Escape("090459243588173445;to-tag=9m2n3wq;from-tag=763231"u8));
        Assert.Equal("a%40b%20%26%25%FF", UriHeaders.Escape([.. "a@b &%"u8, 0xFF]));
    }
}
