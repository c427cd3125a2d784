using System.Text;
using System.Text.RegularExpressions;
using Controller.Edge.Tests.Fakes;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Screening;

/// <summary>
/// RFC 4475 and RFC 5118 over sockets: what the edge makes of each message. "actor": it is taken to one; "drop": silence; a number: answered without state.
/// The top Via gets an rport, so that the answer returns to our socket and not to port 5060.
/// </summary>
public sealed partial class TortureTests : IDisposable
{
    // Long enough for the good connection to speak on a starved machine, short enough to see a stream given up.
    private readonly EdgeUnderTest _edge = new(new EdgeOptions { MessageTimeout = TimeSpan.FromSeconds(2), DrainTimeout = TimeSpan.FromMilliseconds(200) });

    public static TheoryData<string, string> Verdicts => new()
    {
        { "wsinv", "actor" }, { "intmeth", "actor" }, { "esc01", "actor" }, { "escnull", "actor" }, { "esc02", "actor" }, { "lwsdisp", "actor" },
        { "longreq", "actor" }, { "dblreq", "actor" }, { "semiuri", "actor" }, { "transports", "actor" }, { "mpart01", "actor" },
        { "unreason", "drop" }, { "noreason", "drop" }, { "badinv01", "400" }, { "clerr", "400" }, { "ncl", "400" }, { "scalar02", "400" },
        { "scalarlg", "drop" }, { "quotbal", "400" }, { "ltgtruri", "400" }, { "lwsruri", "400" }, { "lwsstart", "400" }, { "trws", "400" },
        { "escruri", "400" }, { "baddate", "actor" }, { "regbadct", "400" }, { "badaspec", "400" }, { "baddn", "400" }, { "badvers", "505" },
        { "mismatch01", "400" }, { "mismatch02", "400|501" }, { "bigcode", "drop" }, { "badbranch", "400" }, { "insuf", "400" },
        { "unkscm", "416" }, { "novelsc", "416" }, { "unksm2", "400" }, { "bext01", "420" }, { "invut", "415" }, { "regaut01", "actor" },
        { "multi01", "400" }, { "mcl01", "400" }, { "bcast", "drop" }, { "zeromf", "200|483" }, { "cparam01", "actor" }, { "cparam02", "actor" },
        { "regescrt", "actor" }, { "sdp01", "406" }, { "inv2543", "actor" }, { "test", "400|drop" },

        // RFC 5118: good, though a domain that is not ours has no registrar here (404); what is printed with a wrong length, or without its last line, is in order under fixed.
        { "rfc5118/ipv6-good", "404" }, { "rfc5118/ipv6-bad", "400" }, { "rfc5118/port-ambiguous", "404" }, { "rfc5118/port-unambiguous", "404" },
        { "rfc5118/via-received-param-with-delim", "actor" }, { "rfc5118/via-received-param-no-delim", "actor" }, { "rfc5118/mult-ip-in-header", "actor" },
        { "rfc5118/ipv6-in-sdp", "400" }, { "rfc5118/fixed/ipv6-in-sdp", "actor" }, { "rfc5118/mult-ip-in-sdp", "actor" }, { "rfc5118/fixed/mult-ip-in-sdp", "actor" },
        { "rfc5118/ipv4-mapped-ipv6", "actor" }, { "rfc5118/fixed/ipv4-mapped-ipv6", "actor" }, { "rfc5118/ipv6-bug-abnf-3-colons", "400" },
        { "rfc5118/fixed/ipv6-bug-abnf-3-colons", "200|actor" }, { "rfc5118/ipv6-correct-abnf-2-colons", "400" }, { "rfc5118/fixed/ipv6-correct-abnf-2-colons", "200|actor" },
    };

    private static byte[] Read(string name)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "torture", name + ".dat")));
        return Encoding.Latin1.GetBytes(text.StartsWith("SIP/", StringComparison.Ordinal) ? text : TopVia().Replace(text, "$0;rport", 1));
    }

    [Fact]
    public void No_message_is_left_out()
    {
        string root = Path.Combine(AppContext.BaseDirectory, "torture");
        IEnumerable<string> files = Directory.EnumerateFiles(root, "*.dat", SearchOption.AllDirectories).Select(file => Path.ChangeExtension(Path.GetRelativePath(root, file), null));
        Assert.Equal(files.Order(StringComparer.Ordinal), Verdicts.Select(row => (string)((object[])row)[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Over_UDP(string name, string verdict)
    {
        using UdpPeer peer = new(_edge);
        peer.Send(Read(name));
        List<SipMessage> answers = peer.HeardBeforeMarker();
        Assert.True(answers.Count <= 1, $"{answers.Count} answers to one message");
        string outcome = answers.Count == 1 ? answers[0].StatusCode.ToString() : _edge.Actors.Count > 0 ? "actor" : "drop";
        Assert.Contains(outcome, verdict.Split('|'));

        // RFC 3261 section 18.3 allows silence about what cannot be answered, but none of it is uncounted.
        Assert.Equal(outcome == "drop", _edge.Actors.Count == 0 && answers.Count == 0 && _edge.Counted("edge.messages.rejected") > 0);
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Over_TCP_it_harms_nobody_else(string name, string verdict)
    {
        Assert.NotEmpty(verdict);
        using (TcpPeer peer = new(_edge))
        {
            peer.Send(Read(name));

            // Told, answered, or given up: clerr waits for octets that never come; a request without Content-Length ends the stream.
            Wait.Until(
                () => _edge.Actors.Count + _edge.Counted("edge.messages.answered") + _edge.Counted("edge.messages.rejected") + _edge.Counted("edge.connections.closed") > 0,
                "nothing became of it");
        }

        using TcpPeer good = new(_edge);
        Assert.Equal(200, good.Ask(Requests.Options(good.SentBy, "TCP")).StatusCode);
        _edge.AssertCounted(0, "edge.messages.rejected", "fault");
        _edge.AssertCounted(0, "edge.connections.closed", "fault");
    }

    public void Dispose() => _edge.Dispose();

    [GeneratedRegex(@"^(via|v)\s*:\s*SIP\s*/\s*\S+\s*/\s*\S+\s+[^\s;,]+", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex TopVia();
}
