using System.Text;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Sip.Tests.Conformance;

/// <summary>What RFC 4475 and RFC 5118 say must be read out of the valid messages.</summary>
public sealed class TortureContentTests
{
    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    private static List<string> All(SipMessage message, HeaderId id)
    {
        var values = new List<string>();
        foreach (var value in message.Values(id))
        {
            values.Add(Text(value));
        }

        return values;
    }

    private static NameAddr Address(ReadOnlySpan<byte> value)
    {
        Assert.True(NameAddr.TryParse(value, out var address));
        return address;
    }

    private static SipUri Uri(ReadOnlySpan<byte> text)
    {
        Assert.True(SipUri.TryParse(text, out var uri));
        return uri;
    }

    // 3.1.1.1: "escaped characters within quotes", "an empty subject", "LWS between colons, semicolons, header field values, and other fields",
    // "both comma separated and separate listing of header field values", "mix of short and long form for the same header field name".
    [Fact]
    public void A_short_tortuous_invite()
    {
        var message = TortureMessage.Parse("rfc4475/wsinv.dat");
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.True(Uri(message.RequestUri).TryParameter("unknownparam"u8, out var none));
        Assert.True(none.IsEmpty);
        Assert.Equal("1918181833n", Text(Address(message.Value(HeaderId.To)).Tag));
        Assert.Equal("sip:vivekg@chair-dnrc.example.com", Text(Address(message.Value(HeaderId.To)).Uri));

        var from = Address(message.Value(HeaderId.From));
        Assert.Equal("\"J Rosenberg \\\\\\\"\"", Text(from.DisplayName));
        Assert.Equal("98asjd8", Text(from.Tag));

        Assert.Equal("0068", Text(message.Value(HeaderId.MaxForwards)));
        Assert.True(CSeq.TryParse(message.Value(HeaderId.CSeq), out var cseq, out _));
        Assert.Equal(new CSeq(9, SipMethod.Invite), cseq);
        Assert.True(message.Has(HeaderId.Subject));
        Assert.True(message.Value(HeaderId.Subject).IsEmpty);

        var hosts = new List<string>();
        foreach (var value in message.Values(HeaderId.Via))
        {
            Assert.True(Via.TryParse(value, out var via));
            hosts.Add($"{Text(via.TransportText)} {Text(via.Host)} {Text(via.Branch)}");
        }

        Assert.Equal(["UDP 192.0.2.2 390skdjuw", "TCP spindle.example.com z9hG4bK9ikj8", "UDP 192.168.255.111 z9hG4bK30239"], hosts);

        var contact = Address(message.Value(HeaderId.Contact));
        Assert.Equal("\"Quoted string \\\"\\\"\"", Text(contact.DisplayName));
        Assert.True(contact.TryParameter("newparam"u8, out var newparam));
        Assert.Equal("newvalue", Text(newparam));
        Assert.True(contact.TryParameter("secondparam"u8, out _));
        Assert.True(contact.TryParameter("Q"u8, out var q));
        Assert.Equal("0.33", Text(q));

        var route = Uri(Address(message.Value(HeaderId.Route)).Uri);
        Assert.True(route.IsLooseRoute);
        Assert.Equal(150, message.Body.Length);

        // "unknown header fields, with unknown values": carried as they are.
        var unknown = Enumerable.Range(0, message.HeaderCount).Select(message.Header).Where(line => line.Id == HeaderId.Unknown)
            .Select(line => (Text(message.Name(line)), Text(message.Value(line)))).ToList();
        Assert.Contains(("UnknownHeaderWithUnusualValue", ";;,,;;,;"), unknown);
        Assert.Contains(("NewFangledHeader", "newfangled value   continued newfangled value"), unknown);
    }

    // 3.1.1.2: "The Method contains non-alphanumeric characters from token." "The To header field contains quoted … control characters": NUL is content.
    [Fact]
    public void A_wide_range_of_valid_characters()
    {
        var message = TortureMessage.Parse("rfc4475/intmeth.dat");
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~", Text(message.MethodText));
        Assert.Equal(SipMethod.Unknown, message.Method);

        var uri = Uri(message.RequestUri);
        Assert.Equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", Text(uri.User));
        Assert.Equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)", Text(uri.Password));
        Assert.Equal("example.com", Text(uri.Host));

