using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Subscriptions;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tests.Exchanges;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Subscriptions;

public class SubscriptionTests
{
    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public void Subscribed_notified_refreshed_and_unsubscribed_with_nothing_of_one_side_on_the_other(SipTransport transport)
    {
        var driver = new SubscriptionDriver(transport: transport);
        driver.Subscribe();
        Sent subscribe = driver.Last("SUBSCRIBE");
        Assert.True(subscribe.AfterRequiredCommit);
        Assert.Equal("presence", subscribe.Header("Event"));
        Assert.Equal("600", subscribe.Header("Expires"));
        Assert.Contains("@203.0.113.2:5060", subscribe.Header("Contact"));

        driver.Grant();
        Sent granted = driver.Last("SIP/2.0 200");
        Assert.True(granted.AfterRequiredCommit);
        Assert.Equal("600", granted.Header("Expires"));
        Assert.Contains("@203.0.113.1:5060", granted.Header("Contact"));
        Assert.Equal("", granted.Header("Record-Route"));

        driver.Notify(1, "z9hG4bK-n1");
        Sent notify = driver.Last("NOTIFY");
        Assert.True(notify.AfterRequiredCommit);
        Assert.Equal(CallDriver.Caller, notify.To.Remote);
        Assert.Equal("NOTIFY sip:alice@192.0.2.10:5060 SIP/2.0", notify.StartLine);
        Assert.Equal("a-call@192.0.2.10", notify.Header("Call-ID"));
        Assert.EndsWith($";tag={driver.SubscriberTag}", notify.Header("From"));
        Assert.Equal("active;expires=600", notify.Header("Subscription-State"));
        Assert.EndsWith("<presence/>", notify.Text);
        driver.Taken();
        Assert.Equal(CallDriver.Callee, driver.Last("SIP/2.0 200").To.Remote);

        // A refresh is within the dialog: the notifier's Contact is its Request-URI, its Record-Route our Route.
        driver.Elapse(TimeSpan.FromSeconds(500));
        driver.Subscribe(2, "z9hG4bK-m2", toTag: driver.SubscriberTag);
        Sent refresh = driver.Last("SUBSCRIBE");
        Assert.Equal("SUBSCRIBE sip:bob@198.51.100.20:5080 SIP/2.0", refresh.StartLine);
        Assert.Equal("<sip:198.51.100.20:5099;lr>", refresh.Header("Route"));
        Assert.EndsWith(";tag=bob-tag", refresh.Header("To"));
        Assert.Equal(subscribe.Header("Call-ID"), refresh.Header("Call-ID"));
        Assert.Equal("2 SUBSCRIBE", refresh.Header("CSeq"));
        driver.Grant(300);
        Assert.Equal("300", driver.Last("SIP/2.0 200", CallDriver.Caller).Header("Expires"));
        driver.Elapse(TimeSpan.FromSeconds(200));
        Assert.Equal(SubscriptionPhase.Active, driver.State.Phase);

        driver.Subscribe(3, "z9hG4bK-m3", expires: 0, toTag: driver.SubscriberTag);
        driver.Grant(0);
        driver.Notify(2, "z9hG4bK-n2", "terminated;reason=timeout");
        Assert.Equal("2 NOTIFY", driver.Last("NOTIFY").Header("CSeq"));
        driver.Taken();
        Assert.Equal(SubscriptionPhase.Ended, driver.Stopped ? SubscriptionPhase.Ended : driver.State.Phase);
        Outside.AssertNothingLeaks(driver.Wire);
        driver.Elapse(TimeSpan.FromSeconds(33));
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void A_NOTIFY_that_overtakes_the_2xx_makes_the_dialog()
    {
        // RFC 6665 section 4.4.1: "a NOTIFY … could arrive before the 200-class response": it makes the dialog.
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.Notify(1, "z9hG4bK-n1");
        Assert.Equal(CallDriver.Caller, driver.Last("NOTIFY").To.Remote);
        string tag = driver.SubscriberTag;
        driver.Taken();
        driver.Grant();
        Assert.EndsWith($";tag={tag}", driver.Last("SIP/2.0 200", CallDriver.Caller).Header("To"));
        driver.Notify(2, "z9hG4bK-n2");
        Assert.Equal("2 NOTIFY", driver.Last("NOTIFY").Header("CSeq"));
    }

    [Fact]
    public void Of_a_fork_one_notifier_is_taken_and_the_other_told_481()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.Notify(1, "z9hG4bK-n1");
        driver.Notify(1, "z9hG4bK-n2", tag: "other-tag");
        Assert.Equal(1, driver.CountSent("NOTIFY"));

        // RFC 6665 section 4.1.4: a second dialog may be refused: "481".
        Assert.Equal(1, driver.CountSent("SIP/2.0 481"));

        // The 2xx may well be the other's.
        driver.Grant(tag: "other-tag");
        driver.Notify(2, "z9hG4bK-n3");
        Assert.Equal(2, driver.CountSent("NOTIFY"));
    }

