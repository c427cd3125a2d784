using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Conformance;

/// <summary>RFC 4475 and RFC 5118: every message, its verdict and its reason.</summary>
public sealed class TortureVerdictTests
{
    public static TheoryData<string, string, RejectionReason> Verdicts => new()
    {
        // RFC 4475 section 3.1.1: valid messages.
        { "rfc4475/wsinv.dat", "valid", RejectionReason.None },
        { "rfc4475/intmeth.dat", "501", RejectionReason.None },
        { "rfc4475/esc01.dat", "valid", RejectionReason.None },
        { "rfc4475/escnull.dat", "valid", RejectionReason.None },
        { "rfc4475/esc02.dat", "501", RejectionReason.None },
        { "rfc4475/lwsdisp.dat", "valid", RejectionReason.None },
        { "rfc4475/longreq.dat", "valid", RejectionReason.None },
        { "rfc4475/dblreq.dat", "valid", RejectionReason.None },
        { "rfc4475/semiuri.dat", "valid", RejectionReason.None },
        { "rfc4475/transports.dat", "valid", RejectionReason.None },
        { "rfc4475/mpart01.dat", "valid", RejectionReason.None },
        { "rfc4475/unreason.dat", "valid", RejectionReason.None },
        { "rfc4475/noreason.dat", "valid", RejectionReason.None },

        // Section 3.1.2: invalid messages.
        { "rfc4475/badinv01.dat", "400", RejectionReason.Via },
        { "rfc4475/clerr.dat", "400", RejectionReason.Truncated },
        { "rfc4475/ncl.dat", "400", RejectionReason.ContentLength },
        { "rfc4475/scalar02.dat", "400", RejectionReason.CSeq },
        { "rfc4475/scalarlg.dat", "discard", RejectionReason.CSeq },
        { "rfc4475/quotbal.dat", "400", RejectionReason.To },
        { "rfc4475/ltgtruri.dat", "400", RejectionReason.RequestUri },
        { "rfc4475/lwsruri.dat", "400", RejectionReason.RequestUri },
        { "rfc4475/lwsstart.dat", "400", RejectionReason.RequestUri },
        { "rfc4475/trws.dat", "400", RejectionReason.StartLine },
        { "rfc4475/fixed/trws.dat", "400", RejectionReason.StartLine },
        { "rfc4475/escruri.dat", "400", RejectionReason.RequestUri },
        // "the element should ... ignore the Date header field": it decides nothing here.
        { "rfc4475/baddate.dat", "valid", RejectionReason.None },
        { "rfc4475/regbadct.dat", "400", RejectionReason.Contact },
        { "rfc4475/badaspec.dat", "400", RejectionReason.To },
        { "rfc4475/baddn.dat", "400", RejectionReason.Truncated },
        { "rfc4475/fixed/baddn.dat", "400", RejectionReason.From },
        { "rfc4475/badvers.dat", "505", RejectionReason.Version },
        { "rfc4475/mismatch01.dat", "400", RejectionReason.CSeqMethod },
        { "rfc4475/mismatch02.dat", "400", RejectionReason.CSeqMethod },
        { "rfc4475/bigcode.dat", "discard", RejectionReason.StartLine },

        // Sections 3.2 to 3.4: semantics of the transaction layer, the application layer, and of RFC 2543.
        { "rfc4475/badbranch.dat", "400", RejectionReason.Branch },
        { "rfc4475/insuf.dat", "400", RejectionReason.MissingFrom },
        { "rfc4475/unkscm.dat", "416", RejectionReason.None },
        { "rfc4475/novelsc.dat", "416", RejectionReason.None },
        { "rfc4475/unksm2.dat", "400", RejectionReason.None },
        { "rfc4475/bext01.dat", "420", RejectionReason.None },
        { "rfc4475/invut.dat", "415", RejectionReason.None },
        { "rfc4475/regaut01.dat", "valid", RejectionReason.None },
        { "rfc4475/multi01.dat", "400", RejectionReason.DuplicateHeader },
        { "rfc4475/mcl01.dat", "400", RejectionReason.MultipleContentLength },
        { "rfc4475/bcast.dat", "discard", RejectionReason.SeveralVias },
        { "rfc4475/zeromf.dat", "valid", RejectionReason.None },
        { "rfc4475/cparam01.dat", "valid", RejectionReason.None },
        { "rfc4475/cparam02.dat", "valid", RejectionReason.None },
        { "rfc4475/regescrt.dat", "valid", RejectionReason.None },
        { "rfc4475/sdp01.dat", "406", RejectionReason.None },
        { "rfc4475/inv2543.dat", "valid", RejectionReason.None },

        // In the archive, not in the text: no Via to answer along.
        { "rfc4475/test.dat", "discard", RejectionReason.StartLine },

        // RFC 5118 section 4.
        { "rfc5118/ipv6-good.dat", "valid", RejectionReason.None },
        { "rfc5118/ipv6-bad.dat", "400", RejectionReason.RequestUri },
        { "rfc5118/port-ambiguous.dat", "valid", RejectionReason.None },
        { "rfc5118/port-unambiguous.dat", "valid", RejectionReason.None },
        { "rfc5118/via-received-param-with-delim.dat", "valid", RejectionReason.None },
        { "rfc5118/via-received-param-no-delim.dat", "valid", RejectionReason.None },
        { "rfc5118/mult-ip-in-header.dat", "valid", RejectionReason.None },

        // The printed Content-Length is over the body, or under it, or there is no empty line at all; fixed/ has them in order.
        { "rfc5118/ipv6-in-sdp.dat", "400", RejectionReason.Truncated },
        { "rfc5118/fixed/ipv6-in-sdp.dat", "valid", RejectionReason.None },
        { "rfc5118/mult-ip-in-sdp.dat", "valid", RejectionReason.None },
        { "rfc5118/fixed/mult-ip-in-sdp.dat", "valid", RejectionReason.None },
        { "rfc5118/ipv4-mapped-ipv6.dat", "valid", RejectionReason.None },
        { "rfc5118/fixed/ipv4-mapped-ipv6.dat", "valid", RejectionReason.None },
        { "rfc5118/ipv6-bug-abnf-3-colons.dat", "400", RejectionReason.Truncated },
        { "rfc5118/fixed/ipv6-bug-abnf-3-colons.dat", "valid", RejectionReason.None },
        { "rfc5118/ipv6-correct-abnf-2-colons.dat", "400", RejectionReason.Truncated },
        { "rfc5118/fixed/ipv6-correct-abnf-2-colons.dat", "valid", RejectionReason.None },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Every_message_has_its_verdict(string file, string verdict, RejectionReason reason) =>
        Assert.Equal((verdict, reason), TortureMessage.Judge(TortureMessage.Read(file), new SipMessage()));

    [Fact]
    public void No_message_is_left_out()
    {
        var judged = Verdicts.Select(row => (string)((object[])row)[0]).Order(StringComparer.Ordinal);
        var onDisk = Directory.EnumerateFiles(TortureMessage.Root, "*.dat", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(TortureMessage.Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(onDisk, judged);
    }

    public static TheoryData<string> Framed => [.. Directory.EnumerateFiles(TortureMessage.Root, "*.dat", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(TortureMessage.Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal).Where(HasContentLength)];

    // 18.3: however the stream cuts it, a message that says its length comes out as the same octets, and not one octet too early.
    [Theory]
    [MemberData(nameof(Framed))]
    public void On_a_stream_the_same_octets_come_out(string file)
    {
        var octets = TortureMessage.Read(file);
        var datagram = new SipMessage();
        DatagramFraming.Parse(octets.ToArray(), datagram, SipLimits.Default, out _);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var stream = new SipMessage();
            var outcome = StreamFraming.Parse(octets.ToArray().AsMemory(0, cut), stream, SipLimits.Default, out var consumed, out _);
            Assert.Equal(cut < datagram.Raw.Length ? ParseOutcome.NeedMore : ParseOutcome.Done, outcome);
            Assert.Equal(cut < datagram.Raw.Length ? 0 : datagram.Raw.Length, consumed);
            Assert.Equal(cut < datagram.Raw.Length ? [] : datagram.Raw.ToArray(), stream.Raw.ToArray());
        }
    }

    private static bool HasContentLength(string file)
    {
        var message = new SipMessage();
        return DatagramFraming.Parse(TortureMessage.Read(file), message, SipLimits.Default, out _) == ParseOutcome.Done && message.Has(HeaderId.ContentLength);
    }
}
