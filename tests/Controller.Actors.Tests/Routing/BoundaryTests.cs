using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Headers;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Routing.Refusals;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>Whole calls between a realm and a trunk that both have number forms and header rules.</summary>
public class BoundaryTests
{
    private const string Dialled = "sip:030123456@203.0.113.1";
    private const string Diversion = "Diversion: <sip:0301111@192.0.2.10>;reason=unconditional\r\n";

    private static HeaderRule Mark(string header, string value) => new() { Action = HeaderAction.Add, Header = header, Value = value };

    /// <summary>Every message that crosses is marked where it comes in and where it goes out: a mark that stands twice has been made twice.</summary>
    internal static ControllerSettings WithRules(ControllerSettings settings) => settings with
    {
        Realms = settings.Realms.SetItem("access", settings.Realms["access"] with
        {
            Boundary = new BoundaryRules
            {
                In = [Mark("X-In", "access"), new HeaderRule { Action = HeaderAction.Replace, Header = "X-Grows", Value = "$0+", Pattern = new("^.*$", System.Text.RegularExpressions.RegexOptions.NonBacktracking) }],
                Out = [Mark("X-Out", "access")],
                Numbers = new NumberPolicy(NumberPlanTests.Germany),
            },
        }),
        Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with
        {
            Boundary = new BoundaryRules
            {
                In = [Mark("X-In", "uas")],
                Out =
                [
                    Mark("X-Out", "uas"),
                    new HeaderRule { Action = HeaderAction.Copy, Header = "P-Preferred-Identity", Value = "<sip:$0@carrier.test>", From = new HeaderSource("From", HeaderPart.User), When = new() { Requests = true } },
                ],
                Numbers = new NumberPolicy(NumberPlanTests.Germany, NumberForm.National, NumberScheme.Sip, UserPhone.Add),
            },
        }),
    };

    private static CallDriver Call() => new(WithRules(CallDriver.OneTrunk()));

    private static int Count(Sent sent, string header) => sent.Text.Split("\r\n").Count(line => line.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void A_dialled_number_is_routed_in_E164_and_goes_out_in_the_form_of_the_trunk()
    {
        CallDriver call = Call();
        call.Settings = call.Settings with
        {
            Routes = [new RouteSettings { Name = "Berlin", User = new(@"^\+4930"), Trunks = [new RouteTarget("uas")] }],
        };
        call.FromCaller(Invite(Dialled, extra: Diversion).Replace("sip:alice@192.0.2.10>;tag", "sip:040987@192.0.2.10>;tag", StringComparison.Ordinal));
        Sent invite = call.Last("INVITE");
        Assert.Equal("Berlin", call.State.Route);

        // RFC 3261 section 19.1.1: the user parameter "phone" tells a telephone number from a user name that looks like one.
        Assert.Equal("INVITE sip:030123456@198.51.100.20:5080;user=phone SIP/2.0", invite.StartLine);
        Assert.Equal("<sip:030123456@198.51.100.20;user=phone>", invite.Header("To"));
        Assert.StartsWith("\"Alice\" <sip:040987@203.0.113.2;user=phone>;tag=", invite.Header("From"), StringComparison.Ordinal);
        Assert.Equal("<sip:0301111@203.0.113.2;user=phone>;reason=unconditional", invite.Header("Diversion"));
        Assert.Equal("<sip:040987@carrier.test>", invite.Header("P-Preferred-Identity"));

        // RFC 3261 section 8.2.6.2: "The From field of the response MUST equal the From header field of the request", To likewise but for the tag.
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal("\"Alice\" <sip:040987@192.0.2.10>;tag=alice-tag", ok.Header("From"));
        Assert.StartsWith($"<{Dialled}>;tag=", ok.Header("To"), StringComparison.Ordinal);

        // 12.2.1.1: the URIs of From and To of a request within the dialog are those of the INVITE.
        call.FromCaller(FromCaller("ACK", ok.ToTag, 1, "z9hG4bKack1"));
        call.FromCaller(FromCaller("BYE", ok.ToTag, 2, "z9hG4bKbye"));
        Sent bye = call.Last("BYE");
        Assert.Equal(invite.Header("From"), bye.Header("From"));
        Assert.StartsWith("<sip:030123456@198.51.100.20;user=phone>;tag=", bye.Header("To"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_both_sides_apply_once_to_what_crosses_and_to_what_we_say_ourselves()
    {
        CallDriver call = Call();
        call.FromCaller(Invite(Dialled, extra: "X-Grows: 1\r\n"));
        Sent invite = call.Last("INVITE");
        Assert.Equal(["access"], Lines(invite, "X-In"));
        Assert.Equal(["uas"], Lines(invite, "X-Out"));
        Assert.Equal("1+", invite.Header("X-Grows"));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Sent ok = call.Last("SIP/2.0 200", CallDriver.Caller);
        Assert.Equal(["uas"], Lines(ok, "X-In"));
        Assert.Equal(["access"], Lines(ok, "X-Out"));

        // RFC 3261 section 13.2.2.4: the ACK is not a message that anybody reads headers of.
        call.FromCaller(FromCaller("ACK", ok.ToTag, 1, "z9hG4bKack1"));
        Assert.Equal(0, Count(call.Last("ACK"), "X-Out"));
        call.FromCaller(FromCaller("BYE", ok.ToTag, 2, "z9hG4bKbye"));
        Assert.Equal(["uas"], Lines(call.Last("BYE"), "X-Out"));
    }

    [Fact]
    public void A_refusal_of_our_own_goes_through_the_rules_as_well()
    {
        CallDriver call = Call();
        call.Settings = call.Settings with { Routes = [] };
        call.FromCaller(Invite(Dialled));
        Assert.Equal(["access"], Lines(call.Last("SIP/2.0 404"), "X-Out"));
    }

    [Fact]
    public void A_call_from_the_address_of_a_trunk_obeys_the_rules_of_the_trunk()
    {
        CallDriver call = Call();
        call.Settings = call.Settings with { Trunks = call.Settings.Trunks.Add("pbx", new TrunkSettings { Name = "pbx", Realm = "access", Endpoints = [new TrunkPeerSettings("sip:192.0.2.10")], Boundary = new BoundaryRules { In = [Mark("X-In", "pbx")] } }) };
        call.FromCaller(Invite(Dialled));
        Assert.Equal("pbx", call.State.A.Trunk);
        Assert.Equal(["pbx"], Lines(call.Last("INVITE"), "X-In"));

        // Its trunk has no number plan: what it dials is left alone.
        Assert.Equal("INVITE sip:030123456@198.51.100.20:5080;user=phone SIP/2.0", call.Last("INVITE").StartLine);
    }

    [Fact]
    public void An_INVITE_that_is_challenged_or_tried_elsewhere_is_not_formed_twice()
    {
        CallDriver call = new(TrunkCredentialTests.WithAccount(WithRules(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081"))));
        call.FromCaller(Invite(Dialled, extra: "X-Grows: 1\r\n"));
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "refusal", extra: TrunkCredentialTests.Proxy()));
        call.FromCallee(Response(call.Last("INVITE"), 503));
        Assert.Equal(3, call.CountSent("INVITE"));
        Assert.All(call.Wire.Where(sent => sent.StartLine.StartsWith("INVITE", StringComparison.Ordinal)), invite =>
        {
            Assert.StartsWith("INVITE sip:030123456@198.51.100.20:50", invite.StartLine, StringComparison.Ordinal);
            Assert.Equal(["uas"], Lines(invite, "X-Out"));
            Assert.Equal("1+", invite.Header("X-Grows"));
        });
    }

    [Fact]
    public void A_PABX_user_is_found_under_the_number_that_was_normalised()
    {
        CallDriver call = Call();
        call.Settings = call.Settings with
        {
            Registrar = call.Settings.Registrar with { Users = call.Settings.Registrar.Users.Add("+4930123456", new("x")) },
        };
        call.FromCaller(Invite("sip:030123456@example.test"));
        Assert.Contains(call.LastEffects, effect => effect is CallEffect.LookUpBindings);

        // RFC 3261 section 16.6: the target is the Contact that the phone has registered, as it is.
        call.Give(new CallInput.BindingsFound(call.State.Lookups, [CrashTests.Phone(1)]));
        Assert.Equal("INVITE sip:bob@198.51.100.20:6001 SIP/2.0", call.Last("INVITE").StartLine);
    }

    /// <summary>A table of the trunk that refuses, then one of the realm that is told.</summary>
    [Theory]
    [InlineData(503, "Q.850;cause=34, SIP;cause=200;text=\"x\"", 480, "Q.850;cause=31, SIP;cause=200;text=\"x\"")]
    [InlineData(503, "", 503, "")]
    [InlineData(500, "Q.850 ;text=\"Busy\" ; cause = 17", 600, "Q.850 ;text=\"Busy\" ; cause = 17")]
    [InlineData(486, "", 486, "")]

    // RFC 3261 section 22.3: a challenge is nobody's but ours; what the caller gets is a refusal of our own, which the table of its realm may map.
    [InlineData(407, "", 404, "Q.850;cause=3")]
    public void A_refusal_is_told_as_the_tables_of_both_sides_say(int status, string reason, int told, string toldReason)
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        var call = new CallDriver(settings with
        {
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Boundary = new BoundaryRules { RefusalsIn = [new RefusalRule(503, 34, 480, 0), new RefusalRule(0, 17, 486, 0), new RefusalRule(407, 0, 500, 0)] } }),
            Realms = settings.Realms.SetItem("access", settings.Realms["access"] with { Boundary = new BoundaryRules { RefusalsOut = [new RefusalRule(480, 34, 0, 31), new RefusalRule(486, 17, 600, 0), new RefusalRule(403, 0, 404, 3)] } }),
        });
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), status, extra: reason.Length == 0 ? "" : $"Reason: {reason}\r\n"));

        // RFC 3326 section 2: "The Reason header field MAY appear in any … response whose status code explicitly allows the presence of this header field"; RFC 6432: Q.850 in all.
        Sent refused = call.Last($"SIP/2.0 {told}", CallDriver.Caller);
        Assert.Equal(toldReason, refused.Header("Reason"));
        Assert.Contains($"\"status\":{told}", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);

        // The transaction towards the trunk knows nothing of it: RFC 3261 section 17.1.1.3.
        Assert.Equal(1, call.CountSent("ACK"));
        call.CrashAndRecover();
        Assert.Equal(refused.Text, call.Last("SIP/2.0", CallDriver.Caller).Text);
    }

    [Fact]
    public void Whether_another_endpoint_is_tried_is_decided_by_what_the_trunk_said()
    {
        ControllerSettings settings = CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081");
        var call = new CallDriver(settings with
        {
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Boundary = new BoundaryRules { RefusalsIn = [new RefusalRule(503, 0, 404, 0)] } }),
        });
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 503));
        Assert.Equal(2, call.CountSent("INVITE"));
        call.FromCallee(Response(call.Last("INVITE"), 503));
        Assert.Equal(1, call.CountSent("SIP/2.0 404"));
    }

    /// <summary>Of several refusals the best is told (RFC 3261 section 16.7 step 6), whichever came last, and by the table of the trunk that said it.</summary>
    [Theory]
    [InlineData(404, 503, 604)]
    [InlineData(503, 404, 604)]
    [InlineData(503, 0, 408)]
    public void The_best_refusal_is_told_by_the_table_of_whoever_said_it(int first, int second, int told)
    {
        ControllerSettings settings = CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081");
        var rules = new BoundaryRules { RefusalsIn = [new RefusalRule(404, 0, 604, 1), new RefusalRule(503, 0, 500, 0), new RefusalRule(408, 0, 603, 0)] };
        var call = new CallDriver(settings with
        {
            Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { RetryOn = [404, 503, 408], Boundary = rules }),
        });
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), first));
        if (second == 0)
        {
            // What nobody has said is in no table.
            call.Elapse(TimeSpan.FromSeconds(40));
        }
        else
        {
            call.FromCallee(Response(call.Last("INVITE"), second));
        }

        Sent refused = call.Last($"SIP/2.0 {told}", CallDriver.Caller);
        Assert.Equal(told == 604 ? "Q.850;cause=1" : "", refused.Header("Reason"));
        Assert.Contains($"\"status\":{told},\"cause\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    private static string[] Lines(Sent sent, string header) =>
        [.. sent.Text.Split("\r\n").Where(line => line.StartsWith(header + ": ", StringComparison.Ordinal)).Select(line => line[(header.Length + 2)..])];

    public static TheoryData<string> Scenarios => CrashTests.Names;

    /// <summary>
    /// The invariant of Boundary: whatever is sent, and sent again by the next owner, has been through the rules once. A crash behind each step of each scenario: what
    /// is re-emitted are bytes that were sent before, and no message has a mark twice.
    /// </summary>
    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_crash_between_any_two_messages_applies_no_rule_again(string name)
    {
        Action<CallDriver>[] steps = CrashTests.Scenarios[name];
        int marks = 0;
        for (int crashAfter = -1; crashAfter < steps.Length; crashAfter++)
        {
            CallDriver call = Call();
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i](call);

                // Some scenarios bring settings of their own.
                call.Settings = call.Settings.Trunks["uas"].Boundary == BoundaryRules.None ? WithRules(call.Settings) : call.Settings;
                if (i != crashAfter || call.Stopped)
                {
                    continue;
                }

                HashSet<string> before = [.. call.Wire.Select(sent => sent.Text)];
                int count = call.Wire.Count;
                call.CrashAndRecover();
                Assert.All(call.Wire.Skip(count), again => Assert.True(before.Contains(again.Text), $"{name}, crash after step {i}: sent after recovery and never before:\n{again.Text}"));
            }

            Assert.All(call.Wire, sent => Assert.True(Count(sent, "X-In") <= 1 && Count(sent, "X-Out") <= 1, $"{name}: a rule has applied twice:\n{sent.Text}"));
            marks += call.Wire.Sum(sent => Count(sent, "X-Out"));
        }

        Assert.NotEqual(0, marks);
    }
}
