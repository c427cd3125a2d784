using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Actors.Tests.Calls;
using Controller.Sip.Transport;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>Which codecs cross: RFC 3264 and 8866, on descriptions by themselves and in whole calls.</summary>
public class CodecTests
{
    private const string Head = "v=0\r\no=alice 2890844526 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n";

    /// <summary>G729, PCMU and PCMA by their static numbers, telephone-event and CN; video with retransmission.</summary>
    private const string Offer = Head
        + "m=audio 49170 RTP/AVP 18 0 8 13 101\r\na=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
        + "m=video 49180 RTP/AVPF 96 97 98\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:* ccm fir\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 H264/90000\r\n";

    internal static CodecRules Rules(string allow = "", string deny = "", string order = "") => new() { Allow = Patterns(allow), Deny = Patterns(deny), Order = Patterns(order) };

    private static System.Collections.Immutable.ImmutableArray<CodecPattern> Patterns(string list) =>
        [.. list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => CodecPattern.Parse(text)!)];

    private static string Apply(CodecFilter filter, string sdp, bool isOffer = true) => Latin1(filter.Apply(Latin1(sdp), isOffer).ToArray());

    private static byte[] Latin1(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static string Latin1(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static CodecFilter Out(CodecRules rules) => CodecFilter.Between(BoundaryRules.None, new BoundaryRules { CodecsOut = rules });

    /// <summary>The codecs of the realm "access" and of the trunk "uas".</summary>
    private static ControllerSettings With(CodecRules? trunkOut = null, CodecRules? trunkIn = null, CodecRules? realmIn = null, CodecRules? realmOut = null, params string[] endpoints)
    {
        ControllerSettings settings = CallDriver.OneTrunk(endpoints);
        return settings with
        {
            Realms = settings.Realms.SetItem("access", settings.Realms["access"] with { Boundary = new BoundaryRules { CodecsIn = realmIn ?? CodecRules.None, CodecsOut = realmOut ?? CodecRules.None } }),
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Boundary = new BoundaryRules { CodecsIn = trunkIn ?? CodecRules.None, CodecsOut = trunkOut ?? CodecRules.None } }),
        };
    }

    private static string[] Media(Sent sent) => [.. sent.Body.Split("\r\n").Where(line => line.StartsWith("m=", StringComparison.Ordinal))];

    private static string Origin(Sent sent) => sent.Body.Split("\r\n")[1];

    [Fact]
    public void What_is_not_allowed_goes_with_all_that_describes_it()
    {
        // RFC 8866 section 6.6: a static payload type needs no rtpmap, and an encoding name is not case-sensitive. Another media type is not meant.
        Assert.Equal(
            Offer.Replace("RTP/AVP 18 0 8 13 101", "RTP/AVP 8 13 101", StringComparison.Ordinal).Replace("a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n", "", StringComparison.Ordinal),
            Apply(Out(Rules(allow: "pcma")), Offer));
    }

    [Fact]
    public void DTMF_and_comfort_noise_go_only_if_they_are_denied()
    {
        Assert.Contains("RTP/AVP 18 0 8\r\n", Apply(Out(Rules(deny: "telephone-event CN")), Offer), StringComparison.Ordinal);
        Assert.Contains("RTP/AVP 0 13 101\r\n", Apply(Out(Rules(allow: "PCMU")), Offer), StringComparison.Ordinal);
    }

    [Fact]
    public void A_retransmission_goes_with_what_it_repeats()
    {
        // RFC 4588 section 8.1: "apt" is "the payload type of the original stream".
        string changed = Apply(Out(Rules(deny: "video/VP8")), Offer);
        Assert.Contains("m=video 49180 RTP/AVPF 98\r\na=rtcp-fb:* ccm fir\r\na=rtpmap:98 H264/90000\r\n", changed, StringComparison.Ordinal);
        Assert.Contains("m=video 49180 RTP/AVPF 96 97\r\n", Apply(Out(Rules(allow: "video/VP8")), Offer), StringComparison.Ordinal);

        // RFC 2198 section 5: "red" is a list of others.
        string redundant = Head + "m=audio 4000 RTP/AVP 121 0 5\r\na=rtpmap:121 red/8000/1\r\na=fmtp:121 0/5\r\n";
        Assert.Equal(Head + "m=audio 4000 RTP/AVP 0\r\n", Apply(Out(Rules(deny: "DVI4")), redundant));
        Assert.Equal(redundant, Apply(Out(Rules(deny: "G729")), redundant));
    }

    [Fact]
    public void The_order_is_that_of_the_list_and_then_as_it_was()
    {
        Assert.Contains("RTP/AVP 8 101 18 0 13\r\n", Apply(Out(Rules(order: "PCMA telephone-event")), Offer), StringComparison.Ordinal);

        // The side that it goes to has the last word.
        CodecFilter both = CodecFilter.Between(new BoundaryRules { CodecsIn = Rules(order: "PCMU PCMA") }, new BoundaryRules { CodecsOut = Rules(order: "PCMA") });
        Assert.Contains("RTP/AVP 8 0 18 13 101\r\n", Apply(both, Offer), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_rate_is_compared_where_it_is_named()
    {
        string opus = Head + "m=audio 4000 RTP/SAVPF 111 112 0\r\na=rtpmap:111 OPUS/48000/2\r\na=rtpmap:112 opus/16000\r\n";
        Assert.Contains("RTP/SAVPF 111\r\na=rtpmap:111", Apply(Out(Rules(allow: "opus/48000")), opus), StringComparison.Ordinal);
        Assert.Contains("RTP/SAVPF 111 112\r\na=rtpmap:111", Apply(Out(Rules(allow: "opus")), opus), StringComparison.Ordinal);
        Assert.Contains("RTP/SAVPF 0\r\n", Apply(Out(Rules(deny: "opus")), opus), StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_rule_touches_stays_octet_by_octet()
    {
        // Lines that end in LF alone, a stream that is off, one that is no RTP, and one whose numbers are of another kind.
        string odd = Offer.Replace("\r\n", "\n", StringComparison.Ordinal) + "m=audio 0 RTP/AVP 18\nm=image 4000 udptl t38\nm=message 9 TCP/MSRP *\n\n";
        Assert.Equal(odd, Apply(Out(Rules(deny: "opus", order: "G729 PCMU")), odd));
        Assert.Equal(Offer, Apply(CodecFilter.Between(BoundaryRules.None, BoundaryRules.None), Offer));
        Assert.Equal(odd.Replace("18 0 8", "0 8", StringComparison.Ordinal).Replace("a=rtpmap:18 G729/8000\na=fmtp:18 annexb=no\n", "", StringComparison.Ordinal), Apply(Out(Rules(deny: "G729")), odd));
    }

    [Fact]
    public void A_stream_that_would_be_left_without_a_codec_is_off_in_an_offer_and_stays_in_an_answer()
    {
        // RFC 3264 section 5.1: "A port number of zero in the offer indicates that the stream is offered but MUST NOT be used."
        CodecFilter noVideo = Out(Rules(deny: "video/*"));
        Assert.False(noVideo.Refuses(Latin1(Offer)));
        Assert.Contains("\r\nm=video 0 RTP/AVPF 96 97 98\r\n", Apply(noVideo, Offer), StringComparison.Ordinal);
        Assert.Equal(Offer, Apply(noVideo, Offer, isOffer: false));

        // Telephone-event by itself is nothing to talk with.
        CodecFilter noAudio = Out(Rules(allow: "opus"));
        Assert.True(noAudio.Refuses(Latin1(Offer)));
        Assert.False(noAudio.Refuses(Latin1(Head + "m=video 4000 RTP/AVP 34\r\n")));
        Assert.True(noVideo.Refuses(Latin1(Head + "m=video 4000 RTP/AVP 34\r\n")));
        Assert.False(noAudio.Refuses(Latin1(Head + "m=audio 0 RTP/AVP 0\r\nm=image 4000 udptl t38\r\n")));
    }

    /// <summary>A description of 60,000 octets is no reason to wait: nothing here is quadratic.</summary>
    [Fact]
    public void A_description_of_many_formats_takes_no_longer_than_its_length()
    {
        string formats = string.Join(' ', Enumerable.Range(1000, 4000));
        string long1 = Head + $"m=audio 4000 RTP/AVP {formats} 0\r\n" + string.Concat(Enumerable.Range(1000, 4000).Select(i => $"a=rtpmap:{i} rtx/8000\r\na=fmtp:{i} apt={i + 1}\r\n"));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Apply(Out(Rules(deny: "G729")), long1);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public void An_offer_loses_what_its_answer_could_not_say()
    {
        // RFC 3264 section 6.1: "the answer MUST contain … one or more media formats" of the offer: so whoever answers must not choose what we would take away.
        var call = new CallDriver(With(trunkIn: Rules(deny: "PCMA"), realmOut: Rules(deny: "G729")));
        call.FromCaller(Invite(sdp: Offer));
        Assert.Equal("m=audio 49170 RTP/AVP 0 13 101", Media(call.Last("INVITE"))[0]);
    }

    [Fact]
    public void Offer_and_answer_cross_by_the_rules_of_both_sides_and_the_same_again_after_a_crash()
    {
        var call = new CallDriver(With(trunkOut: Rules(allow: "PCMA PCMU", order: "PCMA"), realmOut: Rules(order: "PCMU")));
        call.FromCaller(Invite(sdp: Offer));
        Sent invite = call.Last("INVITE");
        Assert.Equal("m=audio 49170 RTP/AVP 8 0 13 101", Media(invite)[0]);
        Assert.Equal(invite.Body.Length, int.Parse(invite.Header("Content-Length"), System.Globalization.CultureInfo.InvariantCulture));
        call.CrashAndRecover();
        Assert.All(call.Wire.Where(sent => sent.StartLine.StartsWith("INVITE", StringComparison.Ordinal)), sent => Assert.Equal(invite.Bytes, sent.Bytes));
        string both = CalleeSdp.Replace("AVP 0\r\n", "AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", StringComparison.Ordinal);
        call.FromCallee(Response(invite, 183, sdp: both));
        call.FromCallee(Response(invite, 200, sdp: both));
        Assert.Equal(["m=audio 3456 RTP/AVP 0 8 101"], Media(call.Last("SIP/2.0 200", CallDriver.Caller)));
        Assert.Equal(Origin(call.Last("SIP/2.0 183", CallDriver.Caller)), Origin(call.Last("SIP/2.0 200", CallDriver.Caller)));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 1, "z9hG4bKack1"));

        // An answer with what was not offered is not ours to empty.
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, sdp: Offer));
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp.Replace("AVP 0", "AVP 18", StringComparison.Ordinal)));
        Assert.Equal(["m=audio 3456 RTP/AVP 18"], Media(call.Last("SIP/2.0 200", CallDriver.Caller)));
    }

    [Fact]
    public void The_version_of_our_origin_line_follows_what_is_said_and_not_what_came()
    {
        var call = new CallDriver(With(trunkOut: Rules(allow: "PCMU")));
        call.FromCaller(Invite(sdp: CallerSdp.Replace("AVP 0", "AVP 0 8", StringComparison.Ordinal)));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        string tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.CrashAndRecover();

        // RFC 3264 section 8: "If the version in the origin line does not increment, the SDP MUST be identical to the SDP with that version number."
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag, sdp: CallerSdp.Replace("AVP 0", "AVP 0 18", StringComparison.Ordinal)));
        Assert.Equal(invite.Body, call.Last("INVITE").Body);
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp));
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKack2"));
        call.FromCaller(Invite(branch: "z9hG4bKre2", cseq: 3, toTag: tag, sdp: CallerSdp.Replace("49170", "49172", StringComparison.Ordinal)));
        Assert.NotEqual(Origin(invite), Origin(call.Last("INVITE")));
    }

    [Fact]
    public void An_INVITE_that_no_target_may_hear_is_refused_and_nobody_is_asked()
    {
        var call = new CallDriver(With(Rules(allow: "opus")));
        call.FromCaller(Invite(sdp: Offer));
        Assert.Equal(0, call.CountSent("INVITE"));

        // RFC 3261 section 21.4.26: 488; section 20.43: "305 Incompatible media format".
        Assert.Equal("SIP/2.0 488 Not Acceptable Here", call.Last("SIP/2.0 4").StartLine);
        Assert.Equal("305 203.0.113.1:5060 \"Incompatible media format\"", call.Last("SIP/2.0 488").Header("Warning"));
        Assert.Equal(CallPhase.Ended, call.State.Phase);
        Assert.Contains("nothing that was offered may be said to a target", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_may_not_hear_the_offer_is_passed_over_and_the_next_is_asked()
    {
        ControllerSettings settings = With(Rules(allow: "opus"));
        settings = settings with
        {
            Trunks = settings.Trunks.Add("other", settings.Trunks["uas"] with { Name = "other", Boundary = BoundaryRules.None, Endpoints = [new TrunkPeerSettings("sip:198.51.100.20:5082")] }),
            Routes = [new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas"), new RouteTarget("other", Priority: 2)] }],
        };
        var call = new CallDriver(settings);
        call.FromCaller(Invite(sdp: Offer));
        Assert.Equal(5082, call.Last("INVITE").To.Remote.Port);
        Assert.Equal(1, call.CountSent("INVITE"));

        // The refusal of one that was asked is more than that another one was not.
        settings = settings with { Routes = [new RouteSettings { Name = "all", Trunks = [new RouteTarget("other"), new RouteTarget("uas", Priority: 2)], RetryOn = [404] }] };
        call = new CallDriver(settings);
        call.FromCaller(Invite(sdp: Offer));
        call.FromCallee(Response(call.Last("INVITE"), 404), new(CallDriver.Callee.Address, 5082));
        Assert.Equal("SIP/2.0 404 Not Found", call.Last("SIP/2.0 404", CallDriver.Caller).StartLine);
        Assert.False(call.Last("SIP/2.0 404", CallDriver.Caller).Has("Warning"));
    }

    [Fact]
    public void Who_calls_for_help_is_connected_with_whatever_codec()
    {
        var call = new CallDriver(With(Rules(allow: "opus")) with { Emergency = new EmergencySettings { Numbers = ["112"], Trunks = ["uas"] } });
        call.FromCaller(Invite("sip:112@203.0.113.1", sdp: Offer));
        Assert.Equal("m=audio 49170 RTP/AVP 18 0 8 13 101", Media(call.Last("INVITE"))[0]);
    }

    [Theory]
    [InlineData("opus", 0)]
    [InlineData("PCMU", 2)]
    public void Bindings_of_a_user_obey_the_rules_of_their_realm(string allow, int tried)
    {
        ControllerSettings settings = With();
        settings = settings with { Realms = settings.Realms.SetItem("core", settings.Realms["core"] with { Boundary = new BoundaryRules { CodecsOut = Rules(allow: allow) } }) };
        var call = new CallDriver(settings);
        call.FromCaller(Invite("sip:bob@example.test", sdp: Offer));
        call.Give(new Controller.Actors.Calls.CallInput.BindingsFound(call.State.Lookups, [.. Enumerable.Range(1, 2).Select(number => new Binding(
            $"sip:bob@198.51.100.20:{6000 + number}", "", new Flow(SipTransport.Udp, 1, new(CallDriver.Callee.Address, 6000 + number)), new(long.MaxValue), null, null, 1000, "r", 1))]));
        Assert.Equal(tried, call.CountSent("INVITE"));
        Assert.Equal(tried == 0 ? 1 : 0, call.CountSent("SIP/2.0 488"));
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void An_offer_within_the_call_that_may_not_be_said_is_refused_and_the_call_goes_on(string method)
    {
        var call = new CallDriver(With(Rules(allow: "PCMU")));
        call.FromCaller(Invite(extra: "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n"));
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp, extra: "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n"));
        string tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        int sent = call.CountSent(method);
        string offer = CallerSdp.Replace("AVP 0", "AVP 8", StringComparison.Ordinal);
        call.FromCaller(FromCaller(method, tag, 2, "z9hG4bKre1", sdp: offer));

        // RFC 3261 section 14.2: "488 … This response SHOULD include a Warning header field"; section 14.1: "the session parameters MUST remain unchanged".
        Assert.True(call.Last("SIP/2.0 488", CallDriver.Caller).Has("Warning"));
        Assert.Equal(sent, call.CountSent(method));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void A_transfer_passes_over_a_target_that_may_not_hear_the_remaining_party()
    {
        CallDriver call = TransferTests.Referred(settings => settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Boundary = new BoundaryRules { CodecsOut = Rules(deny: "PCMU") } }) });
        Assert.Equal(1, call.CountSent("INVITE"));

        // RFC 3515 section 2.4.5: the referrer hears what became of it; the call goes on.
        Assert.EndsWith("SIP/2.0 488 Not Acceptable Here", call.Last("NOTIFY").Text.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void A_description_in_a_multipart_body_obeys_as_well_and_other_bodies_stay()
    {
        var call = new CallDriver(With(Rules(deny: "G729")));
        string body = $"--b\r\nContent-Type: application/sdp\r\n\r\n{Offer}\r\n--b\r\nContent-Type: text/plain\r\n\r\nm=audio 1 RTP/AVP 18\r\n--b--\r\n";
        string invite = Invite(sdp: body).Replace("application/sdp\r\nContent-Length", "multipart/mixed;boundary=b\r\nContent-Length", StringComparison.Ordinal);
        call.FromCaller(invite);
        Assert.Contains("m=audio 49170 RTP/AVP 0 8 13 101\r\n", call.Last("INVITE").Body, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nm=audio 1 RTP/AVP 18\r\n", call.Last("INVITE").Body, StringComparison.Ordinal);
    }
}
