using System.Text;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Sip.Tests.Uris;

public sealed class SipUriTests
{
    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    // RFC 3261 section 19.1.3: the examples of SIP and SIPS URIs.
    [Theory]
    [InlineData("sip:alice@atlanta.com", UriScheme.Sip, "alice", "", "atlanta.com", 0, "", "")]
    [InlineData("sip:alice:secretword@atlanta.com;transport=tcp", UriScheme.Sip, "alice", "secretword", "atlanta.com", 0, ";transport=tcp", "")]
    [InlineData("sips:alice@atlanta.com?subject=project%20x&priority=urgent", UriScheme.Sips, "alice", "", "atlanta.com", 0, "", "subject=project%20x&priority=urgent")]
    [InlineData("sip:+1-212-555-1212:1234@gateway.com;user=phone", UriScheme.Sip, "+1-212-555-1212", "1234", "gateway.com", 0, ";user=phone", "")]
    [InlineData("sips:1212@gateway.com", UriScheme.Sips, "1212", "", "gateway.com", 0, "", "")]
    [InlineData("sip:alice@192.0.2.4", UriScheme.Sip, "alice", "", "192.0.2.4", 0, "", "")]
    [InlineData("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", UriScheme.Sip, "", "", "atlanta.com", 0, ";method=REGISTER", "to=alice%40atlanta.com")]
    [InlineData("sip:alice;day=tuesday@atlanta.com", UriScheme.Sip, "alice;day=tuesday", "", "atlanta.com", 0, "", "")]
    [InlineData("SIP:a?b@[2001:db8::1]:5061;lr", UriScheme.Sip, "a?b", "", "2001:db8::1", 5061, ";lr", "")]
    [InlineData("sip:*21#@h", UriScheme.Sip, "*21#", "", "h", 0, "", "")]
    [InlineData("tel:+1-201-555-0123;isub=12", UriScheme.Tel, "+1-201-555-0123", "", "", 0, ";isub=12", "")]
    [InlineData("urn:service:sos", UriScheme.Other, "", "", "", 0, "", "")]
    public void In_its_parts(string text, UriScheme scheme, string user, string password, string host, int port, string parameters, string headers)
    {
        Assert.True(SipUri.TryParse(Octets(text), out var uri));
        Assert.Equal((scheme, user, password, host, port), (uri.Scheme, Text(uri.User), Text(uri.Password), Text(uri.Host), uri.Port));
        Assert.Equal((parameters, headers), (Text(uri.Parameters), Text(uri.Headers)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("alice")]
    [InlineData("sip:")]
    [InlineData("sip:alice@")]
    [InlineData("sip:@@b")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:a b@c")]
    [InlineData("sip:a%4@c")]
    [InlineData("sip:a%zz@c")]
    [InlineData("sip:a@b:")]
    [InlineData("sip:a@b:0")]
    [InlineData("sip:a@b:70000")]
    [InlineData("sip:a@b:50x")]
    [InlineData("sip:a@[::1")]
    [InlineData("sip:a@[::g]")]
    [InlineData("sip:2001:db8::10")]
    [InlineData("sip:a@b;")]
    [InlineData("sip:a@b;;x")]
    [InlineData("sip:a@b;=x")]
    [InlineData("sip:a@b;x=%2")]
    [InlineData("sip:a@b;x=\"y\"")]
    [InlineData("sip:a@b?")]
    [InlineData("sip:a@b c")]
    [InlineData("sip:a@b\0")]
    [InlineData("tel:")]
    [InlineData("tel:bob")]
    [InlineData("1x:abc")]
    [InlineData("isbn:")]
    [InlineData("<sip:a@b>")]
    public void No_uris(string text) => Assert.False(SipUri.TryParse(Octets(text), out _));

    [Fact]
    public void Parameters()
    {
        Assert.True(SipUri.TryParse("sip:a@b;Transport=TCP;%6cr;maddr=[::1];x="u8, out var uri));
        Assert.Equal(SipTransport.Tcp, uri.Transport);
        Assert.True(uri.IsLooseRoute);
        Assert.True(uri.TryParameter("maddr"u8, out var maddr));
        Assert.Equal("[::1]", Text(maddr));
        Assert.False(uri.TryParameter("l"u8, out _));
        Assert.True(SipUri.TryParse("sip:lr@b;transport=sctp"u8, out uri));
        Assert.Null(uri.Transport);
        Assert.False(uri.IsLooseRoute);
    }

    // 19.1.4: "The URIs within each of the following sets are equivalent".
    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;security=on")]
    [InlineData("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on")]
    [InlineData("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    // RFC 5954 section 4.2.
    [InlineData("sip:a@[2001:db8::9:1]", "sip:a@[2001:DB8:0::9:01]")]
    // RFC 3966 section 5.
    [InlineData("tel:+1-201-555-0123", "TEL:+1(201)555.0123")]
    [InlineData("tel:7042;phone-context=Example.com;x=1", "tel:70-42;x=1;phone-context=example.com")]
    [InlineData("urn:service:sos", "urn:service:sos")]
    // Found by MutationTests (seed 4475, round 9800).
    [InlineData("sip:a@b;user=phone;user=ip", "sip:a@b;user=phone;user=ip")]
    public void Equivalent(string a, string b)
    {
        Assert.True(SipUri.AreEquivalent(Octets(a), Octets(b)));
        Assert.True(SipUri.AreEquivalent(Octets(b), Octets(a)));
        Assert.True(SipUri.AreEquivalent(Octets(a), Octets(a)));
    }

    // 19.1.4: "The URIs within each of the following sets are not equivalent", and the rules above them.
    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    // "Note that equality is not transitive": both are equivalent to the URI without the parameter.
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    [InlineData("sip:a@b", "sips:a@b")]
    [InlineData("sip:a@b", "sip:b")]
    [InlineData("sip:a:p@b", "sip:a@b")]
    [InlineData("sip:a@b;user=phone", "sip:a@b")]
    [InlineData("sip:a@b;ttl=1", "sip:a@b")]
    [InlineData("sip:a@b;method=INVITE", "sip:a@b")]
    [InlineData("sip:a@b;maddr=x", "sip:a@b")]
    [InlineData("sip:a%3Bx@b", "sip:a;x@b")]
    [InlineData("sip:a@b?X=1&X=1", "sip:a@b?X=1")]
    [InlineData("sip:a@[::1]", "sip:a@[::2]")]
    [InlineData("tel:+12", "tel:12")]
    [InlineData("tel:+12", "tel:+12;isub=1")]
    [InlineData("urn:service:sos", "urn:service:SOS")]
    [InlineData("nonsense", "nonsense")]
    public void Not_equivalent(string a, string b)
    {
        Assert.False(SipUri.AreEquivalent(Octets(a), Octets(b)));
        Assert.False(SipUri.AreEquivalent(Octets(b), Octets(a)));
    }

    // 10.3 step 5: "All URI parameters MUST be removed (including the user-param), and any escaped characters MUST be converted to their unescaped form."
    [Theory]
    [InlineData("sip:Alice@AtLanta.COM", "Alice@atlanta.com")]
    [InlineData("sips:%61lice:pw@atlanta.com:5061;user=phone?X=1", "alice@atlanta.com")]
    [InlineData("sip:j%C3%BCrgen@x", "jürgen@x")]
    [InlineData("sip:a@[2001:DB8::1]", "a@[2001:db8::1]")]
    [InlineData("sip:Example.com", "example.com")]
    [InlineData("tel:+1-201-555-0123;isub=9", "+12015550123")]
    [InlineData("tel:7042;phone-context=Example.com", "7042@example.com")]
    // What would read as something else when it is unescaped stays escaped, in one spelling.
    [InlineData("sip:a%00b@x", "a%00b@x")]
    [InlineData("sip:a%40trusted@x", "a%40trusted@x")]
    [InlineData("sip:a%2500@x", "a%2500@x")]
    [InlineData("sip:a%e9@x", "a%E9@x")]
    [InlineData("urn:service:sos", "")]
    public void Addresses_of_record(string text, string expected)
    {
        Assert.True(SipUri.TryParse(Octets(text), out var uri));
        Assert.Equal(expected, SipUris.AddressOfRecord(uri));
    }
}
