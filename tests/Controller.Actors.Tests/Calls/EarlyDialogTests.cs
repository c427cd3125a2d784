using System.Globalization;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>Forking behind a callee: RFC 3261 sections 12.1 and 13.2.2.4, RFC 6228, RFC 5407 appendices A and E.</summary>
public class EarlyDialogTests
{
    private static string Tag(int fork) => string.Create(CultureInfo.InvariantCulture, $"fork-{fork}");

    private static CallDriver Ringing(int forks, out Sent invite, string extra = "", string progressExtra = "")
    {
        var call = new CallDriver();
        call.FromCaller(Invite(extra: extra));
        invite = call.Last("INVITE");
        for (int i = 0; i < forks; i++)
        {
            call.FromCallee(Response(invite, 183, Tag(i), CalleeSdpOn(4000 + (2 * i)), progressExtra));
        }

        return call;
    }

    [Fact]
    public void Ten_forks_are_ten_early_dialogs_each_with_its_own_session_and_the_winner_is_one_of_them()
    {
        CallDriver call = Ringing(10, out Sent invite);
        IReadOnlyList<Sent> shown = call.To(CallDriver.Caller, "SIP/2.0 183");
        Assert.Equal(10, shown.Select(sent => sent.ToTag).Distinct().Count());
        Assert.Equal(10, shown.Select(sent => sent.Body.Split(' ')[1]).Distinct().Count());
        Assert.All(shown, (sent, i) => Assert.Contains($"m=audio {4000 + (2 * i)}", sent.Body, StringComparison.Ordinal));
        Assert.Equal(10, call.State.EarlyDialogs.Length);

        // 13.2.2.4: the 2xx belongs to the dialog of its tag, and so does its session: the caller's media go to the winner from here.
        call.FromCallee(Response(invite, 200, Tag(6), CalleeSdpOn(4012)));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal(shown[6].ToTag, ok.ToTag);
        Assert.Equal(shown[6].Body, ok.Body);
        Assert.Empty(call.State.EarlyDialogs);
        Assert.EndsWith(Tag(6), call.Last("ACK").Header("To"), StringComparison.Ordinal);

        // "the UAC core MUST … generate an ACK … for each 2xx"; the others are hung up.
        call.FromCallee(Response(invite, 200, Tag(2), CalleeSdpOn(4004)));
        Assert.EndsWith(Tag(2), call.Last("ACK").Header("To"), StringComparison.Ordinal);
        Assert.EndsWith(Tag(2), call.Last("BYE").Header("To"), StringComparison.Ordinal);
        Assert.Equal(1, call.CountSent("SIP/2.0 200"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void A_request_of_the_caller_goes_to_the_callee_of_its_early_dialog()
    {
        CallDriver call = Ringing(3, out _);
        string tag = call.To(CallDriver.Caller, "SIP/2.0 183")[1].ToTag;
        call.FromCaller(FromCaller("INFO", tag, 2, "z9hG4bKi1"));
        Sent info = call.Last("INFO");
        Assert.EndsWith(";tag=" + Tag(1), info.Header("To"), StringComparison.Ordinal);
        Assert.Equal("2 INFO", info.Header("CSeq"));
        call.FromCallee(Response(info, 200));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal(tag, ok.ToTag);
        Assert.Equal("2 INFO", ok.Header("CSeq"));

        // 12.2.1.1: the numbers of each dialog are its own, and no two requests of one leg share a branch.
        string other = call.To(CallDriver.Caller, "SIP/2.0 183")[2].ToTag;
        call.FromCaller(FromCaller("INFO", other, 2, "z9hG4bKi2"));
        Sent second = call.Last("INFO");
        Assert.EndsWith(";tag=" + Tag(2), second.Header("To"), StringComparison.Ordinal);
        Assert.Equal("2 INFO", second.Header("CSeq"));
        Assert.NotEqual(info.Header("Via"), second.Header("Via"));

        // 12.2.2: a tag that nobody has been shown is no dialog.
        call.FromCaller(FromCaller("INFO", "nobody", 3, "z9hG4bKi3"));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
    }

    [Fact]
    public void A_request_of_a_callee_goes_to_the_caller_in_its_early_dialog()
    {
        CallDriver call = Ringing(2, out Sent invite);
        call.FromCallee(FromCallee("INFO", invite, 1, "z9hG4bKi1", Tag(1)));
        Sent info = call.Last("INFO");
        Assert.Equal(CallDriver.Caller, info.To.Remote);
        Assert.EndsWith(";tag=" + call.To(CallDriver.Caller, "SIP/2.0 183")[1].ToTag, info.Header("From"), StringComparison.Ordinal);
        Assert.EndsWith(";tag=alice-tag", info.Header("To"), StringComparison.Ordinal);
        call.FromCaller(Response(info, 200, toTag: ""));
        Assert.Equal("1 INFO", call.Last("SIP/2.0 200", CallDriver.Callee).Header("CSeq"));

        // What the winner has used of its numbers, it has used: 12.2.1.1.
        call.FromCallee(Response(invite, 200, Tag(1), CalleeSdp));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 1, "z9hG4bKack"));
        call.FromCallee(FromCallee("BYE", invite, 2, "z9hG4bKb1", Tag(1)));
        Assert.Equal("2 BYE", call.Last("BYE").Header("CSeq"));
    }

    [Fact]
    public void An_UPDATE_changes_the_session_of_one_early_dialog()
    {
        const string AllowsUpdate = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
        CallDriver call = Ringing(2, out Sent invite, "Supported: 100rel\r\n" + AllowsUpdate, Reliable(1) + AllowsUpdate);
        foreach (Sent progress in call.To(CallDriver.Caller, "SIP/2.0 183"))
        {
            call.FromCaller(FromCaller("PRACK", progress.ToTag, 2, "z9hG4bKp" + progress.ToTag, extra: $"RAck: {progress.Header("RSeq")} 1 INVITE\r\n"));
            call.FromCallee(Response(call.Last("PRACK"), 200));
        }

        // RFC 3311 section 5.1: offer and answer are complete by the reliable response, so the caller may offer again before the call is answered.
        string tag = call.To(CallDriver.Caller, "SIP/2.0 183")[1].ToTag;
        call.FromCaller(FromCaller("UPDATE", tag, 3, "z9hG4bKu1", sdp: CallerSdp.Replace("49170", "49180", StringComparison.Ordinal)));
        Sent update = call.Last("UPDATE");
        Assert.EndsWith(";tag=" + Tag(1), update.Header("To"), StringComparison.Ordinal);
        Assert.Contains("m=audio 49180", update.Body, StringComparison.Ordinal);
        Assert.True(update.AfterRequiredCommit);
        call.FromCallee(Response(update, 200, sdp: CalleeSdpOn(5000)));
        Assert.Contains("m=audio 5000", call.Last("SIP/2.0 200", CallDriver.Caller).Body, StringComparison.Ordinal);

        // And the callee may, in the other one.
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu2", Tag(0), CalleeSdpOn(5002)));
        Assert.Equal(CallDriver.Caller, call.Last("UPDATE").To.Remote);

        // 12.2.1.1, RFC 3264 section 8: the winner's numbers and o= version go on where the early dialog left them.
        call.FromCallee(Response(invite, 200, Tag(1)));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal("", ok.Body);
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack"));
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 4, toTag: tag));
        Assert.Equal("4 INVITE", call.Last("INVITE").Header("CSeq"));
        Assert.Contains(" 3 IN IP4", call.Last("INVITE").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_UPDATE_with_an_offer_before_the_first_is_answered_is_refused()
    {
        CallDriver call = Ringing(1, out Sent invite);
        string tag = call.Last("SIP/2.0 183").ToTag;

        // RFC 3311 section 5.2: the INVITE's offer is not answered (an unreliable 183 only shows the answer): "the UAS MUST reject the UPDATE with a 500
        // response, and MUST include a Retry-After header field with a randomly chosen value between 0 and 10 seconds."
        call.FromCaller(FromCaller("UPDATE", tag, 2, "z9hG4bKu1", sdp: CallerSdp));
        Assert.True(call.Last("SIP/2.0 500").Has("Retry-After"));

        // The callee would offer while it owes us an answer: 491.
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu2", Tag(0), CalleeSdp));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 491").To.Remote);
        Assert.Equal(0, call.CountSent("UPDATE"));