    [Fact]
    public void All_phones_of_a_user_are_asked_and_the_first_that_accepts_is_the_notifier()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe(uri: "sip:bob@example.test");
        driver.Give(new CallInput.BindingsFound(1, [Outside.Phone(1), Outside.Phone(2)]));
        Sent[] asked = [.. driver.Wire];
        Assert.Equal(2, asked.Length);
        driver.FromCallee(Outside.Response(asked[0], 489), Outside.PhoneFlow(1).Remote);
        driver.Grant(tag: "p2", subscribe: asked[1]);
        Assert.Equal(1, driver.CountSent("SIP/2.0 200"));
        driver.Notify(1, "z9hG4bK-n1", tag: "p2", subscribe: asked[1]);
        Assert.Equal(1, driver.CountSent("NOTIFY"));
        driver.Notify(1, "z9hG4bK-n2", tag: "p1", subscribe: asked[0]);
        Assert.Equal(1, driver.CountSent("SIP/2.0 481"));
    }

    [Theory]
    [InlineData(489, 489)]
    [InlineData(403, 403)]
    [InlineData(407, 403)]
    [InlineData(302, 480)]
    public void A_refusal_ends_it(int status, int told)
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.FromCallee(Outside.Response(driver.Last("SUBSCRIBE"), status));
        Assert.StartsWith($"SIP/2.0 {told} ", driver.Wire[^1].Text);
        driver.Notify(1, "z9hG4bK-n1");
        Assert.Equal(1, driver.CountSent("SIP/2.0 481"));
        driver.Elapse(TimeSpan.FromSeconds(33));
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void Nobody_answers_and_nothing_is_said_and_nothing_is_left()
    {
        // RFC 4320 section 4.2: no 408.
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.Elapse(TimeSpan.FromSeconds(40));
        Assert.Equal(0, driver.CountSent("SIP/2.0 4"));
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void What_is_not_refreshed_is_over_when_what_was_granted_is()
    {
        SubscriptionDriver driver = Active(60);
        driver.Elapse(TimeSpan.FromSeconds(60));
        Assert.False(driver.Stopped);

        // The notifier says so, if it is there; a while later it is forgotten in any case.
        driver.Elapse(TimeSpan.FromSeconds(64));
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void The_duration_in_a_NOTIFY_counts()
    {
        // RFC 6665 section 4.1.3: "the subscriber SHOULD take it as the authoritative subscription duration".
        SubscriptionDriver driver = Active(60);
        driver.Notify(2, "z9hG4bK-n2", "active;expires=3000");
        driver.Taken();
        driver.Elapse(TimeSpan.FromSeconds(2000));
        Assert.Equal(SubscriptionPhase.Active, driver.State.Phase);
    }

    [Theory]
    [InlineData(481, true)]
    [InlineData(489, true)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public void A_NOTIFY_that_is_refused_for_good_ends_it(int status, bool ends)
    {
        // RFC 6665 section 4.2.2: "404, 405, 410, 416, 480-485, 489, 501, or 604".
        SubscriptionDriver driver = Active();
        driver.Notify(2, "z9hG4bK-n2");
        driver.Taken(status);
        Assert.StartsWith($"SIP/2.0 {status} ", driver.Last(CallDriver.Callee).Text);
        Assert.Equal(ends ? SubscriptionPhase.Ended : SubscriptionPhase.Active, driver.State.Phase);
    }

    [Fact]
    public void A_refresh_that_is_refused_for_good_ends_it_and_one_that_is_not_answered_does_not()
    {
        SubscriptionDriver driver = Active();
        driver.Subscribe(2, "z9hG4bK-m2", toTag: driver.SubscriberTag);
        driver.Elapse(TimeSpan.FromSeconds(33));

        // RFC 6665 section 4.1.2.2: "the original subscription is still considered valid for the duration of the most recently known".
        Assert.Equal(SubscriptionPhase.Active, driver.State.Phase);
        Assert.Equal(0, driver.CountSent("SIP/2.0 408"));
        driver.Subscribe(3, "z9hG4bK-m3", toTag: driver.SubscriberTag);
        driver.FromCallee(Outside.Response(driver.Last("SUBSCRIBE"), 481));
        Assert.StartsWith("SIP/2.0 481", driver.Last(CallDriver.Caller).Text);
        Assert.Equal(SubscriptionPhase.Ended, driver.State.Phase);
    }

    [Fact]
    public void A_subscriber_that_is_gone_ends_it()
    {
        SubscriptionDriver driver = Active();
        driver.Notify(2, "z9hG4bK-n2");
        driver.Elapse(TimeSpan.FromSeconds(33));
        Assert.Equal(0, driver.CountSent("SIP/2.0 408"));
        Assert.NotEqual(SubscriptionPhase.Active, driver.State.Phase);
    }

    [Theory]
    [InlineData("SUBSCRIBE", 1, 500)]
    [InlineData("MESSAGE", 2, 405)]
    [InlineData("NOTIFY", 2, 405)]
    public void What_the_subscriber_may_not_say(string method, int cseq, int status)
    {
        SubscriptionDriver driver = Active();
        int sent = driver.Wire.Count;
        driver.FromCaller(Outside.Request(method, cseq: cseq, branch: "z9hG4bK-m9", toTag: driver.SubscriberTag, extra: "Event: presence\r\n"));
        Assert.StartsWith($"SIP/2.0 {status} ", driver.Wire[^1].Text);
        Assert.Equal(sent + 1, driver.Wire.Count);
    }

    [Fact]
    public void Another_package_in_the_same_dialog_is_489_and_another_dialog_481()
    {
        SubscriptionDriver driver = Active();
        driver.Subscribe(2, "z9hG4bK-m2", toTag: driver.SubscriberTag, package: "presence;id=2");
        Assert.StartsWith("SIP/2.0 489", driver.Wire[^1].Text);
        driver.Subscribe(3, "z9hG4bK-m3", toTag: driver.SubscriberTag, package: "presence;x=y");
        Assert.StartsWith("SUBSCRIBE", driver.Wire[^1].Text);
        driver.Subscribe(4, "z9hG4bK-m4", toTag: "no-such-tag");
        Assert.StartsWith("SIP/2.0 481", driver.Wire[^1].Text);
    }

    [Fact]
    public void A_second_SUBSCRIBE_outside_the_dialog_is_refused()
    {
        SubscriptionDriver driver = Active();
        driver.Subscribe(1, "z9hG4bK-m2");
        Assert.StartsWith("SIP/2.0 482", driver.Wire[^1].Text);
        driver.Subscribe(2, "z9hG4bK-m3");
        Assert.StartsWith("SIP/2.0 500", driver.Wire[^1].Text);
    }

    [Fact]
    public void After_its_end_the_same_Call_ID_begins_another_with_other_names()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.FromCallee(Outside.Response(driver.Last("SUBSCRIBE"), 423, extra: "Min-Expires: 900\r\n"));
        Assert.Equal("900", driver.Last("SIP/2.0 423").Header("Min-Expires"));
        driver.Elapse(TimeSpan.FromSeconds(33));
        Sent first = driver.Last("SUBSCRIBE");
        driver.Subscribe(2, "z9hG4bK-m2", expires: 900);
        Sent second = driver.Last("SUBSCRIBE");
        Assert.NotEqual(first.Header("Call-ID"), second.Header("Call-ID"));
        Assert.NotEqual(first.Header("Via"), second.Header("Via"));
    }

    [Theory]
    [InlineData("Event: presence\r\n", "MESSAGE sip:x SIP/2.0", 481)]
    [InlineData("", "", 489)]
    public void A_SUBSCRIBE_without_an_Event_is_489_and_what_is_none_481(string extra, string other, int status)
    {
        var driver = new SubscriptionDriver();
        driver.FromCaller(Outside.Request(other.Length > 0 ? "MESSAGE" : "SUBSCRIBE", extra: extra));
        Assert.StartsWith($"SIP/2.0 {status} ", Assert.Single(driver.Wire).Text);
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void Packages_that_are_all_names_of_one_side_are_489_unless_both_realms_let_them_pass()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe(package: "dialog");
        Assert.StartsWith("SIP/2.0 489", Assert.Single(driver.Wire).Text);

        ControllerSettings settings = CallDriver.OneTrunk();
        var pass = new RealmSettings(PassesTopology: true);
        var open = new SubscriptionDriver(settings with { Realms = settings.Realms.SetItem("access", pass).SetItem("core", pass) });
        open.Subscribe(package: "dialog");
        Assert.StartsWith("SUBSCRIBE", Assert.Single(open.Wire).Text);
    }

    [Fact]
    public void Where_a_realm_asks_who_subscribes_a_stranger_is_challenged_and_nothing_is_stored()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        var driver = new SubscriptionDriver(settings with { Realms = settings.Realms.SetItem("access", new(AuthenticateCalls: true)) });
        driver.Subscribe();
        Assert.StartsWith("SIP/2.0 407", Assert.Single(driver.Wire).Text);
        Assert.True(driver.Stopped);
    }

    [Theory]
    [InlineData("sip:bob@198.51.100.20", false)]
    [InlineData("sip:bob@voicemail.inside.test", false)]
    [InlineData("sip:bob@example.test", true)]
    [InlineData("tel:+15551234", true)]
    public void The_mailbox_of_a_message_summary_crosses_where_its_host_is_no_secret(string account, bool crosses)
    {
        // RFC 3842 section 3.5: Message-Account is optional.
        SubscriptionDriver driver = Active();
        driver.FromCallee(Outside.FromCallee(
            "NOTIFY", driver.Last("SUBSCRIBE"), 2, "z9hG4bK-n2", extra: "Event: presence\r\nSubscription-State: active\r\nContent-Type: application/simple-message-summary\r\n",
            body: $"Messages-Waiting: yes\r\nMessage-Account: {account}\r\nVoice-Message: 2/8 (0/2)\r\n"));
        string seen = driver.Last("NOTIFY").Text;
        Assert.EndsWith($"\r\n\r\nMessages-Waiting: yes\r\n{(crosses ? $"Message-Account: {account}\r\n" : "")}Voice-Message: 2/8 (0/2)\r\n", seen);
        Outside.AssertNothingLeaks(driver.Wire);
    }

    [Fact]
    public void A_lost_connection_to_the_subscriber_is_replaced_by_its_own_address()
    {
        var driver = new SubscriptionDriver(transport: SipTransport.Tcp);
        driver.FromCaller(Outside.Request("SUBSCRIBE", branch: "z9hG4bK-m1", extra: "Event: presence\r\nExpires: 600\r\n", transport: "TCP")
            .Replace("<sip:alice@192.0.2.10:5060>", "<sip:alice@192.0.2.10:5066;transport=tcp>", StringComparison.Ordinal));
        driver.Grant();
        driver.Notify(1, "z9hG4bK-n1");
        driver.Give(new CallInput.TransportFailed(driver.Last("NOTIFY").Header("Via").Split("branch=")[1].Split(';')[0], "closed"));
        Assert.Equal(5066, driver.Last("NOTIFY").To.Remote.Port);
        driver.Give(new CallInput.TransportFailed(driver.Last("NOTIFY").Header("Via").Split("branch=")[1].Split(';')[0], "refused"));
        Assert.StartsWith("SIP/2.0 503", driver.Wire[^1].Text);
        Assert.Equal(SubscriptionPhase.Active, driver.State.Phase);
    }

    private static SubscriptionDriver Active(int expires = 600)
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe(expires: expires);
        driver.Grant(expires);
        driver.Notify(1, "z9hG4bK-n1", $"active;expires={expires}");
        driver.Taken();
        Assert.Equal(SubscriptionPhase.Active, driver.State.Phase);
        return driver;
    }
}
