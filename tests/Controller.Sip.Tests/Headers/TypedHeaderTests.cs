using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Sip.Tests.Headers;

public sealed class TypedHeaderTests
{
    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    // RFC 3261 section 20.42: "Even though this specification mandates that the branch parameter be present …, the BNF … indicates that it is optional." RFC 3581: rport.
    [Fact]
    public void A_via_in_its_parts()
    {
        Assert.True(Via.TryParse("SIP / 2.0 / tls  [2001:db8::1] : 5061 ; branch = z9hG4bKa ;received=192.0.2.1; RPORT=4000 ;ttl=1;hidden;x=\"a;b\""u8, out var via));
        Assert.Equal((SipTransport.Tls, "tls", "2001:db8::1", 5061), (via.Transport, Text(via.TransportText), Text(via.Host), via.Port));
        Assert.Equal(("z9hG4bKa", "192.0.2.1", 4000, true), (Text(via.Branch), Text(via.Received), via.RPort, via.HasRPort));
        Assert.True(via.TryParameter("hidden"u8, out var hidden));
        Assert.True(hidden.IsEmpty);
        Assert.True(via.TryParameter("X"u8, out var quoted));
        Assert.Equal("a;b", Text(quoted));
        Assert.False(via.TryParameter("maddr"u8, out _));

        Assert.True(Via.TryParse("SIP/2.0/WSS df7jal23ls0d.invalid;rport"u8, out via));
        Assert.Equal((SipTransport.Wss, 0, true), (via.Transport, via.Port, via.HasRPort));
        Assert.Null(via.RPort);
        Assert.True(via.Branch.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SIP/2.0/UDP")]
    [InlineData("SIP/2.0/UDP ")]
    [InlineData("SIP/2.0 UDP host")]
    [InlineData("HTTP/1.1/UDP host")]
    [InlineData("SIP/2.0/UDP host:")]
    [InlineData("SIP/2.0/UDP host:0")]
    [InlineData("SIP/2.0/UDP host:65536")]
    [InlineData("SIP/2.0/UDP host:99999999999999999999")]
    [InlineData("SIP/2.0/UDP host:x")]
    [InlineData("SIP/2.0/UDP host;")]
    [InlineData("SIP/2.0/UDP host;branch=")]
    [InlineData("SIP/2.0/UDP host;rport=0")]
    [InlineData("SIP/2.0/UDP host;x=\"open")]
    [InlineData("SIP/2.0/UDP [2001:db8::1")]
    [InlineData("SIP/2.0/UDP []")]
    [InlineData("SIP/2.0/UDP [1]")]
    [InlineData("SIP/2.0/UDP host junk")]
    [InlineData("SIP/2.0/UDP host, SIP/2.0/UDP b")]
    public void No_vias(string text) => Assert.False(Via.TryParse(Octets(text), out _));

    [Theory]
    [InlineData("<sip:a@b>", "", "sip:a@b", "", "")]
    [InlineData("sip:a@b;tag=1", "", "sip:a@b", ";tag=1", "1")]
    [InlineData("sip:a@b ; TAG = 1", "", "sip:a@b", "; TAG = 1", "1")]
    [InlineData("\"A <x> \\\" , ;\" <sip:a@b;p>;tag=1;x", "\"A <x> \\\" , ;\"", "sip:a@b;p", ";tag=1;x", "1")]
    [InlineData("\"A\"<sip:a@b>", "\"A\"", "sip:a@b", "", "")]
    [InlineData("A. G. Bell <sip:a@b>;tag=x", "A. G. Bell", "sip:a@b", ";tag=x", "x")]
    [InlineData("Jürgen <sip:a@b>", "Jürgen", "sip:a@b", "", "")]
    [InlineData("<tel:+1-2>", "", "tel:+1-2", "", "")]
    [InlineData("<sip:a@b?X=1,2>;q=0.7", "", "sip:a@b?X=1,2", ";q=0.7", "")]
    public void Name_addrs(string text, string name, string uri, string parameters, string tag)
    {
        Assert.True(NameAddr.TryParse(Octets(text), out var address));
        Assert.Equal((name, uri, parameters, tag), (Text(address.DisplayName), Text(address.Uri), Text(address.Parameters), Text(address.Tag)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("bob")]
    [InlineData("<>")]
    [InlineData("<sip:a@b")]
    [InlineData("\"open <sip:a@b>")]
    [InlineData("\"A\" sip:a@b")]
    [InlineData("\"A\"")]
    [InlineData("Bell, Alexander <sip:a@b>")]
    [InlineData("< sip:a@b >")]
    [InlineData("<sip:a@b> junk")]
    [InlineData("<sip:a@b>;")]
    [InlineData("<sip:a@b>;;x")]
    [InlineData("<sip:a@b>;tag=")]
    [InlineData("sip:a@b?Route=x")]
    [InlineData("sip:a@b, sip:c@d")]
    [InlineData("sip:a@b junk")]
    public void No_name_addrs(string text) => Assert.False(NameAddr.TryParse(Octets(text), out _));

    // RFC 5626 section 4.1: +sip.instance comes quoted.
    [Fact]
    public void A_contact_parameter_comes_without_its_quotes()
    {
        Assert.True(NameAddr.TryParse("<sip:a@b>;reg-id=1;+sip.instance=\"<urn:uuid:0-1;2>\";expires=60"u8, out var contact));
        Assert.True(contact.TryParameter("+SIP.instance"u8, out var instance));
        Assert.Equal("<urn:uuid:0-1;2>", Text(instance));
        Assert.True(contact.TryParameter("expires"u8, out var expires));
        Assert.Equal("60", Text(expires));
        Assert.False(contact.TryParameter("q"u8, out _));
    }

    // 20.16 and 8.1.1.5: "The sequence number value MUST be expressible as a 32-bit unsigned integer".
    [Theory]
    [InlineData("1 INVITE", 1u, SipMethod.Invite, "INVITE")]
    [InlineData("0009 \t INVITE", 9u, SipMethod.Invite, "INVITE")]
    [InlineData("4294967295 FOO", 4294967295u, SipMethod.Unknown, "FOO")]
    [InlineData("0 invite", 0u, SipMethod.Unknown, "invite")]
    public void Sequence_numbers(string text, uint number, SipMethod method, string methodText)
    {
        Assert.True(CSeq.TryParse(Octets(text), out var cseq, out var name));
        Assert.Equal(new CSeq(number, method), cseq);
        Assert.Equal(methodText, Text(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("INVITE")]
    [InlineData("-1 INVITE")]
    [InlineData("4294967296 INVITE")]
    [InlineData("36893488147419103232 REGISTER")]
    [InlineData("1 INV ITE")]
    [InlineData("1,INVITE")]
    public void No_sequence_numbers(string text) => Assert.False(CSeq.TryParse(Octets(text), out _, out _));

    [Fact]
    public void Every_method_has_its_name_and_case_counts()
    {
        foreach (var method in Enum.GetValues<SipMethod>().Skip(1))
        {
            Assert.Equal(method, SipMethods.Parse(method.Utf8Name()));
            Assert.Equal(method.Name(), Text(method.Utf8Name()));
            Assert.Equal(SipMethod.Unknown, SipMethods.Parse(Octets(method.Name().ToLowerInvariant())));
        }

        Assert.Equal("", SipMethod.Unknown.Name());
    }
}
