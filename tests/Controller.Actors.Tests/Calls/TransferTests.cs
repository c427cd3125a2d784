using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>A REFER that is carried out here (refer = terminate), and INVITEs that name a dialog of another call.</summary>
public class TransferTests
{
    internal const string ReferTo = "Refer-To: <sip:carol@192.0.2.99>\r\nReferred-By: <sip:alice@192.0.2.10>\r\n";
    internal const string CarolSdp = "v=0\r\no=carol 5 9 IN IP4 198.51.100.20\r\ns=-\r\nc=IN IP4 198.51.100.20\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n";

    // RFC 5589 section 6, seen by the transferor: REFER, 202, NOTIFY 100, NOTIFY 200, BYE; the transferee sees a re-INVITE.
    [Fact]
    public void The_target_takes_the_place_of_the_referrer()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        Assert.Equal("sip:carol@198.51.100.20:5080", invite.StartLine.Split(' ')[1]);
        Assert.Equal("<sip:alice@203.0.113.2>", invite.Header("Referred-By"));
        Assert.StartsWith("<sip:+15551234@203.0.113.2>;tag=", invite.Header("From"), StringComparison.Ordinal);
        Assert.Contains("m=audio 3456", invite.Text, StringComparison.Ordinal);
        Assert.True(invite.AfterRequiredCommit);
        Assert.Equal(("SIP/2.0 100 Trying", "active;expires=180"), (Fragment(call.Last("NOTIFY")), call.Last("NOTIFY").Header("Subscription-State")));
        Assert.Equal("refer;id=2", call.Last("NOTIFY").Header("Event"));

        call.FromCallee(Messages.Response(invite, 180, toTag: "carol-tag"));
        call.FromCallee(Messages.Response(invite, 200, toTag: "carol-tag", sdp: CarolSdp));
        Assert.Equal(2, call.CountSent("ACK"));
        Sent join = call.Last("INVITE");
        Assert.Equal(call.State.B.CallIdValue, join.Header("Call-ID"));
        Assert.Contains("m=audio 4002", join.Text, StringComparison.Ordinal);

        // RFC 3264 section 8: the same session, a version higher by one.
        Assert.Equal(Origin(call.First("INVITE")).Id, Origin(join).Id);
        Assert.Equal(Origin(call.First("INVITE")).Version + 1, Origin(join).Version);
        Assert.Equal(1, call.CountSent("NOTIFY"));

