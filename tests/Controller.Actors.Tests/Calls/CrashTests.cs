using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Registrations;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>
/// failover.md section 5: whatever has left the node is known to its next owner. Each scenario is run once for every step, with a crash and a
/// recovery behind that step: what is re-emitted must be bytes that were sent before, and the call must end the same way.
/// </summary>
public class CrashTests
{
    internal static readonly IReadOnlyDictionary<string, Action<CallDriver>[]> Scenarios = new Dictionary<string, Action<CallDriver>[]>
    {
        ["answered, hung up by the caller"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 100)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 180)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.Elapse(TimeSpan.FromSeconds(10)),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["early media, answered, hung up by the callee"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, sdp: Messages.CalleeSdp)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1")),
            call => call.FromCaller(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["cancelled"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 180)),
            call => call.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1")),
            call => call.FromCallee(Messages.Response(call.Last("CANCEL"), 200)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 487)),
            call => call.FromCaller(Messages.FromCaller("ACK", "", 1, "z9hG4bKinv1")),
        ],
        ["refused"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 180)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 603)),
            call => call.FromCaller(Messages.FromCaller("ACK", "", 1, "z9hG4bKinv1")),
        ],
        ["held and resumed"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.Invite(branch: "z9hG4bKre1", cseq: 2, toTag: CallerTag(call))),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 2, "z9hG4bKack2")),
            call => call.FromCallee(Messages.FromCallee("INVITE", call.First("INVITE"), 1, "z9hG4bKre2", sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.Response(call.Last("INVITE"), 200, toTag: "", sdp: Messages.CallerSdp)),
            call => call.FromCallee(Messages.FromCallee("ACK", call.First("INVITE"), 1, "z9hG4bKack3")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 3, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["late offer"] =
        [
            call => call.FromCaller(Messages.Invite(sdp: null)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1", sdp: Messages.CallerSdp)),
            call => call.FromCallee(Messages.Response(call.First("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["reliable on both legs, changed by an UPDATE before the answer"] =
        [
            call => call.FromCaller(Messages.Invite(extra: "Supported: 100rel\r\n" + TakesUpdate)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, sdp: Messages.CalleeSdp, extra: Messages.Reliable(41) + TakesUpdate)),
            call => call.FromCaller(Messages.FromCaller("PRACK", call.Last("SIP/2.0 183").ToTag, 2, "z9hG4bKp1", extra: RAck(call))),
            call => call.FromCallee(Messages.Response(call.Last("PRACK"), 200)),
            call => call.FromCaller(Messages.FromCaller("UPDATE", call.Last("SIP/2.0 183").ToTag, 3, "z9hG4bKu1", sdp: Messages.CallerSdp.Replace("49170", "49172", StringComparison.Ordinal))),
            call => call.FromCallee(Messages.Response(call.Last("UPDATE"), 200, sdp: Messages.CalleeSdpOn(3458))),
            call => call.FromCallee(Messages.Response(call.First("INVITE"), 200)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 4, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["reliable on the leg of the callee only"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, sdp: Messages.CalleeSdp, extra: Messages.Reliable(41))),
            call => call.FromCallee(Messages.Response(call.Last("PRACK"), 200)),
            call => call.FromCallee(Messages.Response(call.First("INVITE"), 200)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["reliable on the leg of the caller only, the answer waits for the PRACK"] =
        [
            call => call.FromCaller(Messages.Invite(extra: "Require: 100rel\r\n")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, sdp: Messages.CalleeSdp)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("PRACK", call.Last("SIP/2.0 183").ToTag, 2, "z9hG4bKp1", extra: RAck(call))),
            call => call.FromCaller(Messages.FromCaller("ACK", call.Last("SIP/2.0 183").ToTag, 1, "z9hG4bKack1")),
            call => call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1")),
            call => call.FromCaller(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["three forks, one left by a BYE, another answers"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, "fork-1", Messages.CalleeSdpOn(4002))),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, "fork-2", Messages.CalleeSdpOn(4004))),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 183, "fork-3", Messages.CalleeSdpOn(4006))),
            call => call.FromCaller(Messages.FromCaller("BYE", call.First("SIP/2.0 183").ToTag, 2, "z9hG4bKbye1")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
            call => call.FromCallee(Messages.Response(call.First("INVITE"), 200, "fork-2", Messages.CalleeSdpOn(4004))),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCallee(Messages.Response(call.First("INVITE"), 200, "fork-3", Messages.CalleeSdpOn(4006))),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
            call => call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1", "fork-2")),
            call => call.FromCaller(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["the session is refreshed by us"] =
        [
            call => call.FromCaller(Messages.Invite(extra: "Supported: timer\r\nSession-Expires: 7200;refresher=uac\r\nMin-SE: 7200\r\n")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp, extra: "Allow: INVITE, ACK, BYE, UPDATE\r\nSession-Expires: 1800;refresher=uac\r\n")),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.Elapse(TimeSpan.FromSeconds(901)),
            call => call.FromCallee(Messages.Response(call.Last("UPDATE"), 405)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp, extra: "Session-Expires: 1800;refresher=uac\r\n")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["a longer session interval is asked for"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 422, extra: "Min-SE: 3600\r\n")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 180)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp, extra: "Session-Expires: 3600;refresher=uac\r\n")),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["the trunk challenges the INVITE and the BYE"] =
        [
            call =>
            {
                call.Settings = TrunkCredentialTests.WithAccount(call.Settings);
                call.FromCaller(Messages.Invite());
            },
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 407, "refusal", extra: TrunkCredentialTests.Proxy())),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 407, extra: TrunkCredentialTests.Proxy("n2"))),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["a re-INVITE of the callee waits for the ACK of the caller"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCallee(Messages.FromCallee("INVITE", call.First("INVITE"), 1, "z9hG4bKre1", sdp: Messages.CalleeSdpOn(3458))),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(Messages.Response(call.Last("INVITE", CallDriver.Caller), 200, toTag: "", sdp: Messages.CallerSdp)),
            call => call.FromCallee(Messages.FromCallee("ACK", call.First("INVITE"), 1, "z9hG4bKack2")),
            call => call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 2, "z9hG4bKb1")),
            call => call.FromCaller(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["a user with three phones, the second answers"] =
        [
            call => call.FromCaller(Messages.Invite("sip:bob@example.test")),
            call => call.Give(new CallInput.BindingsFound(call.State.Lookups, [Phone(1), Phone(2), Phone(3)])),
            call => call.FromCallee(Messages.Response(call.Invite(1), 180, toTag: "p1"), PhoneFlow(1).Remote),
            call => call.FromCallee(Messages.Response(call.Invite(2), 180, toTag: "p2"), PhoneFlow(2).Remote),
            call => call.FromCallee(Messages.Response(call.Invite(2), 200, toTag: "p2", sdp: Messages.CalleeSdp), PhoneFlow(2).Remote),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1", "sip:bob@example.test")),
            call => call.FromCallee(Messages.Response(call.Invite(3), 100), PhoneFlow(3).Remote),
            call => call.FromCallee(Messages.Response(call.Invite(1), 487, toTag: "p1"), PhoneFlow(1).Remote),
            call => call.FromCallee(Messages.Response(call.Invite(3), 487, toTag: "p3"), PhoneFlow(3).Remote),
            call => call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye", "sip:bob@example.test")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200), PhoneFlow(2).Remote),
        ],
        ["a REFER crosses, and its NOTIFYs, after the BYE as well"] =
        [
            call => call.FromCaller(Messages.Invite()),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", CallerTag(call), 2, "z9hG4bKref"), TransferTests.ReferTo)),
            call => call.FromCallee(Messages.Response(call.Last("REFER"), 202)),
            call => call.FromCallee(ReferTests.Notify(call, 1, "refer", "active;expires=60", "SIP/2.0 100 Trying\r\n")),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
            call => call.FromCaller(Messages.FromCaller("BYE", InviteTag(call), 3, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
            call => call.FromCallee(ReferTests.Notify(call, 2, "refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n")),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
        ],
        ["a REFER is carried out here"] =
        [
            call =>
            {
                call.Settings = TransferTests.Terminating();
                call.FromCaller(Messages.Invite());
            },
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", CallerTag(call), 2, "z9hG4bKref"), TransferTests.ReferTo)),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 180, toTag: "carol-tag")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, toTag: "carol-tag", sdp: TransferTests.CarolSdp)),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
            call => call.FromCaller(Messages.Response(call.Last("BYE"), 200, toTag: "")),
            call => call.FromCallee(Messages.FromCallee("BYE", call.First("INVITE"), 1, "z9hG4bKb1")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
        ["a REFER is carried out here, and nobody answers"] =
        [
            call =>
            {
                call.Settings = TransferTests.Terminating();
                call.FromCaller(Messages.Invite());
            },
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp)),
            call => call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1")),
            call => call.FromCaller(ReferTests.With(Messages.FromCaller("REFER", CallerTag(call), 2, "z9hG4bKref"), TransferTests.ReferTo)),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
            call => call.FromCallee(Messages.Response(call.Last("INVITE"), 486, toTag: "carol-tag")),
            call => call.FromCaller(Messages.Response(call.Last("NOTIFY"), 200, toTag: "")),
            call => call.FromCaller(Messages.FromCaller("BYE", InviteTag(call), 3, "z9hG4bKbye")),
            call => call.FromCallee(Messages.Response(call.Last("BYE"), 200)),
        ],
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_crash_between_any_two_messages_changes_nothing_that_the_parties_see(string name)
    {
        Action<CallDriver>[] steps = Scenarios[name];
        var undisturbed = new CallDriver();
        foreach (Action<CallDriver> step in steps)
        {
            step(undisturbed);
        }

        for (int crashAfter = 0; crashAfter < steps.Length; crashAfter++)
        {
            var call = new CallDriver();
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i](call);
                if (i == crashAfter && !call.Stopped)
                {
                    HashSet<string> before = [.. call.Wire.Select(sent => sent.Text)];
                    int count = call.Wire.Count;
                    call.CrashAndRecover();
                    foreach (Sent again in call.Wire.Skip(count))
                    {
                        Assert.True(before.Contains(again.Text), $"{name}, crash after step {i}: sent after recovery and never before:\n{again.Text}");
                    }
                }
            }

            // The same messages, apart from the CSeq numbers that a recovery skips and the branches that follow from them; nothing twice but the same bytes.
            Assert.Equal(Distinct(undisturbed), Distinct(call));
            Assert.Equal(undisturbed.ChargingRecords.Count, call.ChargingRecords.Count);
            Assert.Equal(undisturbed.State.Phase, call.State.Phase);
            call.Elapse(TimeSpan.FromMinutes(2));
            Assert.True(call.Stopped, $"{name}, crash after step {crashAfter}: the call is still there in {call.State.Phase}");
            Assert.Single(call.ChargingRecords);
        }
    }

    [Fact]
    public void An_INVITE_whose_time_is_over_is_never_sent_again()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        int sent = call.CountSent("INVITE");
        call.Sleep(TimeSpan.FromSeconds(33));
        call.CrashAndRecover();
        Assert.Equal(sent, call.CountSent("INVITE"));
        call.Elapse(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, call.CountSent("SIP/2.0 408"));
    }

    [Fact]
    public void An_ACK_lost_with_the_last_batch_heals_itself()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        call.Journal.RemoveAt(call.Journal.Count - 1);
        call.Sleep(TimeSpan.FromSeconds(60));
        call.CrashAndRecover();

        // The 200 goes out again although its 64*T1 are over; the caller repeats its ACK (13.2.2.4) and the call stays up.
        Assert.Equal(2, call.Wire.Count(sent => sent.StartLine.StartsWith("SIP/2.0 200", StringComparison.Ordinal)));
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        call.Elapse(TimeSpan.FromSeconds(60));
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    /// <summary>What a takeover may put off: a call in which Recovered would send nothing.</summary>
    [Fact]
    public void Only_a_call_in_which_nobody_waits_may_wait_for_its_recovery()
    {
        var call = new CallDriver();
        var may = new List<bool>();
        void Look() => may.Add(Call.MayWait(call.Journal.SelectMany(row => new CallEventCodec().Decode(row)).Aggregate(CallState.Empty, Call.Evolve)));
        call.FromCaller(Messages.Invite());
        Look();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 180));
        Look();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        Look();
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        Look();
        call.FromCaller(Messages.FromCaller("BYE", CallerTag(call), 2, "z9hG4bKbye1"));
        Look();
        Assert.Equal([false, false, false, true, false], may);
    }

    private const string TakesUpdate = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";

    private static string RAck(CallDriver call) => $"RAck: {call.Last("SIP/2.0 183").Header("RSeq")} 1 INVITE\r\n";

    private static string[] Distinct(CallDriver call) => [.. call.Wire.Select(sent => $"{sent.StartLine} {sent.Header("CSeq").Split(' ')[1]} to {sent.To.Remote}").Distinct().Order()];

    /// <summary>
    /// 4.8: "send now, continue until persisted start + 32 s". Whether it was acknowledged is not stored: after that nobody waits for it, and a response to
    /// no request is all that its repetition would be.
    /// </summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(33, 1)]
    public void A_refusal_is_repeated_by_the_next_owner_while_its_ACK_may_come_and_no_longer(int seconds, int sent)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.FromCaller(Messages.FromCaller("ACK", CallerTag(call), 1, "z9hG4bKack1"));
        call.FromCaller(Messages.Invite(branch: "z9hG4bKre1", cseq: 2, toTag: CallerTag(call)));
        call.FromCallee(Messages.FromCallee("INVITE", call.First("INVITE"), 1, "z9hG4bKre2", sdp: Messages.CalleeSdp));
        Assert.Equal(1, call.CountSent("SIP/2.0 491"));
        call.Sleep(TimeSpan.FromSeconds(seconds));
        call.CrashAndRecover();
        Assert.Equal(sent, call.CountSent("SIP/2.0 491"));
    }

    [Fact]
    public void A_refusal_that_was_acknowledged_is_not_said_again_by_the_next_owner()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486));
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));
        call.FromCaller(Messages.FromCaller("ACK", call.Last("SIP/2.0 486").ToTag, 1, "z9hG4bKinv1"));
        call.Sleep(TimeSpan.FromSeconds(1));
        call.CrashAndRecover();
        call.Elapse(TimeSpan.FromSeconds(40));

        // RFC 3261 section 17.2.1, Confirmed: "the response MUST NOT be retransmitted".
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));
        Assert.True(call.Stopped);
    }

    /// <summary>RFC 3261 section 17.2.2: timer J is 64*T1; that long a copy of the BYE "MUST be passed to the transport layer" its response.</summary>
    [Theory]
    [InlineData(31, true)]
    [InlineData(33, false)]
    public void A_BYE_that_comes_again_after_a_restart_gets_the_response_it_got_as_long_as_timer_J_runs(int seconds, bool known)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        string tag = CallerTag(call);
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        string bye = Messages.FromCaller("BYE", tag, 2, "z9hG4bKbye");
        call.FromCaller(bye);
        call.FromCallee(Messages.Response(call.Last("BYE"), 200));
        call.CrashAndRecover();
        call.Elapse(TimeSpan.FromSeconds(seconds));
        Assert.Equal(known, !call.Stopped);
        if (known)
        {
            int answers = call.CountSent("SIP/2.0 200");
            call.FromCaller(bye);
            Assert.Equal(answers + 1, call.CountSent("SIP/2.0 200"));
            Assert.Equal("2 BYE", call.Last("SIP/2.0 200").Header("CSeq"));
        }
    }

    private static string CallerTag(CallDriver call) => call.Last("SIP/2.0 200", CallDriver.Caller).Header("To").Split(";tag=")[1];

    /// <summary>From the 2xx to the INVITE, whatever was said since.</summary>
    private static string InviteTag(CallDriver call) => call.First("SIP/2.0 200").Header("To").Split(";tag=")[1];

    internal static Flow PhoneFlow(int number) => new(SipTransport.Udp, 0, new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.20"), 6000 + number));

    internal static Binding Phone(int number) =>
        new($"sip:bob@198.51.100.20:{6000 + number}", "", PhoneFlow(number), new Instant(long.MaxValue), null, null, 1000, "r", 1);
}
