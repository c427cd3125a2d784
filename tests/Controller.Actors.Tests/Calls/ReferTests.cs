using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>REFER within a call that goes on to the other side (RFC 3515), and the subscription that it makes.</summary>
public class ReferTests
{
    private const string Blind = "Refer-To: <sip:+15550142@192.0.2.99:5099;transport=udp;user=phone>\r\nReferred-By: \"Alice\" <sip:alice@192.0.2.10>;cid=\"1@192.0.2.10\"\r\nSupported: norefersub, x-other\r\n";

    // RFC 3515 section 4.1: REFER, 202, NOTIFY, 200, NOTIFY, 200; no name of one side on the other.
    [Fact]
    public void A_REFER_and_its_NOTIFYs_cross_with_every_name_ours()
    {
        CallDriver call = Answered();
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), Blind));
        Sent refer = call.Last("REFER", CallDriver.Callee);
        Assert.True(refer.AfterRequiredCommit);
        Assert.Equal("<sip:+15550142@203.0.113.2:5060;user=phone>", refer.Header("Refer-To"));
        Assert.Equal("\"Alice\" <sip:alice@203.0.113.2>", refer.Header("Referred-By"));
        Assert.Equal("norefersub", refer.Header("Supported"));
        Assert.Equal($"<{call.State.B.Contact}>", refer.Header("Contact"));
        Assert.DoesNotContain("192.0.2.", refer.Text, StringComparison.Ordinal);

        call.FromCallee(Messages.Response(refer, 202));
        Assert.True(call.Last("SIP/2.0 202", CallDriver.Caller).AfterRequiredCommit);
        Assert.Equal($"<{call.State.A.Contact}>", call.Last("SIP/2.0 202", CallDriver.Caller).Header("Contact"));

        // 2.4.6: the id is the CSeq number of the REFER, which is another on each leg.
        call.FromCallee(Notify(call, 7, "refer;id=" + refer.Header("CSeq").Split(' ')[0], "active;expires=60", "SIP/2.0 100 Trying\r\nContact: <sip:c@198.51.100.9>\r\n"));
        Sent notify = call.Last("NOTIFY", CallDriver.Caller);
        Assert.Equal(("refer;id=2", "active;expires=60", "message/sipfrag;version=2.0"), (notify.Header("Event"), notify.Header("Subscription-State"), notify.Header("Content-Type")));
        Assert.EndsWith("\r\n\r\nSIP/2.0 100 Trying\r\n", notify.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.", notify.Text, StringComparison.Ordinal);
        call.FromCaller(Messages.Response(notify, 200, toTag: ""));
        Assert.StartsWith("SIP/2.0 200", call.Wire[^1].Text, StringComparison.Ordinal);
        Assert.Equal(CallDriver.Callee, call.Wire[^1].To.Remote);
        Assert.Single(call.State.Referrals);

        call.FromCallee(Notify(call, 8, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"));
        Assert.Equal("refer", call.Last("NOTIFY", CallDriver.Caller).Header("Event"));
        Assert.Empty(call.State.Referrals);
    }

    // RFC 3515 section 2.4.4: "a NOTIFY may arrive before the 202".
    [Fact]
    public void A_NOTIFY_may_overtake_the_202()
    {
        CallDriver call = Referred();
        call.FromCallee(Notify(call, 7, "refer", "active;expires=60", "SIP/2.0 100 Trying\r\n"));
        Assert.Equal(1, call.CountSent("NOTIFY"));
    }

    // RFC 5057 section 4.2: the subscription is another usage of the dialog: the BYE ends only the session.
    [Fact]
    public void NOTIFYs_cross_after_the_BYE_until_the_subscription_ends()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("REFER"), 202));
        call.FromCaller(Messages.FromCaller("BYE", Tag(call), 3, "z9hG4bKbye"));
        call.FromCallee(Messages.Response(call.Last("BYE"), 200));
        call.Elapse(TimeSpan.FromSeconds(50));
        Assert.False(call.Stopped);
        call.FromCallee(Notify(call, 7, "refer", "active;expires=3600", "SIP/2.0 180 Ringing\r\n"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(60));
        call.FromCallee(Notify(call, 8, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"));
        Assert.Equal(CallDriver.Caller, call.Last("NOTIFY").To.Remote);
        Assert.Equal(2, call.CountSent("NOTIFY"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.True(call.Stopped);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_subscription_that_nobody_ends_is_over_three_minutes_after_the_call()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("REFER"), 202));
        call.FromCallee(Notify(call, 7, "refer", "active;expires=3600", "SIP/2.0 100 Trying\r\n"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        call.Elapse(TimeSpan.FromMinutes(10));
        Assert.Single(call.State.Referrals);
        call.FromCaller(Messages.FromCaller("BYE", Tag(call), 3, "z9hG4bKbye"));
        call.FromCallee(Messages.Response(call.Last("BYE"), 200));
        call.Elapse(TimeSpan.FromSeconds(179));
        Assert.False(call.Stopped);
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.True(call.Stopped);
    }

    // RFC 6665 section 4.2.2: after a 481 "the notifier MUST remove the corresponding subscription"; the call goes on.
    [Fact]
    public void A_481_to_a_NOTIFY_ends_the_subscription_and_nothing_else()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("REFER"), 202));
        call.FromCallee(Notify(call, 7, "refer", "active;expires=60", "SIP/2.0 100 Trying\r\n"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 481, toTag: ""));
        Assert.Equal(CallDriver.Callee, call.Last("SIP/2.0 481").To.Remote);
        Assert.Empty(call.State.Referrals);
        call.FromCallee(Notify(call, 8, "refer", "active;expires=60", "SIP/2.0 180 Ringing\r\n"));
        Assert.Equal(1, call.CountSent("NOTIFY"));
        Assert.Equal(2, call.CountSent("SIP/2.0 481"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    // RFC 5407 section 3.3.3: a REFER that crosses a BYE gets a 481, the BYE a 200.
    [Fact]
    public void A_REFER_that_crosses_the_BYE_is_told_481()
    {
        CallDriver call = Answered();
        call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1"));
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), Blind));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
        Assert.Equal(0, call.CountSent("REFER"));
    }

    // The same a moment earlier: the REFER is with the other side, which has hung up, and says so itself.
    [Fact]
    public void A_REFER_under_way_when_the_BYE_comes_is_answered_by_the_other_side()
    {
        CallDriver call = Referred();
        Sent refer = call.Last("REFER");
        call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1"));
        Assert.Equal(1, call.CountSent("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.20"));
        call.FromCallee(Messages.Response(refer, 481));
        Assert.Equal(CallDriver.Caller, call.Last("SIP/2.0 481").To.Remote);
        call.FromCaller(Messages.Response(call.Last("BYE"), 200, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.True(call.Stopped);
    }

    // RFC 4488 section 4: "Refer-Sub: false" in the 2xx: no subscription.
    [Fact]
    public void Without_a_subscription_there_are_no_NOTIFYs()
    {
        CallDriver call = Answered();
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), Blind + "Refer-Sub: false\r\nRequire: norefersub\r\n"));
        Assert.Equal(("false", "norefersub"), (call.Last("REFER").Header("Refer-Sub"), call.Last("REFER").Header("Require")));
        call.FromCallee(Messages.Response(call.Last("REFER"), 202, extra: "Refer-Sub: false\r\nSupported: norefersub\r\n"));
        Assert.Equal("false", call.Last("SIP/2.0 202").Header("Refer-Sub"));
        Assert.Empty(call.State.Referrals);
        call.FromCallee(Notify(call, 7, "refer", "active", "SIP/2.0 100 Trying\r\n"));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
    }

    [Theory]
    // 2.4.2: "MUST return a 400 (Bad Request) if the request contained zero or more than one Refer-To header field values".
    [InlineData("", 400)]
    [InlineData("Refer-To: <sip:a@192.0.2.1>\r\nRefer-To: <sip:b@192.0.2.1>\r\n", 400)]
    [InlineData("Refer-To: nonsense\r\n", 400)]
    [InlineData("Refer-To: <http://www.example.com/>\r\n", 416)]
    public void A_REFER_that_refers_to_nobody_is_refused(string referTo, int status)
    {
        CallDriver call = Answered();
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), referTo));
        Assert.Equal(1, call.CountSent($"SIP/2.0 {status}"));
        Assert.Equal(0, call.CountSent("REFER"));
        Assert.Empty(call.State.Transactions.Where(transaction => transaction.Method == Controller.Sip.Messages.SipMethod.Refer));
    }

    [Theory]
    [InlineData("dialog", "", 489)]
    [InlineData("refer;id=4711", "", 481)]
    [InlineData("refer", "z", 489)]
    public void A_NOTIFY_of_another_subscription_is_refused(string notified, string suffix, int status)
    {
        CallDriver call = Referred();
        call.FromCallee(Notify(call, 7, notified + suffix, "active", "SIP/2.0 100 Trying\r\n"));
        Assert.Equal(1, call.CountSent($"SIP/2.0 {status}"));
        Assert.Equal(0, call.CountSent("NOTIFY"));
    }

    [Fact]
    public void A_referrer_may_end_its_subscription()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("REFER"), 202));
        call.FromCaller(With(Messages.FromCaller("SUBSCRIBE", Tag(call), 3, "z9hG4bKsub"), "Event: refer;id=2\r\nExpires: 0\r\n"));
        Sent subscribe = call.Last("SUBSCRIBE", CallDriver.Callee);
        Assert.Equal(("refer;id=" + call.Last("REFER").Header("CSeq").Split(' ')[0], "0"), (subscribe.Header("Event"), subscribe.Header("Expires")));
    }

    // RFC 3891: the dialog to be replaced is named in names of ours, and the Contact of ours stays one.
    [Fact]
    public void An_attended_transfer_names_the_other_call_by_a_token()
    {
        CallDriver call = Answered();
        string token = Controller.Actors.Tokens.CallToken.Encode(call.Settings.Secret.Span, 0x77, 0, 0);
        call.FromCaller(With(
            Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"),
            $"Refer-To: <sip:{token}@203.0.113.1:5060?Replaces=other-call%40192.0.2.10%3Bto-tag%3Dours%3Bfrom-tag%3Dalice-2&Require=replaces&Call-ID=x>\r\n"));
        string referTo = call.Last("REFER").Header("Refer-To");
        Assert.StartsWith($"<sip:{token}@203.0.113.2:5060?Replaces=", referTo, StringComparison.Ordinal);
        Assert.EndsWith("&Require=replaces>", referTo, StringComparison.Ordinal);
        foreach (string name in (string[])["other-call", "192.0.2", "ours", "alice-2", "Call-ID"])
        {
            Assert.DoesNotContain(name, referTo, StringComparison.Ordinal);
        }
    }

    // Contract of `refer`: a trunk's word before its realm's.
    [Fact]
    public void A_REFER_is_refused_where_policy_says_so()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        CallDriver call = Answered(settings with { Realms = settings.Realms.SetItem("access", new RealmSettings(Refer: ReferPolicy.Refuse)) });
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), Blind));
        Assert.Equal(1, call.CountSent("SIP/2.0 603"));
        Assert.Equal(0, call.CountSent("REFER"));
        Assert.Equal(CallPhase.Established, call.State.Phase);

        // The other leg's realm says pass.
        call.FromCallee(With(Messages.FromCallee("REFER", call.First("INVITE"), 1, "z9hG4bKcref"), "Refer-To: <sip:dave@198.51.100.20>\r\n"));
        Assert.Equal("<sip:dave@203.0.113.1:5060>", call.Last("REFER", CallDriver.Caller).Header("Refer-To"));
    }

    internal static CallDriver Answered(ControllerSettings? settings = null)
    {
        var call = new CallDriver(settings);
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", Tag(call), 1, "z9hG4bKack1"));
        return call;
    }

    internal static string Tag(CallDriver call) => call.Last("SIP/2.0 200", CallDriver.Caller).Header("To").Split(";tag=")[1];

    internal static string With(string message, string headers) => message.Replace("Contact: ", headers + "Contact: ", StringComparison.Ordinal);

    internal static string Notify(CallDriver call, int cseq, string subscribed, string state, string fragment) =>
        With(Messages.FromCallee("NOTIFY", call.First("INVITE"), cseq, "z9hG4bKnot" + cseq), $"Event: {subscribed}\r\nSubscription-State: {state}\r\n")
            .Replace("Content-Length: 0\r\n\r\n", $"Content-Type: message/sipfrag;version=2.0\r\nContent-Length: {fragment.Length}\r\n\r\n{fragment}", StringComparison.Ordinal);

    private static CallDriver Referred()
    {
        CallDriver call = Answered();
        call.FromCaller(With(Messages.FromCaller("REFER", Tag(call), 2, "z9hG4bKref"), Blind));
        return call;
    }
}