        // Without an offer it is no more than a refresh of the target.
        call.FromCaller(FromCaller("UPDATE", tag, 3, "z9hG4bKu3"));
        Assert.Equal(1, call.CountSent("UPDATE"));
    }

    [Fact]
    public void A_callee_whose_answer_the_caller_has_not_had_reliably_may_not_offer_again_through_us()
    {
        CallDriver call = Ringing(1, out Sent invite, progressExtra: Reliable(1));
        call.FromCallee(Response(call.Last("PRACK"), 200));
        call.FromCallee(FromCallee("UPDATE", invite, 1, "z9hG4bKu2", Tag(0), CalleeSdpOn(5000)));
        Assert.Equal(0, call.CountSent("UPDATE"));
        Assert.True(call.Last("SIP/2.0 500", CallDriver.Callee).Has("Retry-After"));
    }

    [Fact]
    public void An_offer_for_an_early_dialog_whose_peer_does_not_take_UPDATE_is_not_acceptable()
    {
        CallDriver call = Ringing(1, out _, "Supported: 100rel\r\n", Reliable(1) + "Allow: INVITE, ACK, BYE, CANCEL, PRACK\r\n");
        Sent progress = call.Last("SIP/2.0 183");
        call.FromCaller(FromCaller("PRACK", progress.ToTag, 2, "z9hG4bKp", extra: $"RAck: {progress.Header("RSeq")} 1 INVITE\r\n"));
        call.FromCallee(Response(call.Last("PRACK"), 200));
        call.FromCaller(FromCaller("UPDATE", progress.ToTag, 3, "z9hG4bKu1", sdp: CallerSdp));
        Assert.Equal(1, call.CountSent("SIP/2.0 488"));
        call.FromCaller(FromCaller("UPDATE", progress.ToTag, 4, "z9hG4bKu2"));
        Assert.Equal("4 UPDATE", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.Equal(0, call.CountSent("UPDATE"));
    }

    [Fact]
    public void A_BYE_ends_one_early_dialog_of_several()
    {
        CallDriver call = Ringing(2, out Sent invite);
        IReadOnlyList<Sent> shown = call.To(CallDriver.Caller, "SIP/2.0 183");
        call.FromCaller(FromCaller("BYE", shown[0].ToTag, 2, "z9hG4bKbye"));
        Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
        Assert.EndsWith(";tag=" + Tag(0), call.Last("BYE").Header("To"), StringComparison.Ordinal);
        Assert.Equal(0, call.CountSent("SIP/2.0 487"));

        // RFC 5407 appendix A: a 2xx of the dialog that was ended may still come: ACK and BYE; the INVITE goes on with the others.
        call.FromCallee(Response(call.Last("BYE"), 200));
        call.FromCallee(Response(invite, 200, Tag(1), CalleeSdp));
        Assert.Equal(shown[1].ToTag, call.Last("SIP/2.0 200", CallDriver.Caller).ToTag);
        call.FromCallee(Response(invite, 200, Tag(0), CalleeSdp));
        Assert.Equal(2, call.CountSent("ACK"));
        Sent last = call.Last("BYE");
        Assert.EndsWith(";tag=" + Tag(0), last.Header("To"), StringComparison.Ordinal);

        // 12.2.1.1: "strictly monotonically increasing": the first BYE had the number 2 in this dialog.
        Assert.Equal("3 BYE", last.Header("CSeq"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void Every_further_answer_of_a_fork_is_acknowledged_each_time_and_hung_up_once()
    {
        CallDriver call = Ringing(5, out Sent invite);
        for (int again = 0; again < 2; again++)
        {
            for (int fork = 0; fork < 5; fork++)
            {
                call.FromCallee(Response(invite, 200, Tag(fork), CalleeSdp));
            }
        }

        // 13.2.2.4: ACK for each 2xx and each repetition of it; BYE to all but the first.
        Assert.Equal(10, call.CountSent("ACK"));
        Assert.Equal(["fork-1", "fork-2", "fork-3", "fork-4"], call.To(CallDriver.Callee, "BYE").Select(bye => bye.Header("To").Split(";tag=")[1]));
        Assert.Equal(4, call.To(CallDriver.Callee, "BYE").Select(bye => bye.Header("Via")).Distinct().Count());
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void The_answer_of_an_early_dialog_that_the_caller_has_left_is_not_the_call_s()
    {
        CallDriver call = Ringing(2, out Sent invite);
        call.FromCaller(FromCaller("BYE", call.To(CallDriver.Caller, "SIP/2.0 183")[0].ToTag, 2, "z9hG4bKbye"));
        call.FromCallee(Response(invite, 200, Tag(0), CalleeSdp));
        Assert.Equal(1, call.CountSent("ACK"));
        Assert.DoesNotContain(call.To(CallDriver.Caller, "SIP/2.0 200"), ok => ok.Header("CSeq") == "1 INVITE");
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }

    [Fact]
    public void A_BYE_in_the_only_early_dialog_ends_the_attempt()
    {
        CallDriver call = Ringing(1, out _);
        call.FromCaller(FromCaller("BYE", call.Last("SIP/2.0 183").ToTag, 2, "z9hG4bKbye"));

        // RFC 3261 section 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog. It is RECOMMENDED that a 487 …".
        Assert.Equal(1, call.CountSent("SIP/2.0 487"));
        Assert.Equal(1, call.CountSent("CANCEL"));
        Assert.Contains("\"result\":\"cancelled\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Supported: 199\r\n", 1)]
    [InlineData("", 0)]
    public void A_199_reaches_a_caller_that_supports_it(string supported, int relayed)
    {
        CallDriver call = Ringing(2, out Sent invite, supported);
        Assert.Equal(relayed == 1, invite.Text.Contains("Supported: 199", StringComparison.Ordinal));
        call.FromCallee(Response(invite, 199, Tag(0)));
        Assert.Equal(relayed, call.CountSent("SIP/2.0 199"));

        // RFC 6228 section 4: the early dialog is terminated, the INVITE is not.
        call.FromCaller(FromCaller("INFO", call.To(CallDriver.Caller, "SIP/2.0 183")[0].ToTag, 2, "z9hG4bKi1"));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
        call.FromCallee(Response(invite, 200, Tag(1), CalleeSdp));
        Assert.Equal(CallPhase.Established, call.State.Phase);

        // One of an early dialog that the caller has never seen says nothing to it.
        var other = new CallDriver();
        other.FromCaller(Invite(extra: supported));
        other.FromCallee(Response(other.Last("INVITE"), 199, "unseen"));
        Assert.Equal(0, other.CountSent("SIP/2.0 199"));
    }

    [Theory]
    [InlineData("Supported: 199, 100rel\r\n", 1)]
    [InlineData("Supported: 199\r\nRequire: 100rel\r\n", 0)]
    public void A_reliable_199_is_acknowledged_here(string caller, int relayed)
    {
        CallDriver call = Ringing(1, out Sent invite, caller);
        call.FromCallee(Response(invite, 199, Tag(0), extra: Reliable(9)));
        Assert.Equal("9 1 INVITE", call.Last("PRACK").Header("RAck"));

        // The early dialog is over: nobody could acknowledge anything in it.
        Assert.Equal(relayed, call.CountSent("SIP/2.0 199"));
        Assert.All(call.To(CallDriver.Caller, "SIP/2.0 199"), sent => Assert.False(sent.Has("RSeq")));
    }

    [Fact]
    public void The_caller_is_told_of_a_phone_that_refuses_while_another_rings()
    {
        var call = new CallDriver();
        call.FromCaller(Invite("sip:bob@example.test", extra: "Supported: 199\r\n"));
        call.Give(new CallInput.BindingsFound(call.State.Lookups, [CrashTests.Phone(1), CrashTests.Phone(2)]));
        call.FromCallee(Response(call.Invite(1), 180, "p1"), CrashTests.PhoneFlow(1).Remote);
        call.FromCallee(Response(call.Invite(2), 180, "p2"), CrashTests.PhoneFlow(2).Remote);
        string tag = call.To(CallDriver.Caller, "SIP/2.0 180")[0].ToTag;
        call.FromCallee(Response(call.Invite(1), 486, "p1"), CrashTests.PhoneFlow(1).Remote);

        // RFC 6228 section 6: one branch has ended, another is pending.
        Assert.Equal(tag, call.Last("SIP/2.0 199").ToTag);
        call.FromCallee(Response(call.Invite(2), 486, "p2"), CrashTests.PhoneFlow(2).Remote);
        Assert.Equal(1, call.CountSent("SIP/2.0 199"));
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));
    }

    [Fact]
    public void A_183_without_a_description_and_one_with_one_are_the_same_early_dialog()
    {
        var call = new CallDriver();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 183));
        Assert.Equal("", call.Last("SIP/2.0 183").Body);
        string tag = call.Last("SIP/2.0 183").ToTag;
        call.FromCallee(Response(invite, 183, sdp: CalleeSdp));
        Assert.Equal(tag, call.Last("SIP/2.0 183").ToTag);
        Assert.Single(call.State.EarlyDialogs);

        // Shown early and left out of the 2xx: the caller still has to be told (13.2.1).
        call.FromCallee(Response(invite, 200));
        Assert.Equal(call.Last("SIP/2.0 183").Body, call.Last("SIP/2.0 200").Body);
    }

    [Fact]
    public void More_forks_than_a_call_keeps_still_ring_and_answer()
    {
        CallDriver call = Ringing(40, out Sent invite);
        Assert.Equal(40, call.CountSent("SIP/2.0 183"));
        Assert.Equal(EarlyDialog.Most, call.State.EarlyDialogs.Length);
        call.FromCallee(Response(invite, 200, Tag(39), CalleeSdp));
        Assert.Equal(call.To(CallDriver.Caller, "SIP/2.0 183")[39].ToTag, call.Last("SIP/2.0 200").ToTag);
    }
}
