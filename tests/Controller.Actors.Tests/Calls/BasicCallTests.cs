using System.Text.Json;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;

namespace Controller.Actors.Tests.Calls;

public class BasicCallTests
{
    private static CallDriver Established(out Sent invite, out string callerTag)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        call.Elapse(TimeSpan.FromSeconds(3));
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        callerTag = ok.Header("To").Split(";tag=")[1];
        call.FromCaller(Messages.FromCaller("ACK", callerTag, 1, "z9hG4bKack1"));
        return call;
    }

    [Fact]
    public void A_call_is_set_up_answered_and_hung_up_by_the_caller()
    {
        CallDriver call = Established(out _, out string callerTag);
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(["SIP/2.0 100 Trying", "INVITE sip:+15551234@198.51.100.20:5080 SIP/2.0", "SIP/2.0 180 Whatever", "SIP/2.0 200 Whatever", "ACK sip:bob@198.51.100.20:5080 SIP/2.0"],
            call.Wire.Select(sent => sent.StartLine));

        call.Elapse(TimeSpan.FromSeconds(60));
        call.FromCaller(Messages.FromCaller("BYE", callerTag, 2, "z9hG4bKbye1"));
        Assert.Equal("SIP/2.0 200 OK", call.Last("SIP/2.0 200", CallDriver.Caller).StartLine);
        Sent bye = call.Last("BYE");
        Assert.Equal(CallDriver.Callee, bye.To.Remote);
        call.FromCallee(Messages.Response(bye, 200));

        using JsonDocument record = JsonDocument.Parse(Assert.Single(call.ChargingRecords));
        Assert.Equal("answered", record.RootElement.GetProperty("result").GetString());
        Assert.Equal("caller", record.RootElement.GetProperty("endedBy").GetString());
        Assert.Equal(60_000, record.RootElement.GetProperty("durationMs").GetInt64());
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.True(call.Stopped);
        Assert.Equal(Controller.Sharding.Model.Instant.Never, Call.NextDue(call.State));
    }

    [Fact]
    public void The_callee_hangs_up()
    {
        CallDriver call = Established(out Sent invite, out _);
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 200").To.Remote);
        Sent bye = call.Last("BYE");
        Assert.Equal(CallDriver.Caller, bye.To.Remote);
        Assert.Equal("a-call@192.0.2.10", bye.Header("Call-ID"));
        Assert.Equal("1 BYE", bye.Header("CSeq"));
        Assert.EndsWith(";tag=alice-tag", bye.Header("To"), StringComparison.Ordinal);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Nothing_of_one_side_is_seen_on_the_other()
    {
        CallDriver call = Established(out Sent invite, out string callerTag);
        Assert.DoesNotContain("192.0.2.10", invite.Text.Replace("c=IN IP4 192.0.2.10", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("alice-tag", invite.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("z9hG4bKinv1", invite.Text, StringComparison.Ordinal);
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.DoesNotContain("198.51.100.20", ok.Text.Replace("c=IN IP4 198.51.100.20", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("bob-tag", ok.Text, StringComparison.Ordinal);
        Assert.NotEqual("bob-tag", callerTag);
    }

    [Fact]
    public void A_name_in_UTF_8_reaches_the_callee_and_its_own_dialog_with_the_same_octets()
    {
        // "Jürgen" in UTF-8, as CallDriver reads text: one character an octet.
        string name = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes("\"Jürgen 山\""));
        var call = new CallDriver();
        call.FromCaller(Messages.Invite().Replace("\"Alice\"", name, StringComparison.Ordinal));
        Sent invite = call.Last("INVITE");
        Assert.StartsWith(name + " <sip:alice@", invite.Header("From"), StringComparison.Ordinal);
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", call.Last("SIP/2.0 200").Header("To").Split(";tag=")[1], 1, "z9hG4bKack1"));
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"));
        Assert.StartsWith(name + " <sip:alice@192.0.2.10>", call.Last("BYE").Header("To"), StringComparison.Ordinal);
        Assert.Contains("sip:alice@192.0.2.10", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INFO")]
    [InlineData("UPDATE")]
    [InlineData("PRACK")]
    public void What_belongs_in_a_dialog_and_names_none_is_refused_with_a_tag_of_ours(string method)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCaller(Messages.FromCaller(method, "", 2, "z9hG4bKnone"));

        // RFC 3261 section 8.2.6.2: "if the To header field in the request did not contain a tag, the URI in the To header field in the response MUST equal the URI
        // in the To header field; additionally, the UAS MUST add a tag".
        Assert.NotEqual("", call.Last("SIP/2.0 481").ToTag);
    }

    // 8.2.1, 12.2.2.
    [Theory]
    [InlineData("MESSAGE", "", 405)]
    [InlineData("MESSAGE", "unknown", 481)]
    [InlineData("BYE", "unknown", 481)]
    [InlineData("INVITE", "unknown", 481)]
    public void What_belongs_to_no_call_is_refused_and_leaves_nothing_behind(string method, string toTag, int status)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.FromCaller(method, toTag, 1, "z9hG4bKx"));
        Assert.StartsWith($"SIP/2.0 {status}", Assert.Single(call.Wire).StartLine, StringComparison.Ordinal);
        Assert.True(call.Stopped);
        Assert.Empty(call.ChargingRecords);
    }

    [Fact]
    public void The_caller_cancels_while_it_rings()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));

        // 9.2: 200 to the CANCEL, 487 to the INVITE; on the other side a CANCEL with the INVITE's branch (9.1).
        Assert.Equal("1 CANCEL", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 487").Header("CSeq"));
        Sent cancel = call.Last("CANCEL");
        Assert.Equal(invite.Header("Via"), cancel.Header("Via"));
        Assert.Equal("1 CANCEL", cancel.Header("CSeq"));

        call.FromCallee(Messages.Response(cancel, 200));
        call.FromCallee(Messages.Response(invite, 487));
        Assert.Equal(invite.Header("Via"), call.Last("ACK").Header("Via"));
        call.FromCaller(Messages.FromCaller("ACK", "", 1, "z9hG4bKinv1"));
        Assert.Contains("\"result\":\"cancelled\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.True(call.Stopped);
    }

    [Fact]
    public void A_CANCEL_waits_for_the_first_provisional_response()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        Assert.Equal(0, call.CountSent("CANCEL"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 100));
        Assert.Equal(1, call.CountSent("CANCEL"));
    }

    [Fact]
    public void An_answer_that_crosses_the_CANCEL_is_acknowledged_and_hung_up()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180));
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Equal(0, call.Wire.Count(sent => sent.StartLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal) && sent.Header("CSeq") == "1 INVITE"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_refusal_is_relayed_and_acknowledged()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 486));
        Assert.Equal("SIP/2.0 486 Whatever", call.Last("SIP/2.0 486").StartLine);
        Assert.Equal(1, call.CountSent("ACK"));
        call.FromCallee(Messages.Response(invite, 486));
        Assert.Equal(2, call.CountSent("ACK"));
        Assert.Equal(call.Wire.Where(sent => sent.StartLine.StartsWith("ACK", StringComparison.Ordinal)).Select(sent => sent.Text).Distinct(), [call.Last("ACK").Text]);

        // 17.2.1: timer G repeats the refusal until its ACK.
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.True(call.CountSent("SIP/2.0 486") >= 3);
        call.FromCaller(Messages.FromCaller("ACK", "", 1, "z9hG4bKinv1"));
        int sent = call.CountSent("SIP/2.0 486");
        call.Elapse(TimeSpan.FromSeconds(60));
        Assert.Equal(sent, call.CountSent("SIP/2.0 486"));
        Assert.True(call.Stopped);
    }

    [Fact]
    public void A_BYE_of_the_callee_is_held_back_until_the_caller_has_acknowledged()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"));

        // 15: no BYE before the ACK of our 2xx.
        Assert.Equal(0, call.CountSent("BYE"));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        call.FromCaller(Messages.FromCaller("ACK", ok.Header("To").Split(";tag=")[1], 1, "z9hG4bKack1"));
        Assert.Equal(1, call.CountSent("BYE"));
    }

    [Fact]
    public void Nobody_acknowledges_the_answer_and_both_legs_are_hung_up()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.Elapse(TimeSpan.FromSeconds(33));

        // 13.3.1.4: repeated at T1, doubling to T2, for 64*T1; then a BYE.
        Assert.Equal(11, call.CountSent("SIP/2.0 200"));
        Assert.Contains(call.Wire, sent => sent.StartLine.StartsWith("BYE", StringComparison.Ordinal) && sent.To.Remote.Equals(CallDriver.Caller));
        Assert.Contains(call.Wire, sent => sent.StartLine.StartsWith("BYE", StringComparison.Ordinal) && sent.To.Remote.Equals(CallDriver.Callee));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void The_session_is_changed_by_either_side()
    {
        CallDriver call = Established(out Sent invite, out string callerTag);
        call.FromCaller(Messages.Invite(branch: "z9hG4bKre1", cseq: 2, toTag: callerTag));
        Sent relayed = call.Last("INVITE");
        Assert.Equal("2 INVITE", relayed.Header("CSeq"));
        Assert.Equal("sip:bob@198.51.100.20:5080", relayed.StartLine.Split(' ')[1]);
        call.FromCallee(Messages.Response(relayed, 200, sdp: Messages.CalleeSdp));
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"));
        Assert.Equal("2 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCaller(Messages.FromCaller("ACK", callerTag, 2, "z9hG4bKack2"));
        Assert.Empty(call.State.Answers);

        call.FromCallee(Messages.FromCallee("INVITE", invite, 1, "z9hG4bKb-re", sdp: Messages.CalleeSdp));
        relayed = call.Last("INVITE");
        Assert.Equal(CallDriver.Caller, relayed.To.Remote);
        call.FromCaller(Messages.Response(relayed, 488));
        Assert.Equal("1 INVITE", call.Last("SIP/2.0 488").Header("CSeq"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void The_next_endpoint_is_tried_when_one_refuses_with_a_code_that_says_so()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.21:5080"));
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 503));
        Sent second = call.Last("INVITE");
        Assert.Equal("198.51.100.21", second.To.Remote.Address.ToString());
        call.FromCallee(Messages.Response(second, 486));
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));
        Assert.Equal(0, call.CountSent("SIP/2.0 503"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_silent_callee_times_out()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.Elapse(TimeSpan.FromSeconds(33));

        // 17.1.1.2: seven INVITEs within 64*T1; 8.1.3.1: then as if a 408 had come.
        Assert.Equal(7, call.CountSent("INVITE"));
        Assert.Single(call.Wire.Select(sent => sent.Text).Where(text => text.StartsWith("INVITE", StringComparison.Ordinal)).Distinct());
        Assert.StartsWith("SIP/2.0 408", call.Last("SIP/2.0 408").StartLine, StringComparison.Ordinal);
        Assert.Contains("\"result\":\"failed\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_late_offer_is_answered_by_the_callers_ACK()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(sdp: null));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(0, call.CountSent("ACK"));
        string tag = call.Last("SIP/2.0 200").Header("To").Split(";tag=")[1];
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1", sdp: Messages.CallerSdp));
        Assert.Contains("m=audio 49170", call.Last("ACK").Text, StringComparison.Ordinal);
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(2, call.CountSent("ACK"));
        Assert.Equal(call.Wire[^1].Text, call.Wire.First(sent => sent.StartLine.StartsWith("ACK", StringComparison.Ordinal)).Text);
    }
}