        var to = Address(message.Value(HeaderId.To));
        Assert.Equal("\"BEL:\\\u0007 NUL:\\\0 DEL:\\\u007f\"", Text(to.DisplayName));
        var from = Address(message.Value(HeaderId.From));
        Assert.Equal("token1~` token2'+_ token3*%!.-", Text(from.DisplayName));
        Assert.True(from.TryParameter("fromParam''~+*_!.-%"u8, out var param));
        Assert.Equal("работающий", Text(param));
        Assert.Equal("_token~1'+`*%!-.", Text(from.Tag));
        Assert.Equal("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", Text(message.Value(HeaderId.CallId)));
        var extension = Enumerable.Range(0, message.HeaderCount).Select(message.Header).Single(line => line.Id == HeaderId.Unknown);
        Assert.Equal("extensionHeader-!.%*+_`'~", Text(message.Name(extension)));
        Assert.Equal("\uFEFF大停電", Text(message.Value(extension)));
    }

    // 3.1.1.3: "The request uri has sips:user@example.com embedded in its userpart." Unescaped once: %25%34%31 is "%41", not "A".
    [Fact]
    public void Escapes_are_taken_off_once()
    {
        var message = TortureMessage.Parse("rfc4475/esc01.dat");
        var uri = Uri(message.RequestUri);
        Assert.Equal("sips%3Auser%40example.com", Text(uri.User));
        Assert.Equal("example.net", Text(uri.Host));
        Assert.Equal("sips:user%40example.com@example.net", SipUris.AddressOfRecord(uri));
        Assert.Equal("user@example.com", SipUris.AddressOfRecord(Uri(Address(message.Value(HeaderId.To)).Uri)));
        Assert.Equal("I have spaces@example.net", SipUris.AddressOfRecord(Uri(Address(message.Value(HeaderId.From)).Uri)));

        var contact = Address(message.Value(HeaderId.Contact)).Uri;
        Assert.True(Uri(contact).IsLooseRoute);
        Assert.True(Uri(contact).TryParameter("name"u8, out var value));
        Assert.Equal("v%61lue%25%34%31", Text(value));
        Assert.True(SipUri.AreEquivalent("sip:caller@host5.example.net;lr;name=value%2541"u8, contact));
        Assert.False(SipUri.AreEquivalent("sip:caller@host5.example.net;lr;name=valueA"u8, contact));
    }

    // 3.1.1.4: "This example contains two Contact headers … implementations … must not treat them as the same": nothing ends at a NUL.
    [Fact]
    public void An_escaped_nul_does_not_end_a_user()
    {
        var message = TortureMessage.Parse("rfc4475/escnull.dat");
        Assert.Equal("null-%00-null@example.com", SipUris.AddressOfRecord(Uri(Address(message.Value(HeaderId.To)).Uri)));
        var contacts = All(message, HeaderId.Contact);
        Assert.Equal(["<sip:%00@host5.example.com>", "<sip:%00%00@host5.example.com>"], contacts);
        Assert.False(SipUri.AreEquivalent("sip:%00@host5.example.com"u8, "sip:%00%00@host5.example.com"u8));
    }

    // 3.1.1.5: "it contains a Contact and a C%6Fntact header field … The parser must not convert": two Contacts, and the method is not REGISTER.
    [Fact]
    public void A_percent_where_nothing_is_escaped()
    {
        var message = TortureMessage.Parse("rfc4475/esc02.dat");
        Assert.Equal("RE%47IST%45R", Text(message.MethodText));
        Assert.Equal(SipMethod.Unknown, message.Method);
        Assert.Equal(["<sip:alias1@host1.example.com>", "<sip:alias3@host3.example.com>"], All(message, HeaderId.Contact));
        Assert.Equal("\"%Z%45\"", Text(Address(message.Value(HeaderId.To)).DisplayName));
    }

    // 3.1.1.6: "there is no LWS between the display name and the <": caller<sip:caller@example.com>.
    [Fact]
    public void No_blank_between_display_name_and_bracket()
    {
        var from = Address(TortureMessage.Parse("rfc4475/lwsdisp.dat").Value(HeaderId.From));
        Assert.Equal("caller", Text(from.DisplayName));
        Assert.Equal("sip:caller@example.com", Text(from.Uri));
    }

    // 3.1.1.7: "This well-formed request contains header fields with many values and values that are very long."
    [Fact]
    public void Long_values()
    {
        var message = TortureMessage.Parse("rfc4475/longreq.dat");
        Assert.Equal(34, All(message, HeaderId.Via).Count);
        Assert.Matches("^1(2982|982){40,}424$", Text(Address(message.Value(HeaderId.From)).Tag));
        Assert.StartsWith("longreq.onereallyreally", Text(message.Value(HeaderId.CallId)));
        Assert.StartsWith("\"I have a user name of extreme", Text(Address(message.Value(HeaderId.To)).DisplayName));
    }

    // 3.1.1.8: "Implementations … must ignore the trailing octets"; over a stream they are a second message.
    [Fact]
    public void Extra_trailing_octets()
    {
        var octets = TortureMessage.Read("rfc4475/dblreq.dat");
        var message = TortureMessage.Parse("rfc4475/dblreq.dat");
        Assert.Equal(SipMethod.Register, message.Method);
        Assert.True(message.Body.IsEmpty);
        Assert.True(message.Raw.EndsWith("Content-Length: 0\r\n\r\n"u8));
        Assert.Equal(-1, message.Raw.IndexOf("INVITE"u8));

        var first = new SipMessage();
        Assert.Equal(ParseOutcome.Done, StreamFraming.Parse(octets, first, SipLimits.Default, out var consumed, out _));
        Assert.Equal(message.Raw.Length, consumed);
        var second = new SipMessage();
        Assert.Equal(ParseOutcome.Done, StreamFraming.Parse(octets.AsMemory(consumed), second, SipLimits.Default, out var rest, out _));
        Assert.Equal(SipMethod.Invite, second.Method);
        Assert.Equal(150, second.Body.Length);

        // The second body is five octets longer than it says: what is left is no message, and the stream is lost.
        Assert.Equal("C\r\n\r\n", Text(octets.AsSpan(consumed + rest)));
        Assert.Equal(ParseOutcome.Rejected, StreamFraming.Parse(octets.AsMemory(consumed + rest), new SipMessage(), SipLimits.Default, out _, out _));
    }

    // 3.1.1.9: "The parser must not interpret … the semicolon as a delimiter": the user part is "user;par=u@example.net".
    [Fact]
    public void Semicolons_in_the_user_part()
    {
        var uri = Uri(TortureMessage.Parse("rfc4475/semiuri.dat").RequestUri);
        Assert.Equal("user;par=u%40example.net", Text(uri.User));
        Assert.Equal("example.com", Text(uri.Host));
        Assert.True(uri.Parameters.IsEmpty);
    }

    // 3.1.1.10: "a request with a number of Via header field values with various and unknown transport types."
    [Fact]
    public void Unknown_transports_are_vias_all_the_same()
    {
        var message = TortureMessage.Parse("rfc4475/transports.dat");
        var transports = new List<string>();
        foreach (var value in message.Values(HeaderId.Via))
        {
            Assert.True(Via.TryParse(value, out var via));
            transports.Add($"{Text(via.TransportText)} {via.Transport?.ToString() ?? "-"}");
        }

        Assert.Equal(["UDP Udp", "SCTP -", "TLS Tls", "UNKNOWN -", "TCP Tcp"], transports);
    }

    // 3.1.1.11: "This MESSAGE request contains two body parts. The second part is binary encoded and contains null (0x00) characters."
    [Fact]
    public void A_binary_body_is_counted_not_searched()
    {
        var message = TortureMessage.Parse("rfc4475/mpart01.dat");
        Assert.Equal(SipMethod.Message, message.Method);
        Assert.Equal(Text(message.Value(HeaderId.ContentLength)), message.Body.Length.ToString());
        Assert.True(message.Body.Contains((byte)0));
        Assert.True(message.Body.StartsWith("--7a9cbec02ceef655"u8));
    }

    // 3.1.1.12 and 3.1.1.13: "a reason phrase that contains UTF-8 characters", "an empty reason phrase".
    [Fact]
    public void Reason_phrases()
    {
        var unusual = TortureMessage.Parse("rfc4475/unreason.dat");
        Assert.Equal(200, unusual.StatusCode);
        Assert.False(unusual.IsRequest);
        Assert.Equal("= 2**3 * 5**2 но сто девяносто девять - простое", Text(unusual.ReasonPhrase));
        Assert.Equal(SipMethod.Invite, unusual.Method);
        Assert.Equal("INVITE", Text(unusual.MethodText));

        var empty = TortureMessage.Parse("rfc4475/noreason.dat");
        Assert.Equal(100, empty.StatusCode);
        Assert.True(empty.ReasonPhrase.IsEmpty);
    }

    // 3.3.5: 420 "with Unsupported header field containing" the tags.
    [Fact]
    public void Option_tags_that_nobody_knows_are_listed()
    {
        Assert.Equal(420, RequestScreening.Answer(TortureMessage.Parse("rfc4475/bext01.dat"), RequestRules.Default, out var unsupported));
        Assert.Equal("nothingSupportsThis, nothingSupportsThisEither, noProxiesSupportThis, norDoAnyProxiesSupportThis", unsupported);
    }

    // 3.3.12 and 3.3.13: without brackets the parameter is the header's, within them the URI's. 3.3.14: the escaped header stays in the URI.
    [Fact]
    public void Whose_parameter_it_is()
    {
        var header = Address(TortureMessage.Parse("rfc4475/cparam01.dat").Value(HeaderId.Contact));
        Assert.True(header.TryParameter("unknownparam"u8, out _));
        Assert.True(Uri(header.Uri).Parameters.IsEmpty);
        var uri = Address(TortureMessage.Parse("rfc4475/cparam02.dat").Value(HeaderId.Contact));
        Assert.True(uri.Parameters.IsEmpty);
        Assert.True(Uri(uri.Uri).TryParameter("unknownparam"u8, out _));
        var escaped = Address(TortureMessage.Parse("rfc4475/regescrt.dat").Value(HeaderId.Contact));
        Assert.Equal("Route=%3Csip:sip.example.com%3E", Text(Uri(escaped.Uri).Headers));
    }

    // 3.4.1: no branch, no tag, no Content-Length: "the body is assumed to extend to the end of the transport packet".
    [Fact]
    public void An_invite_of_rfc_2543()
    {
        var message = TortureMessage.Parse("rfc4475/inv2543.dat");
        Assert.True(message.Body.StartsWith("v=0\r\n"u8));
        Assert.True(message.Body.EndsWith("RTP/AVP 0\r\n"u8));
        Assert.True(Address(message.Value(HeaderId.From)).Tag.IsEmpty);
        Assert.True(Via.TryParse(message.Value(HeaderId.Via), out var via));
        Assert.True(via.Branch.IsEmpty);
    }

    // RFC 5118 sections 4.3 and 4.4: within the brackets it is address, behind them port.
    [Fact]
    public void Where_an_ipv6_address_ends()
    {
        var ambiguous = Uri(TortureMessage.Parse("rfc5118/port-ambiguous.dat").RequestUri);
        Assert.Equal("2001:db8::10:5070", Text(ambiguous.Host));
        Assert.Equal(0, ambiguous.Port);
        var clear = Uri(TortureMessage.Parse("rfc5118/port-unambiguous.dat").RequestUri);
        Assert.Equal("2001:db8::10", Text(clear.Host));
        Assert.Equal(5070, clear.Port);
    }

    // Section 4.5: "implementations … should … accept" both forms.
    [Theory]
    [InlineData("rfc5118/via-received-param-with-delim.dat")]
    [InlineData("rfc5118/via-received-param-no-delim.dat")]
    public void Received_with_and_without_brackets(string file)
    {
        Assert.True(Via.TryParse(TortureMessage.Parse(file).Value(HeaderId.Via), out var via));
        Assert.Equal("2001:db8::9:255", Text(via.Received));
        Assert.Equal("2001:db8::9:1", Text(via.Host));
    }

    // Section 4.7: IPv4 and IPv6 side by side.
    [Fact]
    public void Both_families_in_one_message()
    {
        var message = TortureMessage.Parse("rfc5118/mult-ip-in-header.dat");
        var hosts = new List<string>();
        foreach (var value in message.Values(HeaderId.Via))
        {
            Assert.True(Via.TryParse(value, out var via));
            hosts.Add($"{Text(via.Host)} {via.Port} {Text(via.Received)}");
        }

        Assert.Equal(["2001:db8::9:1 6050 ", "192.0.2.1 0 ", "2001:db8::9:255 0 192.0.2.200"], hosts);
    }

    // Section 4.9: IPv4-mapped addresses.
    [Fact]
    public void Mapped_addresses()
    {
        var message = TortureMessage.Parse("rfc5118/fixed/ipv4-mapped-ipv6.dat");
        Assert.True(Via.TryParse(All(message, HeaderId.Via)[0].Select(c => (byte)c).ToArray(), out var via));
        Assert.Equal("::ffff:192.0.2.10", Text(via.Host));
        Assert.Equal(19823, via.Port);
        Assert.Equal("ted@[::ffff:192.0.2.2]", SipUris.AddressOfRecord(Uri(Address(message.Value(HeaderId.Contact)).Uri)));
    }
}
