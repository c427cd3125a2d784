using System.Globalization;
using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>Offer and answer through us: RFC 3264, 3311, 6337.</summary>
public class OfferAnswerTests
{
    private const string AllowsUpdate = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";
    private const string AllowsNoUpdate = "Allow: INVITE, ACK, BYE, CANCEL\r\n";

    internal static CallDriver Established(out Sent invite, out string tag, string callerExtra = "", string calleeExtra = "")
    {
        var call = new CallDriver();
        call.FromCaller(Invite(extra: callerExtra));
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp, extra: calleeExtra));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        return call;
    }

    private static (string Id, int Version) Origin(Sent sent)
    {
        string[] fields = sent.Body.Split("\r\n")[1].Split(' ');
        return (fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    private static string CallerSdpOn(int port, int version = 1) => CallerSdp
        .Replace("49170", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("2890844526 1", "2890844526 " + version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    [Fact]
    public void Each_side_has_an_origin_line_of_ours_whose_version_grows_by_one_when_the_description_changes()
    {
        CallDriver call = Established(out Sent invite, out string tag);
        (string id, int version) = Origin(invite);
        Assert.DoesNotContain("2890844526", invite.Body, StringComparison.Ordinal);
        Assert.NotEqual(id, Origin(call.Last("SIP/2.0 200", CallDriver.Caller)).Id);
        (int Port, int Theirs, int Ours)[] offers = [(49170, 1, version), (49172, 7, version + 1), (49172, 7, version + 1), (49170, 8, version + 2)];
        for (int i = 0; i < offers.Length; i++)
        {
            call.FromCaller(Invite(branch: $"z9hG4bKre{i}", cseq: 2 + i, toTag: tag, sdp: CallerSdpOn(offers[i].Port, offers[i].Theirs)));

            // RFC 3264 section 8: "the version in the origin field MUST increment by one from the previous SDP. If the version in the origin line does not
            // increment, the SDP MUST be identical to the SDP with that version number."
            Assert.Equal((id, offers[i].Ours), Origin(call.Last("INVITE")));
            call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp));
            Assert.Equal(1, Origin(call.Last("SIP/2.0 200", CallDriver.Caller)).Version);
            call.FromCaller(FromCaller("ACK", tag, (int)(2 + i), $"z9hG4bKack{i + 2}"));
        }
    }

    [Fact]
    public void A_refused_offer_changes_nothing_and_the_version_goes_on_from_it()
    {
        CallDriver call = Established(out _, out string tag);
        ReadOnlyMemory<byte> before = call.State.B.Description!.Body;
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag, sdp: CallerSdpOn(49172)));
        Assert.Equal(2, Origin(call.Last("INVITE")).Version);
        call.FromCallee(Response(call.Last("INVITE"), 488));

        // RFC 3261 section 14.1: "the session parameters MUST remain unchanged, as if no re-INVITE had been issued."
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(before, call.State.B.Description!.Body);
        Assert.Equal(0, call.CountSent("BYE"));
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKre1"));

        // RFC 3264 section 8: the version that was refused has been used.
        call.FromCaller(Invite(branch: "z9hG4bKre2", cseq: 3, toTag: tag));
        Assert.Equal(3, Origin(call.Last("INVITE")).Version);
    }

    [Fact]
    public void A_crash_does_not_turn_the_version_back()
    {
        CallDriver call = Established(out Sent invite, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag, sdp: CallerSdpOn(49172)));
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp));
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKack2"));
        call.CrashAndRecover();
        call.FromCaller(Invite(branch: "z9hG4bKre2", cseq: 3, toTag: tag));
        Assert.Equal((Origin(invite).Id, 3), Origin(call.Last("INVITE")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_offer_in_an_UPDATE_of_either_side_is_answered_in_its_2xx(bool byCaller)
    {
        CallDriver call = Established(out Sent invite, out string tag, AllowsUpdate, AllowsUpdate);
        if (byCaller)
        {
            call.FromCaller(FromCaller("UPDATE", tag, 2, "z9hG4bKu1", sdp: CallerSdpOn(49172)));
            Assert.Equal(CallDriver.Callee, call.Last("UPDATE").To.Remote);
            call.FromCallee(Response(call.Last("UPDATE"), 200, sdp: CalleeSdpOn(3458)));
        }
        else
        {
            call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu1", sdp: CalleeSdpOn(3458)));
            Assert.Equal(CallDriver.Caller, call.Last("UPDATE").To.Remote);
            call.FromCaller(Response(call.Last("UPDATE"), 200, toTag: "", sdp: CallerSdpOn(49172)));
        }

        Assert.True(call.Last("UPDATE").Has("Contact"));
        Assert.EndsWith(" UPDATE", call.Last("SIP/2.0 200").Header("CSeq"), StringComparison.Ordinal);
        Assert.NotEmpty(call.Last("SIP/2.0 200").Body);
    }

    [Theory]
    [InlineData("UPDATE", "UPDATE")]
    [InlineData("INVITE", "UPDATE")]
    [InlineData("UPDATE", "INVITE")]
    [InlineData("INVITE", "INVITE")]
    public void Offers_that_cross_are_refused_on_both_sides(string first, string second)
    {
        CallDriver call = Established(out Sent invite, out string tag, AllowsUpdate, AllowsUpdate);
        call.FromCaller(FromCaller(first, tag, 2, "z9hG4bKx1", sdp: CallerSdpOn(49172)));
        Assert.Equal(CallDriver.Callee, call.Last(first).To.Remote);

        // RFC 3261 section 14.2, RFC 3311 section 5.2: what the callee sent before ours reached it finds our offer open: 491. The same on the other side: the
        // callee refuses ours, and the caller hears it (RFC 5407 sections 3.3.1 and 3.3.2).
        call.FromCallee(FromCallee(second, invite, 1, "z9hG4bKy1", sdp: CalleeSdpOn(3458)));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 491").To.Remote);
        call.FromCallee(Response(call.Last(first), 491));
        Assert.Equal(CallDriver.Caller, call.Last("SIP/2.0 491").To.Remote);
        Assert.Equal(CallPhase.Established, call.State.Phase);

        // Nothing is left open.
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKx1"));
        call.FromCallee(FromCallee("ACK", invite, 1, "z9hG4bKy1"));
        call.FromCaller(FromCaller(first, tag, 3, "z9hG4bKx2", sdp: CallerSdpOn(49174)));
        Assert.Contains("m=audio 49174", call.Last(first).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INVITE", "INVITE")]
    [InlineData("INVITE", "UPDATE")]
    [InlineData("UPDATE", "INVITE")]
    [InlineData("UPDATE", "UPDATE")]
    public void A_second_offer_of_the_same_side_before_the_first_is_answered_is_500_with_a_time_to_wait(string first, string second)
    {
        CallDriver call = Established(out _, out string tag, AllowsUpdate, AllowsUpdate);
        call.FromCaller(FromCaller(first, tag, 2, "z9hG4bKx1", sdp: CallerSdpOn(49172)));
        call.FromCaller(FromCaller(second, tag, 3, "z9hG4bKx2", sdp: CallerSdpOn(49174)));

        // RFC 3261 section 14.2, RFC 3311 section 5.2: "MUST include a Retry-After header field with a randomly chosen value between 0 and 10 seconds".
        Assert.InRange(int.Parse(call.Last("SIP/2.0 500").Header("Retry-After"), CultureInfo.InvariantCulture), 1, 10);
        call.FromCallee(Response(call.Last(first), 200, sdp: CalleeSdp));
        Assert.StartsWith("2 ", call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_UPDATE_without_offer_may_pass_an_open_offer()
    {
        CallDriver call = Established(out Sent invite, out string tag, AllowsUpdate, AllowsUpdate);
        call.FromCaller(Invite(branch: "z9hG4bKx1", cseq: 2, toTag: tag));
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKy1"));

        // RFC 3311 section 5.2 refuses offers that cross; this is none.
        Assert.Equal(CallDriver.Caller, call.Last("UPDATE").To.Remote);
    }

    [Fact]
    public void An_UPDATE_without_offer_for_a_peer_that_does_not_take_one_is_answered_here()
    {
        CallDriver call = Established(out _, out string tag, AllowsUpdate, AllowsNoUpdate);
        call.FromCaller(FromCaller("UPDATE", tag, 2, "z9hG4bKu1").Replace("Contact: <sip:alice@192.0.2.10:5060>", "Contact: <sip:alice@192.0.2.10:5062>", StringComparison.Ordinal));
        Assert.Equal(0, call.CountSent("UPDATE"));
        Assert.Equal("2 UPDATE", call.Last("SIP/2.0 200").Header("CSeq"));

        // RFC 3311 section 5.2: it is a target refresh request.
        Assert.Equal("sip:alice@192.0.2.10:5062", call.State.A.RemoteTarget);
    }

    [Fact]
    public void An_INVITE_without_offer_within_the_call_is_answered_in_the_ACK()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag, sdp: null));
        Assert.Equal("", call.Last("INVITE").Body);
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdpOn(3458)));

        // RFC 3261 section 14.2: "If the new INVITE … does not contain an offer, the UAS … offer in the 2xx"; 13.2.2.4: the answer in the ACK.
        Assert.Equal(1, call.CountSent("ACK"));
        call.FromCaller(FromCaller("ACK", tag, 2, "z9hG4bKack2", sdp: CallerSdpOn(49172)));
        Assert.Contains("m=audio 49172", call.Last("ACK").Body, StringComparison.Ordinal);
        Assert.Equal(2, Origin(call.Last("ACK")).Version);
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    public void A_dialog_that_its_peer_does_not_know_any_more_is_ended_on_both_sides(int status)
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Invite(branch: "z9hG4bKre1", cseq: 2, toTag: tag));
        call.FromCallee(Response(call.Last("INVITE"), status));
        Assert.Equal(1, call.CountSent($"SIP/2.0 {status}"));

        // RFC 3261 section 12.2.1.2: "If the response for a request within a dialog is a 481 … or a 408 …, the UAC SHOULD terminate the dialog."
        Assert.Single(call.To(CallDriver.Caller, "BYE"));
        Assert.Single(call.To(CallDriver.Callee, "BYE"));
        Assert.Contains("\"result\":\"answered\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INFO", 481)]
    [InlineData("MESSAGE", 408)]
    [InlineData("INVITE", 488)]
    [InlineData("INVITE", 500)]
    [InlineData("UPDATE", 603)]
    public void Any_other_refusal_ends_nothing(string method, int status)
    {
        CallDriver call = Established(out _, out string tag, calleeExtra: "Allow: INVITE, ACK, BYE, CANCEL, INFO, MESSAGE, UPDATE\r\n");
        call.FromCaller(FromCaller(method, tag, 2, "z9hG4bKx1", sdp: method is "INVITE" or "UPDATE" ? CallerSdp : null));
        call.FromCallee(Response(call.Last(method), status));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(0, call.CountSent("BYE"));
    }

    [Fact]
    public void A_method_that_we_do_not_know_crosses_within_the_dialog()
    {
        CallDriver call = Established(out Sent invite, out string tag);
        call.FromCaller(FromCaller("FROBNICATE", tag, 2, "z9hG4bKf1", extra: "Content-Type: text/x-anything\r\n"));
        Sent relayed = call.Last("FROBNICATE");
        Assert.Equal("2 FROBNICATE", relayed.Header("CSeq"));
        call.FromCallee(Response(relayed, 299));
        Assert.Equal("2 FROBNICATE", call.Last("SIP/2.0 299").Header("CSeq"));
        call.FromCallee(FromCallee("TWIDDLE", invite, 1, "z9hG4bKf2"));
        call.FromCaller(Response(call.Last("TWIDDLE"), 501, toTag: ""));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 501").To.Remote);
    }

    [Theory]
    [InlineData("v=0\ro=bob 1 1 IN IP4 10.9.9.9\rm=audio 3456 RTP/AVP 0\r")]
    [InlineData("v=0\r\no=bob 1 1 IN IP4 10.9.9.9\r\nm=audio 3456\r\n")]
    public void A_description_that_cannot_be_read_stays_where_it_is(string unreadable)
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));
        call.FromCallee(Response(invite, 183, sdp: unreadable));
        Assert.Equal("", call.Last("SIP/2.0 183", CallDriver.Caller).Body);
        call.FromCallee(Response(invite, 200, sdp: unreadable));

        // RFC 3261 section 13.2.1: "That same exact answer MAY also be placed in any provisional responses sent prior to the answer": the one that could be read.
        Assert.Contains("m=audio 3456 RTP/AVP 0\r\n", call.Last("SIP/2.0 200", CallDriver.Caller).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(call.To(CallDriver.Caller, "SIP"), sent => sent.Text.Contains("10.9.9.9", StringComparison.Ordinal));
        Assert.Equal(1, call.CountSent("ACK"));
    }
}
