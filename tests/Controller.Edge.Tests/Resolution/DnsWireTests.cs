using System.Net;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Tests.Fakes;

namespace Controller.Edge.Tests.Resolution;

public sealed class DnsWireTests
{
    private static readonly DnsQuestion Question = new("example.com", RecordType.Srv);
    private static readonly byte[] Query = DnsQuery.Write(0x1234, Question, options: true);

    private static DnsMessage Read(byte[] bytes)
    {
        Assert.True(DnsReader.TryRead(bytes, out DnsMessage? message));
        return message;
    }

    [Fact]
    public void A_query_asks_one_question_recursively_and_says_what_it_can_take() => Assert.Equal(
        "1234 0100 0001 0000 0000 0001 07 6578616D706C65 03 636F6D 00 0021 0001 00 0029 04D0 00000000 0000".Replace(" ", "", StringComparison.Ordinal),
        Convert.ToHexString(Query));

    [Fact]
    public void Every_type_is_read()
    {
        DnsMessage message = Read(Rr.Response(
            Query, 0,
            [
                Rr.Address("a.example.com", "192.0.2.1", 60), Rr.Address("A.Example.COM", "2001:db8::1"), Rr.Cname("c.example.com", "a.example.com"),
                Rr.Srv("example.com", 1, 2, 5060, "a.example.com"), Rr.Naptr("example.com", 50, 60, "s", "SIP+D2U", "_sip._udp.example.com", expression: "!x!y!"),
                new Rr("x.example.com", (RecordType)99, 1, [1, 2, 3]),
            ],
            [Rr.Soa("example.com", 3600, 120)]));
        Assert.Equal(Question, message.Question);
        Assert.Equal(0x1234, message.Id);
        Assert.Equal(
            (DnsRecord[])
            [
                new DnsRecord.Address("a.example.com", 60, IPAddress.Parse("192.0.2.1")),
                new DnsRecord.Address("a.example.com", 300, IPAddress.Parse("2001:db8::1")),
                new DnsRecord.Alias("c.example.com", 300, "a.example.com"),
                new DnsRecord.Srv("example.com", 300, 1, 2, 5060, "a.example.com"),
                new DnsRecord.Naptr("example.com", 300, 50, 60, "s", "SIP+D2U", "!x!y!", "_sip._udp.example.com"),
            ],
            message.Answers.AsEnumerable());
        Assert.Equal(new DnsRecord.Authority("example.com", 3600, 120), Assert.Single(message.Authorities));
    }

