using System.Text;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Sip.Tests.Messages;

public sealed class SipFragmentTests
{
    private static readonly TopologyHiding Hiding = new("203.0.113.1", new HashSet<string>());

    [Theory]
    [InlineData("SIP/2.0 100 Trying", 100)]
    [InlineData("SIP/2.0 200 OK\r\nTo: <sip:b@c>", 200)]
    [InlineData("sip/2.0 486\nX: y", 486)]
    [InlineData("SIP/2.0 603 Declined\r\n\r\nbody", 603)]
    [InlineData("", 0)]
    [InlineData("INVITE sip:a@b SIP/2.0", 0)]
    [InlineData("SIP/2.0 99 x", 0)]
    [InlineData("SIP/2.0 700 x", 0)]
    [InlineData("SIP/2.0 2000 x", 0)]
    [InlineData("SIP/3.0 200 OK", 0)]
    public void Begins_with_a_status_line(string fragment, int status) => Assert.Equal(status, SipFragment.Status(Encoding.ASCII.GetBytes(fragment)));

    // RFC 3515 section 2.4.5: the body "MUST begin with a SIP Response Status-Line"; nothing that names the other side follows it here.
    [Fact]
    public void Crosses_without_hosts_tags_and_bodies()
    {
        const string Told = "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nTo: <sip:c@10.0.0.2>;tag=secret\r\nWarning: 399 10.0.0.3 \"x\"\r\n"
            + "Contact: <sip:c@10.0.0.4>\r\nCall-ID: abc@10.0.0.5\r\nServer: inner 10.0.0.6\r\nX-Trunk: 10.0.0.7\r\nRetry-After: 30\r\nContent-Type: application/sdp\r\n"
            + "Reason: Q.850;cause=34\r\n\r\nv=0\r\no=- 1 1 IN IP4 10.0.0.8\r\n";
        Assert.Equal(
            "SIP/2.0 503 Service Unavailable\r\nRetry-After: 30\r\nReason: Q.850;cause=34\r\n", Encoding.ASCII.GetString(SipFragment.Crossing(Encoding.ASCII.GetBytes(Told), Hiding)));
        Assert.Equal("SIP/2.0 180 Ringing\r\n", Encoding.ASCII.GetString(SipFragment.Crossing("SIP/2.0 180 Ringing"u8, Hiding)));
        Assert.Empty(SipFragment.Crossing("not a fragment of a response at 10.0.0.1"u8, Hiding));
    }

    [Fact]
    public void Our_own_is_a_status_line() => Assert.Equal("SIP/2.0 100 Trying\r\n", Encoding.ASCII.GetString(SipFragment.Of(100)));

    [Theory]
    [InlineData("message/sipfrag", true)]
    [InlineData("Message/SIPfrag ;version=2.0", true)]
    [InlineData("message/sip", false)]
    [InlineData("", false)]
    public void Is_named_by_its_type(string type, bool expected) => Assert.Equal(expected, SipFragment.IsFragment(Encoding.ASCII.GetBytes(type)));
}
