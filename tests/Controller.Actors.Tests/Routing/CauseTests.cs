using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Causes;
using Controller.Actors.Tests.Calls;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>Causes of ISUP in BYE and CANCEL (RFC 3326) between a realm and a trunk that both have tables.</summary>
public class CauseTests
{
    private static ControllerSettings WithTables()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        return settings with
        {
            Realms = settings.Realms.SetItem("access", settings.Realms["access"] with { Boundary = new BoundaryRules { CausesIn = [new(127, 16)], CausesOut = [new(34, 41)] } }),
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Boundary = new BoundaryRules { CausesIn = [new(3, 34), new(41, 1)], CausesOut = [new(19, 102), new(16, 31), new(31, 1)] } }),
        };
    }

    private static CallDriver Established(out Sent invite, out string tag)
    {
        var call = new CallDriver(WithTables());
        call.FromCaller(Invite());
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        return call;
    }

    [Theory]
    [InlineData("Q.850;cause=3", "Q.850;cause=34")]
    // RFC 3326 section 2: the text says what the cause means; another cause means another thing. What is said of another protocol stays.
    [InlineData("SIP;cause=200;text=\"a, Q.850;cause=3\", q.850 ; cause = 3 ;text=\"no route\"", "SIP;cause=200;text=\"a, Q.850;cause=3\", Q.850;cause=34")]
    [InlineData("Q.850;cause=16;text=\"a, b\"", "Q.850;cause=16;text=\"a, b\"")]
    [InlineData("Q.850;text=\"cause=3\"", "Q.850;text=\"cause=3\"")]
    [InlineData("SIP;cause=3", "SIP;cause=3")]
    [InlineData("\"", "\"")]
    public void A_row_changes_its_cause_and_nothing_else(string given, string expected) => Assert.Equal(expected, CauseRule.Map([new(3, 34), new(34, 41)], given));

    [Fact]
    public void A_row_without_a_cause_is_for_any()
    {
        ImmutableArray<CauseRule> rules = [new(16, 16), new(0, 31)];
        Assert.Equal(("Q.850;cause=16", "Q.850;cause=31", "SIP;cause=487"), (CauseRule.Map(rules, "Q.850;cause=16"), CauseRule.Map(rules, "Q.850;cause=42"), CauseRule.Map(rules, "SIP;cause=487")));
    }

    [Fact]
    public void The_cause_of_a_BYE_goes_through_the_tables_of_both_sides_once()
    {
        CallDriver call = Established(out Sent invite, out _);
        call.FromCallee(FromCallee("BYE", invite, 1, "z9hG4bKb1", extra: "Reason: Q.850;cause=3;text=\"No route\"\r\n"));
        Assert.Equal("Q.850;cause=41", call.Last("BYE").Header("Reason"));

        call = Established(out _, out string tag);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye", extra: "Reason: Q.850;cause=127\r\n"));
        Sent bye = call.Last("BYE");
        Assert.Equal("Q.850;cause=31", bye.Header("Reason"));
        call.CrashAndRecover();
        Assert.All(call.Wire.Where(sent => sent.StartLine.StartsWith("BYE", StringComparison.Ordinal)), sent => Assert.Equal(bye.Bytes, sent.Bytes));
    }

    [Fact]
    public void What_we_end_ourselves_goes_through_the_table_of_the_side_that_hears_it()
    {
        CallDriver call = Established(out _, out _);
        call.Give(CallInput.HangUp.Instance);
        Assert.Equal("Q.850;cause=31", Assert.Single(call.To(CallDriver.Callee, "BYE")).Header("Reason"));
        Assert.Equal("Q.850;cause=16;text=\"Hung up by the operator\"", Assert.Single(call.To(CallDriver.Caller, "BYE")).Header("Reason"));
    }

    [Fact]
    public void The_cause_of_a_CANCEL_goes_through_the_tables_also_if_it_has_to_wait()
    {
        var call = new CallDriver(WithTables());
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1", extra: "Reason: SIP;cause=487, Q.850;cause=127;text=\"x\"\r\n"));

        // RFC 3261 section 9.1: no CANCEL before a provisional response.
        Assert.Equal(0, call.CountSent("CANCEL"));
        call.CrashAndRecover();
        call.FromCallee(Response(invite, 180));
        Assert.Equal("SIP;cause=487, Q.850;cause=31", call.Last("CANCEL").Header("Reason"));
    }

    [Fact]
    public void A_callee_that_does_not_answer_in_time_is_told_why_it_is_cancelled()
    {
        foreach ((ControllerSettings settings, string reason) in new[] { (CallDriver.OneTrunk(), "Q.850;cause=19;text=\"No answer\""), (WithTables(), "Q.850;cause=102") })
        {
            var call = new CallDriver(settings);
            call.FromCaller(Invite());
            call.FromCallee(Response(call.Last("INVITE"), 180));
            call.Elapse(settings.Calls.NoAnswer + TimeSpan.FromSeconds(1));
            Assert.Equal(reason, call.First("CANCEL").Header("Reason"));
        }
    }
}