    [Fact]
    public void Names_may_be_compressed()
    {
        // RFC 1035 section 4.1.4: a pointer to octet 12, where the question's name is; and one to a name that ends in such a pointer.
        byte[] first = [0xC0, 12, 0, 33, 0, 1, 0, 0, 1, 44, 0, 10, 0, 1, 0, 0, 0x13, 0xC4, 1, (byte)'a', 0xC0, 12];
        int target = Rr.Response(Query, 0).Length + 18;
        byte[] second = [(byte)(0xC0 | (target >> 8)), (byte)target, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7];
        byte[] bytes = [.. Rr.Response(Query, 0), .. first, .. second];
        bytes[7] = 2;
        Assert.Equal(
            (DnsRecord[])[new DnsRecord.Srv("example.com", 300, 1, 0, 5060, "a.example.com"), new DnsRecord.Address("a.example.com", 1, IPAddress.Parse("192.0.2.7"))], Read(bytes).Answers.AsEnumerable());
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 29 })] // To itself.
    [InlineData(new byte[] { 1, (byte)'a', 0xC0, 29 })] // Round and round.
    [InlineData(new byte[] { 0xC0, 200 })] // To what comes later.
    [InlineData(new byte[] { 0xFF, 0xFF })] // Out of the message.
    [InlineData(new byte[] { 0xC0, 0 })] // To the header, where no name is.
    [InlineData(new byte[] { 0x41, (byte)'a', 0 })] // No length is like this.
    [InlineData(new byte[] { 5, (byte)'a' })] // Longer than what is there.
    public void A_name_that_leads_nowhere_ends(byte[] name)
    {
        byte[] start = Rr.Response(Query, 0);
        Assert.Equal(29, start.Length);
        byte[] bytes = [.. start, .. name, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 7];
        bytes[7] = 1;
        Assert.False(DnsReader.TryRead(bytes, out _));
    }

    [Fact]
    public void A_name_has_255_octets_at_most()
    {
        // RFC 1035 section 2.3.4.
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".abc";
        Assert.Equal(253, longest.Length);
        Assert.True(DomainNames.TryNormalise(longest, out _));
        Assert.False(DomainNames.TryNormalise(longest + "d", out _));
        int at = 0;
        Assert.True(DomainNames.TryRead(Rr.Labels(longest), ref at, out string read));
        Assert.Equal(longest, read);
        at = 0;
        Assert.False(DomainNames.TryRead(Rr.Labels(longest + "de"), ref at, out _));
        byte[] written = new byte[255];
        Assert.Equal(255, DomainNames.Write(written, longest));
        Assert.Equal(Rr.Labels(longest), written);
    }

    [Theory]
    [InlineData("Example.COM.", "example.com")]
    [InlineData("_sip._udp.a", "_sip._udp.a")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("a..b", null)]
    [InlineData(".a", null)]
    [InlineData("a b", null)]
    [InlineData("a\\.b", null)]
    [InlineData("ä.example", null)]
    [InlineData("a.0123456789012345678901234567890123456789012345678901234567890123", null)]
    public void Names_are_normalised_or_refused(string text, string? name)
    {
        Assert.Equal(name is not null, DomainNames.TryNormalise(text, out string normalised));
        Assert.Equal(name ?? normalised, normalised);
    }

    [Fact]
    public void An_octet_that_no_host_has_is_shown_and_cannot_be_asked_for()
    {
        int at = 0;
        Assert.True(DomainNames.TryRead([3, (byte)'a', (byte)'.', 0xE4, 0], ref at, out string name));
        Assert.Equal("a\\046\\228", name);
        Assert.False(DomainNames.TryNormalise(name, out _));
    }

    [Fact]
    public void Whatever_is_cut_off_is_refused_and_nothing_throws()
    {
        byte[] whole = Rr.Response(Query, 0, [Rr.Srv("example.com", 1, 2, 5060, "a.example.com"), Rr.Naptr("b", 1, 1, "s", "SIP+D2U", "c")], [Rr.Soa("example.com", 1, 1)]);
        Assert.True(DnsReader.TryRead(whole, out _));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(DnsReader.TryRead(whole.AsSpan(0, length), out _), $"{length} octets of {whole.Length} were read");
        }
    }

    [Fact]
    public void What_is_no_response_to_one_question_is_refused()
    {
        Assert.False(DnsReader.TryRead(Query, out _));
        foreach ((int at, byte value) in new[] { (2, (byte)0x88), (5, (byte)2), (5, (byte)0), (28, (byte)3) })
        {
            byte[] bytes = Rr.Response(Query, 0);
            bytes[at] = value;
            Assert.False(DnsReader.TryRead(bytes, out _), $"octet {at} = {value}");
        }
    }

    [Fact]
    public void A_truncated_response_is_known_by_its_header_whatever_is_left_of_it()
    {
        byte[] bytes = Rr.Response(Query, 0, [], [], truncated: true);
        bytes[7] = 40;
        DnsMessage message = Read(bytes);
        Assert.True(message.IsTruncated);
        Assert.Empty(message.Answers);
    }

    [Fact]
    public void The_code_has_twelve_bits_with_OPT_and_a_negative_time_is_none()
    {
        byte[] bytes = [.. Rr.Response(Query, 6, Rr.Address("a", "192.0.2.1", 0x80000000)), .. new Rr("", RecordType.Opt, 0x01000000, []).Octets];
        bytes[11] = 1;
        DnsMessage message = Read(bytes);
        Assert.Equal(0x16, message.Code);
        Assert.Equal(0u, Assert.Single(message.Answers).TimeToLive);
    }

    [Fact]
    public void Aliases_are_followed_and_the_shortest_time_counts()
    {
        byte[] query = DnsQuery.Write(1, new DnsQuestion("a.example", RecordType.A), options: false);
        DnsAnswer answer = DnsAnswer.Of(Read(Rr.Response(
            query, 0, Rr.Address("c.example", "192.0.2.3", 90), Rr.Cname("b.example", "C.example", 30), Rr.Cname("a.example", "b.example", 60), Rr.Address("d.example", "192.0.2.4"))));
        Assert.Equal(30u, answer.TimeToLive);
        Assert.Equal("192.0.2.3", Assert.IsType<DnsRecord.Address>(Assert.Single(answer.Records)).Value.ToString());
    }

    [Fact]
    public void A_loop_of_aliases_and_a_chain_without_end_lead_to_nothing()
    {
        byte[] query = DnsQuery.Write(1, new DnsQuestion("a.example", RecordType.A), options: false);
        Assert.Empty(DnsAnswer.Of(Read(Rr.Response(query, 0, Rr.Cname("a.example", "b.example"), Rr.Cname("b.example", "a.example")))).Records);
        Rr[] chain = [Rr.Cname("a.example", "1.example"), .. Enumerable.Range(1, 20).Select(i => Rr.Cname($"{i}.example", $"{i + 1}.example")), Rr.Address("21.example", "192.0.2.1")];
        Assert.Empty(DnsAnswer.Of(Read(Rr.Response(query, 0, chain))).Records);
    }

    [Fact]
    public void That_there_is_nothing_is_true_as_long_as_the_authority_says()
    {
        // RFC 2308 section 5.
        DnsAnswer answer = DnsAnswer.Of(Read(Rr.Response(Query, 3, [], [Rr.Soa("example.com", 3600, 120)])));
        Assert.Equal((false, 120u), (answer.IsFailed, answer.TimeToLive));
        Assert.Equal(90u, DnsAnswer.Of(Read(Rr.Response(Query, 0, [], [Rr.Soa("example.com", 90, 120)]))).TimeToLive);
        Assert.Equal(0u, DnsAnswer.Of(Read(Rr.Response(Query, 3))).TimeToLive);
    }
}
