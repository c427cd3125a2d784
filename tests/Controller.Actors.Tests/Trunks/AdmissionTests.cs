using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Trunks;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Trunks;

/// <summary>What a call does with a trunk that has a limit.</summary>
public class AdmissionTests
{
    private static readonly ControllerSettings s_two = TrunkDriver.Limited(5, null, "sip:198.51.100.20:5080", "sip:198.51.100.21:5080");

    [Fact]
    public void Nothing_is_sent_to_the_callee_before_its_trunk_has_said_yes()
    {
        var call = new CallDriver(TrunkDriver.Limited(5));
        call.FromCaller(Messages.Invite());
        CallInput.TrunkAsked asked = Asked(call);
        Assert.Equal((1, "uas"), (asked.Leg, asked.Trunk));
        Assert.Equal(0, call.CountSent("INVITE"));

        call.Give(new CallInput.TrunkAnswered(asked.Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(CallPhase.Setup, call.State.Phase);
    }

    [Fact]
    public void One_that_is_full_is_passed_over_and_when_none_is_left_the_caller_gets_503()
    {
        var call = new CallDriver(s_two);
        call.FromCaller(Messages.Invite());
        call.Give(new CallInput.TrunkAnswered(Asked(call).Lookup, 1, "uas", TrunkVerdict.Full));
        call.Give(new CallInput.TrunkAnswered(Asked(call).Lookup, 1, "uas", TrunkVerdict.TooFast));
        Assert.Equal(0, call.CountSent("INVITE"));
        Assert.StartsWith("SIP/2.0 503", call.Wire[^1].Text, StringComparison.Ordinal);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Nothing_heard_is_asked_again_and_answered_twice_is_tried_once()
    {
        var call = new CallDriver(TrunkDriver.Limited(5));
        call.FromCaller(Messages.Invite());
        CallInput.TrunkAsked first = Asked(call);
        call.Elapse(TimeSpan.FromSeconds(1));
        CallInput.TrunkAsked second = Asked(call);
        Assert.Equal(first.Leg, second.Leg);

        // The slot is the same: the late answer is not given back.
        call.Give(new CallInput.TrunkAnswered(first.Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Empty(call.LastEffects);
        call.Give(new CallInput.TrunkAnswered(second.Lookup, 1, "uas", TrunkVerdict.Granted));
        call.Give(new CallInput.TrunkAnswered(second.Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Empty(call.LastEffects);
        Assert.Equal(1, call.CountSent("INVITE"));
    }

    [Fact]
    public void A_call_that_is_read_back_while_it_waits_asks_again()
    {
        var call = new CallDriver(TrunkDriver.Limited(5));
        call.FromCaller(Messages.Invite());
        call.CrashAndRecover();
        call.Give(new CallInput.TrunkAnswered(Asked(call).Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Equal(1, call.CountSent("INVITE"));
    }

    [Fact]
    public void What_is_granted_to_a_caller_that_has_hung_up_is_given_back()
    {
        var call = new CallDriver(TrunkDriver.Limited(5));
        call.FromCaller(Messages.Invite());
        CallInput.TrunkAsked asked = Asked(call);
        call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        Assert.Empty(Freed(call));
        call.Give(new CallInput.TrunkAnswered(asked.Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Equal(1, Assert.Single(Freed(call)).Leg);

        // And by a call of which nothing is left.
        call.Elapse(TimeSpan.FromSeconds(100));
        Assert.True(call.Stopped);
        call.Give(new CallInput.TrunkAnswered(asked.Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Single(Freed(call));
        call.Give(new CallInput.TrunkChecked(new TrunkDriver(s_two).Self, 1));
        Assert.Single(Freed(call));
        Assert.True(call.Stopped);
    }

    [Fact]
    public void A_target_that_refuses_frees_its_leg_before_the_next_is_asked_for()
    {
        var call = new CallDriver(s_two);
        call.FromCaller(Messages.Invite());
        Grant(call);
        call.FromCallee(Messages.Response(call.Last("INVITE"), 503));
        Assert.Equal(1, Assert.Single(Freed(call)).Leg);
        Assert.Equal(2, Asked(call).Leg);
        Assert.True(call.LastEffects.FindIndex(IsFreed) < call.LastEffects.FindIndex(effect => effect is CallEffect.Tell { Input: CallInput.TrunkAsked }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_leg_is_up_until_its_BYE_is_answered(bool byCallee)
    {
        var call = new CallDriver(TrunkDriver.Limited(5));
        Sent invite = Establish(call);
        ActorOf(call, out var trunk);
        call.Give(new CallInput.TrunkChecked(trunk, 1));
        Assert.Empty(call.LastEffects);
        if (byCallee)
        {
            call.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKbye"));
        }
        else
        {
            call.FromCaller(Messages.FromCaller("BYE", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 2, "z9hG4bKbye"));
            Assert.Empty(Freed(call));
            call.Give(new CallInput.TrunkChecked(trunk, 1));
            Assert.Empty(call.LastEffects);
            call.FromCallee(Messages.Response(call.Last("BYE"), 200));
        }

        Assert.Equal(1, Assert.Single(Freed(call)).Leg);
        call.Give(new CallInput.TrunkChecked(trunk, 1));
        Assert.Single(Freed(call));

        // It may have been lost with the node: the next owner says it again.
        call.CrashAndRecover();
        if (byCallee)
        {
            Assert.Single(Freed(call));
        }
    }

    /// <summary>The time that a route gives is over while the trunk says nothing.</summary>
    [Fact]
    public void Waiting_for_a_trunk_takes_no_longer_than_the_route_allows()
    {
        ControllerSettings settings = TrunkDriver.Limited(5);
        var call = new CallDriver(settings with { Routes = [new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas")], Budget = TimeSpan.FromSeconds(10) }] });
        call.FromCaller(Messages.Invite());
        call.Elapse(TimeSpan.FromMilliseconds(9_999));
        Assert.Equal(0, call.CountSent("SIP/2.0 408"));
        call.Elapse(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, call.CountSent("SIP/2.0 408"));
        Assert.Single(call.ChargingRecords);
    }

    /// <summary>What one trunk has granted is nothing to another: the first leads nowhere, and the second is asked as well.</summary>
    [Fact]
    public void The_next_trunk_of_a_transfer_is_asked_too()
    {
        ControllerSettings one = TrunkDriver.Limited(5, null, "sip:a.test:5080");
        TrunkSettings other = one.Trunks["uas"] with { Name = "other", Endpoints = [new TrunkPeerSettings("sip:198.51.100.21:5080")] };
        var call = new CallDriver(one with
        {
            Realms = one.Realms.SetItem("access", new RealmSettings { Refer = ReferPolicy.Terminate }),
            Trunks = one.Trunks.Add("other", other),
            Routes = [new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas", 1, 1), new RouteTarget("other", 1, 2)] }],
        });
        call.FromCaller(Messages.Invite());
        Grant(call);
        call.Give(new CallInput.Resolved(call.State.Lookups, [new Flow(SipTransport.Udp, 1, CallDriver.Callee)]));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", ReferTests.Tag(call), 1, "z9hG4bKack"));

        call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", ReferTests.Tag(call), 2, "z9hG4bKref"), "Refer-To: <sip:carol@192.0.2.99>\r\n"));
        Grant(call);
        call.Give(new CallInput.Resolved(call.State.Lookups, []));
        Assert.Equal(("other", 2), (Asked(call).Trunk, Asked(call).Leg));
        Assert.Single(Freed(call));
        Assert.Equal(1, call.CountSent("INVITE"));
    }

    [Fact]
    public void An_emergency_says_so()
    {
        var call = new CallDriver(TrunkDriver.Limited(5) with { Emergency = new EmergencySettings { Numbers = ["112"], Trunks = ["uas"] } });
        call.FromCaller(Messages.Invite("sip:112@203.0.113.1"));
        Assert.True(Asked(call).IsUrgent);
        Assert.False(UrgencyOf("sip:113@203.0.113.1"));

        static bool UrgencyOf(string uri)
        {
            var other = new CallDriver(TrunkDriver.Limited(5));
            other.FromCaller(Messages.Invite(uri));
            return Asked(other).IsUrgent;
        }
    }

    [Fact]
    public void Without_limits_no_trunk_is_asked()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.DoesNotContain(call.LastEffects, effect => effect is CallEffect.Tell);
    }

    private static Sent Establish(CallDriver call)
    {
        call.FromCaller(Messages.Invite());
        Grant(call);
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 1, "z9hG4bKack"));
        return invite;
    }

    private static void ActorOf(CallDriver call, out Controller.Sharding.Model.ActorId trunk) =>
        trunk = Controller.Actors.Tokens.ActorKeys.ForTrunk(call.Settings.Secret.Span, "uas");

    private static void Grant(CallDriver call)
    {
        CallInput.TrunkAsked asked = Asked(call);
        call.Give(new CallInput.TrunkAnswered(asked.Lookup, asked.Leg, "uas", TrunkVerdict.Granted));
    }

    private static CallInput.TrunkAsked Asked(CallDriver call) =>
        Assert.Single(call.LastEffects.OfType<CallEffect.Tell>().Select(tell => tell.Input).OfType<CallInput.TrunkAsked>());

    private static bool IsFreed(CallEffect effect) => effect is CallEffect.Tell { Input: CallInput.TrunkFreed };

    private static CallInput.TrunkFreed[] Freed(CallDriver call) =>
        [.. call.LastEffects.OfType<CallEffect.Tell>().Select(tell => tell.Input).OfType<CallInput.TrunkFreed>()];
}