        call.FromCallee(Messages.Response(join, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(3, call.CountSent("ACK"));
        Assert.Equal(("SIP/2.0 200 OK", "terminated;reason=noresource"), (Fragment(call.Last("NOTIFY")), call.Last("NOTIFY").Header("Subscription-State")));
        Assert.Equal(0, call.CountSent("BYE"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        Assert.Equal(CallDriver.Caller, call.Last("BYE").To.Remote);
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal((2, 1), (call.State.A.Number, call.State.B.Number));

        // RFC 4028: the timer of the leg that is left is refreshed with the re-INVITE, the new one has its own, that of the referrer is gone.
        Assert.Equal("1800", invite.Header("Session-Expires"));
        Assert.StartsWith("1800;refresher=", join.Header("Session-Expires"), StringComparison.Ordinal);
        Assert.NotNull(call.State.A.Timer);
        Assert.NotNull(call.State.B.Timer);

        // The two that are left talk to each other.
        call.FromCallee(Messages.FromCallee("INFO", invite, 1, "z9hG4bKi1", calleeTag: "carol-tag"));
        Assert.Equal(call.State.Legs[1].CallIdValue, call.Last("INFO").Header("Call-ID"));
        call.FromCallee(Messages.FromCallee("BYE", invite, 2, "z9hG4bKb1", calleeTag: "carol-tag"));
        Assert.Equal(call.First("INVITE").Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_target_that_refuses_leaves_the_call_as_it_was()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486, toTag: "carol-tag"));
        Assert.Equal(("SIP/2.0 486 Busy Here", "terminated;reason=noresource"), (Fragment(call.Last("NOTIFY")), call.Last("NOTIFY").Header("Subscription-State")));
        Assert.Equal(0, call.CountSent("BYE"));
        Assert.Null(call.State.Transfer);
        call.FromCaller(Messages.FromCaller("INFO", ReferTests.Tag(call), 3, "z9hG4bKi1"));
        Assert.Equal(call.State.Legs[1].CallIdValue, call.Last("INFO").Header("Call-ID"));
    }

    [Fact]
    public void A_target_that_never_answers_is_cancelled()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180, toTag: "carol-tag"));
        call.Elapse(TimeSpan.FromSeconds(180));
        Assert.Equal(1, call.CountSent("CANCEL"));
        Assert.Equal("SIP/2.0 480 Temporarily Unavailable", Fragment(call.Last("NOTIFY")));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    // RFC 3261 section 14.1: a re-INVITE that is refused changes nothing; the target that has answered is hung up.
    [Fact]
    public void A_remaining_party_that_refuses_the_target_stays_with_the_referrer()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, toTag: "carol-tag", sdp: CarolSdp));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 488));
        Assert.Equal("SIP/2.0 488 Not Acceptable Here", Fragment(call.Last("NOTIFY")));
        Assert.Equal(invite.Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Equal((0, 1), (call.State.A.Number, call.State.B.Number));
        Assert.DoesNotContain("4002", System.Text.Encoding.ASCII.GetString(call.State.B.Description!.Body.Span), StringComparison.Ordinal);
    }

    // RFC 3261 section 14.1: after a 491 the re-INVITE is tried again.
    [Fact]
    public void A_glare_delays_the_re_INVITE()
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, toTag: "carol-tag", sdp: CarolSdp));
        Sent first = call.Last("INVITE");
        call.FromCallee(Messages.Response(first, 491));
        int sent = call.CountSent("INVITE");
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.Equal(sent, call.CountSent("INVITE"));
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.NotEqual(first.Header("CSeq"), call.Last("INVITE").Header("CSeq"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        Assert.Equal("SIP/2.0 200 OK", Fragment(call.Last("NOTIFY")));
    }

    // RFC 5589 section 6.1: the transferor may hang up once its REFER is accepted.
    [Fact]
    public void The_referrer_may_hang_up_before_the_target_answers()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        call.FromCaller(Messages.FromCaller("BYE", ReferTests.Tag(call), 3, "z9hG4bKbye"));
        Assert.Equal(0, call.CountSent("BYE"));
        Assert.Equal(CallPhase.Established, call.State.Phase);

        // Nobody is there to relay to.
        call.FromCallee(Messages.FromCallee("INFO", call.First("INVITE"), 1, "z9hG4bKi1"));
        Assert.Equal(1, call.CountSent("SIP/2.0 500"));
        call.FromCallee(Messages.Response(invite, 200, toTag: "carol-tag", sdp: CarolSdp));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        Assert.Equal("SIP/2.0 200 OK", Fragment(call.Last("NOTIFY")));
        Assert.Equal(0, call.CountSent("BYE"));
        Assert.Empty(call.ChargingRecords);
        Assert.Equal(2, call.State.A.Number);
    }

    [Fact]
    public void A_transfer_that_fails_after_the_referrer_hung_up_ends_the_call()
    {
        CallDriver call = Referred();
        call.FromCaller(Messages.FromCaller("BYE", ReferTests.Tag(call), 3, "z9hG4bKbye"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486, toTag: "carol-tag"));
        Assert.Equal(CallDriver.Callee, call.Last("BYE").To.Remote);
        Assert.Equal(1, call.CountSent("BYE"));
        Assert.Equal(CallPhase.Ended, call.State.Phase);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void The_remaining_party_may_hang_up_before_the_target_answers()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 180, toTag: "carol-tag"));
        call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1"));
        Assert.Equal(1, call.CountSent("CANCEL"));
        Assert.Equal("SIP/2.0 487 Request Terminated", Fragment(call.Last("NOTIFY")));
        Assert.Equal(CallDriver.Caller, call.Last("BYE").To.Remote);
        Assert.Single(call.ChargingRecords);
    }

    // The other way round: the callee transfers the caller.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_callee_may_transfer_its_caller(bool callerHangsUp)
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        CallDriver call = ReferTests.Answered(settings with
        {
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Refer = ReferPolicy.Terminate }),
        });
        string tag = ReferTests.Tag(call);
        call.FromCallee(ReferTests.With(Messages.FromCallee("REFER", call.First("INVITE"), 1, "z9hG4bKref"), "Refer-To: <sip:carol@198.51.100.77>\r\n"));
        Sent invite = call.Last("INVITE");
        Assert.Equal(CallDriver.Callee, call.Last("NOTIFY").To.Remote);
        Assert.Contains("m=audio 49170", invite.Text, StringComparison.Ordinal);
        if (callerHangsUp)
        {
            call.FromCallee(Messages.Response(invite, 180, toTag: "carol-tag"));
            call.FromCaller(Messages.FromCaller("BYE", tag, 2, "z9hG4bKbye"));
            Assert.Equal(1, call.CountSent("CANCEL"));
            Assert.Equal(call.First("INVITE").Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
            Assert.Single(call.ChargingRecords);
            return;
        }

        call.FromCallee(Messages.Response(invite, 200, toTag: "carol-tag", sdp: CarolSdp));
        Assert.Equal(CallDriver.Caller, call.Last("INVITE").To.Remote);
        call.FromCaller(Messages.Response(call.Last("INVITE"), 200, toTag: "", sdp: Messages.CallerSdp));
        call.FromCallee(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        Assert.Equal(call.First("INVITE").Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
        Assert.Equal((0, 2), (call.State.A.Number, call.State.B.Number));
        call.FromCaller(Messages.FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Assert.Equal(invite.Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
    }

    // The target hangs up as soon as its 2xx is acknowledged: everybody else is told, and the 2xx of the remaining party still gets its ACK.
    [Fact]
    public void The_target_may_hang_up_before_the_remaining_party_has_heard_of_it()
    {
        CallDriver call = Referred();
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, toTag: "carol-tag", sdp: CarolSdp));
        Sent join = call.Last("INVITE");
        call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1", calleeTag: "carol-tag"));
        Assert.Equal(1, call.CountSent("NOTIFY"));
        Assert.Equal(0, call.CountSent("BYE"));
        int acks = call.CountSent("ACK");
        call.FromCallee(Messages.Response(join, 200, sdp: Messages.CalleeSdp));
        Assert.Equal(acks + 1, call.CountSent("ACK"));
        Assert.Equal("SIP/2.0 200 OK", Fragment(call.Last("NOTIFY")));
        Assert.Equal(call.First("INVITE").Header("Call-ID"), call.Last("BYE").Header("Call-ID"));
        Assert.Equal(1, call.CountSent("BYE"));
        call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: ""));
        Assert.Equal(2, call.CountSent("BYE"));
        Assert.Equal(CallDriver.Caller, call.Last("BYE").To.Remote);
        Assert.Single(call.ChargingRecords);
        call.FromCaller(Messages.Response(call.Last("BYE"), 200, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(70));
        Assert.True(call.Stopped);
    }

    // A referrer that neither answers the last NOTIFY nor hangs up is hung up all the same; one that hangs up first is not.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_referrer_is_dismissed_when_it_has_been_told(bool hangsUp)
    {
        CallDriver call = Referred();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, toTag: "carol-tag", sdp: CarolSdp));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));

        // Whom it is not connected to any more gets nothing from it.
        call.FromCaller(Messages.FromCaller("INFO", ReferTests.Tag(call), 3, "z9hG4bKi1"));
        Assert.Equal(0, call.CountSent("INFO"));
        if (hangsUp)
        {
            call.FromCaller(Messages.FromCaller("BYE", ReferTests.Tag(call), 4, "z9hG4bKbye"));
        }

        call.Elapse(TimeSpan.FromSeconds(32.2));
        Assert.Equal(hangsUp ? 0 : 1, call.CountSent("BYE"));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Empty(call.ChargingRecords);
    }

    // RFC 4488: no subscription, no NOTIFY.
    [Fact]
    public void Without_a_subscription_nobody_is_notified()
    {
        CallDriver call = ReferTests.Answered(Terminating());
        call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"), ReferTo + "Refer-Sub: false\r\n"));
        Assert.Equal("false", call.Last("SIP/2.0 202").Header("Refer-Sub"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486, toTag: "carol-tag"));
        Assert.Equal(0, call.CountSent("NOTIFY"));
    }

    [Fact]
    public void The_target_may_be_a_user_with_several_phones()
    {
        CallDriver call = ReferTests.Answered(Terminating());
        call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"), "Refer-To: <sip:bob@example.test>\r\n"));
        Assert.IsType<CallEffect.LookUpBindings>(call.LastEffects[^1]);
        call.Give(new CallInput.BindingsFound(call.State.Lookups, [Phone(1), Phone(2)]));
        Assert.Equal(3, call.CountSent("INVITE"));
        call.FromCallee(Messages.Response(call.Invite(2), 180, toTag: "p1"), PhoneFlow(1).Remote);
        call.FromCallee(Messages.Response(call.Invite(3), 200, toTag: "p2", sdp: CarolSdp), PhoneFlow(2).Remote);
        Assert.Equal(PhoneFlow(1).Remote, call.Last("CANCEL").To.Remote);
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        Assert.Equal(3, call.State.A.Number);
    }

    [Fact]
    public void A_target_that_is_not_registered_may_be_elsewhere()
    {
        CallDriver call = ReferTests.Answered(Terminating());
        call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"), "Refer-To: <sip:bob@example.test>\r\n"));
        call.Give(new CallInput.BindingsFound(call.State.Lookups, []));
        Assert.Equal(CallPhase.Established, call.State.Phase);

        // Another route may match one that is not registered here: the trunk's.
        Assert.Equal("sip:bob@198.51.100.20:5080", call.Last("INVITE").StartLine.Split(' ')[1]);
    }

    // RFC 5589 section 7: an attended transfer, carried out here: the target's dialog with the transferor is replaced, in the target's own names.
    [Fact]
    public void An_attended_transfer_replaces_the_dialog_of_the_target()
    {
        CallDriver consultation = ReferTests.Answered(Terminating());
        string contact = consultation.Last("SIP/2.0 200", CallDriver.Caller).Header("Contact").Trim('<', '>');
        string toTag = ReferTests.Tag(consultation);

        CallDriver call = ReferTests.Answered(Terminating());
        call.FromCaller(ReferTests.With(
            Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"),
            $"Refer-To: <{contact}?Replaces=a-call%40192.0.2.10%3Bto-tag%3D{toTag}%3Bfrom-tag%3Dalice-tag>\r\n"));
        var ask = Assert.IsType<CallEffect.LookUpDialog>(call.LastEffects[^1]);
        Assert.Equal(consultation.Self, ask.Call);
        call.Give(new CallInput.DialogFound(ask.Lookup, Ask(consultation, ask.Query)));
        Sent invite = call.Last("INVITE");
        Sent original = consultation.First("INVITE");
        Assert.Equal($"{original.Header("Call-ID")};to-tag=bob-tag;from-tag={original.Header("From").Split(";tag=")[1]}", invite.Header("Replaces"));
        Assert.Equal("replaces", invite.Header("Require"));
        Assert.Equal("sip:bob@198.51.100.20:5080", invite.StartLine.Split(' ')[1]);
    }

    // RFC 3891 section 3: the INVITE of a transferee goes to the party beyond the dialog that it names, which knows it by other names.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_INVITE_with_Replaces_goes_to_the_party_beyond(bool byToken)
    {
        CallDriver old = ReferTests.Answered();
        string replaces = $"a-call@192.0.2.10;to-tag={ReferTests.Tag(old)};from-tag=alice-tag";
        if (byToken)
        {
            // What a transferee is told (see ReferTests.An_attended_transfer_names_the_other_call_by_a_token).
            CallDriver telling = ReferTests.Answered();
            telling.FromCaller(ReferTests.With(
                Messages.FromCaller("REFER", ReferTests.Tag(telling), 2, "z9hG4bKref"), $"Refer-To: <sip:x@192.0.2.1?Replaces={Uri.EscapeDataString(replaces)}>\r\n"));
            string referTo = telling.Last("REFER").Header("Refer-To");
            replaces = Uri.UnescapeDataString(referTo[(referTo.IndexOf("Replaces=", StringComparison.Ordinal) + 9)..^1]);
            Assert.DoesNotContain("alice", replaces, StringComparison.Ordinal);
        }

        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: $"Replaces: {replaces}\r\nRequire: replaces\r\n"));
        var ask = Assert.IsType<CallEffect.LookUpDialog>(call.LastEffects[^1]);
        Assert.Equal(old.Self, ask.Call);
        call.Give(new CallInput.DialogFound(ask.Lookup, Ask(old, ask.Query)));
        Sent invite = call.Last("INVITE");
        Sent original = old.First("INVITE");
        Assert.Equal($"{original.Header("Call-ID")};to-tag=bob-tag;from-tag={original.Header("From").Split(";tag=")[1]}", invite.Header("Replaces"));
        Assert.Equal("replaces", invite.Header("Require"));
        Assert.Equal("sip:bob@198.51.100.20:5080", invite.StartLine.Split(' ')[1]);
    }

    // RFC 3891 section 3: "If no match is found, the UAS rejects the INVITE and returns a 481".
    [Theory]
    [InlineData("a-call@192.0.2.10;to-tag=other;from-tag=alice-tag")]
    [InlineData("another@192.0.2.10;to-tag=x;from-tag=alice-tag")]
    public void An_INVITE_that_replaces_nothing_is_told_481(string replaces)
    {
        CallDriver old = ReferTests.Answered();
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: $"Replaces: {replaces}\r\n"));
        var ask = Assert.IsType<CallEffect.LookUpDialog>(call.LastEffects[^1]);
        Assert.Null(Ask(ask.Call == old.Self ? old : new CallDriver(), ask.Query));
        call.Give(new CallInput.DialogFound(ask.Lookup, null));
        Assert.Equal(1, call.CountSent("SIP/2.0 481"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Replaces_that_names_no_dialog_is_told_400()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(extra: "Replaces: a-call@192.0.2.10;to-tag=x\r\n"));
        Assert.Equal(1, call.CountSent("SIP/2.0 400"));
    }

    // RFC 3891 section 1: a call that rings is picked up elsewhere: the dialog that the callee has with us leads to the caller.
    [Fact]
    public void A_call_that_rings_is_picked_up()
    {
        var ringing = new CallDriver();
        ringing.FromCaller(Messages.Invite());
        Sent original = ringing.Last("INVITE");
        ringing.FromCallee(Messages.Response(original, 180));
        string ours = original.Header("From").Split(";tag=")[1];
        DialogParty? caller = Ask(ringing, new DialogQuery(original.Header("Call-ID"), ours, "bob-tag", EarlyOnly: true));
        Assert.Equal("sip:alice@192.0.2.10:5060", caller!.Uri);
        Assert.Equal($"a-call@192.0.2.10;to-tag=alice-tag;from-tag={ringing.Last("SIP/2.0 180").Header("To").Split(";tag=")[1]};early-only", caller.Replaces);
        Assert.Null(Ask(ringing, new DialogQuery(original.Header("Call-ID"), ours, "other", EarlyOnly: true)));
    }

    // A Contact of ours as the Request-URI leads to the party behind it.
    [Fact]
    public void An_INVITE_to_a_Contact_of_ours_goes_to_the_party_behind_it()
    {
        CallDriver old = ReferTests.Answered();
        string contact = old.Last("SIP/2.0 200", CallDriver.Caller).Header("Contact").Trim('<', '>');
        var call = new CallDriver();
        call.FromCaller(Messages.Invite(contact));
        var ask = Assert.IsType<CallEffect.LookUpDialog>(call.LastEffects[^1]);
        call.Give(new CallInput.DialogFound(ask.Lookup, Ask(old, ask.Query)));
        Assert.Equal("sip:bob@198.51.100.20:5080", call.Last("INVITE").StartLine.Split(' ')[1]);
        Assert.Equal("", call.Last("INVITE").Header("Replaces"));

        var late = new CallDriver();
        late.FromCaller(Messages.Invite(contact));
        late.Give(new CallInput.DialogFound(late.State.Lookups, null));
        Assert.Equal(1, late.CountSent("SIP/2.0 404"));
    }

    internal static ControllerSettings Terminating()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        return settings with { Realms = settings.Realms.SetItem("access", new RealmSettings(Refer: ReferPolicy.Terminate)) };
    }

    /// <param name="change">Of the settings, when the call is up.</param>
    internal static CallDriver Referred(Func<ControllerSettings, ControllerSettings>? change = null)
    {
        CallDriver call = ReferTests.Answered(Terminating());
        call.Settings = change is null ? call.Settings : change(call.Settings);
        call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"), ReferTo));
        Assert.Equal(1, call.CountSent("SIP/2.0 202"));
        Assert.Equal(0, call.CountSent("REFER"));
        return call;
    }

    private static DialogParty? Ask(CallDriver call, DialogQuery query)
    {
        call.Give(new CallInput.DialogAsked(ActorKeys.ForCallId(call.Settings.Secret.Span, "asker"u8), 7, query));
        return Assert.IsType<CallEffect.TellDialog>(Assert.Single(call.LastEffects)).Party;
    }

    private static string Fragment(Sent notify) => notify.Text[(notify.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd();

    private static (string Id, ulong Version) Origin(Sent sent)
    {
        string[] fields = sent.Text[sent.Text.IndexOf("o=", StringComparison.Ordinal)..].Split(' ');
        return (fields[1], ulong.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Flow PhoneFlow(int number) => new(SipTransport.Udp, 0, new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.20"), 6000 + number));

    private static Controller.Actors.Registrations.Binding Phone(int number) =>
        new($"sip:bob@198.51.100.20:{6000 + number}", "", PhoneFlow(number), new Controller.Sharding.Model.Instant(long.MaxValue), null, null, 1000, "r", 1);
}
