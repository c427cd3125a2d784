using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Self;

/// <summary>The scripted parties against each other, without a node: what the system tests rest on holds by itself.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Self")]
public sealed class PartyTests : IDisposable
{
    private readonly Party _caller = new("caller-pa"), _callee = new("callee-pb");

    [Fact]
    public void A_call_is_answered_renegotiated_from_both_sides_and_ended_without_a_repeat()
    {
        PartyCall? far = null;
        _callee.OnCall = call => (far = call).Answer();
        PartyCall call = _caller.Call(_callee.Address, $"sip:one@{_callee.Address}");
        Await(() => call.Phase == CallPhase.Established && far!.Phase == CallPhase.Established);
        Do(_caller, call.Reinvite);
        Await(() => call.ReinvitesAnswered == 1);
        Do(_callee, far!.Reinvite);
        Await(() => far.ReinvitesAnswered == 1);
        Do(_callee, far.Bye);
        Await(() => call.Phase == CallPhase.Ended && far.ByeStatus == 200);
        Assert.Empty(_caller.Checks.Violations.Concat(_callee.Checks.Violations));
        Assert.Equal(0, far.InviteRepeats);
    }

    [Fact]
    public void A_cancelled_call_ends_with_487_on_both_sides()
    {
        PartyCall? far = null;
        _callee.OnCall = call => (far = call).Ring();
        PartyCall call = _caller.Call(_callee.Address, $"sip:two@{_callee.Address}");
        Await(() => call.Phase == CallPhase.Ringing);
        Do(_caller, call.Cancel);
        Await(() => call is { Status: 487, CancelStatus: 200 } && far is { Status: 487, IsAcknowledged: true });
        Assert.Empty(_caller.Checks.Violations.Concat(_callee.Checks.Violations));
    }

    [Fact]
    public void A_withheld_acknowledgement_brings_the_answer_again_byte_for_byte()
    {
        _callee.OnCall = call => call.Answer();
        PartyCall call = _caller.Call(_callee.Address, $"sip:three@{_callee.Address}", call => call.WithholdAck = true);
        Await(() => call.Phase == CallPhase.Answered);
        int before = _caller.Checks.Received;
        Await(() => _caller.Checks.Received >= before + 2);
        Do(_caller, call.ReleaseAck);
        Await(() => _callee.Calls.All(far => far.IsAcknowledged));
        Assert.Empty(_caller.Checks.Violations.Concat(_callee.Checks.Violations));
    }

    [Fact]
    public void A_second_invitation_for_the_same_call_is_noticed()
    {
        _callee.OnCall = call => call.Reject(486);
        PartyCall first = _caller.Call(_callee.Address, $"sip:four@{_callee.Address}");
        PartyCall second = _caller.Call(_callee.Address, $"sip:four@{_callee.Address}");
        Await(() => first.Status == 486 && second.Status == 486);
        Assert.Contains("rung twice", Assert.Single(_callee.Checks.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void What_shows_of_the_other_side_is_noticed()
    {
        PartyChecks.HideFromEachOther(_caller, _callee);
        _callee.OnCall = call => call.Reject(486);
        PartyCall call = _caller.Call(_callee.Address, "sip:five@127.0.0.1:9");
        Await(() => call.Status == 486);
        Assert.Contains(_callee.Checks.Violations, violation => violation.Contains("the other side shows", StringComparison.Ordinal));
    }

    [Fact]
    public void A_final_response_with_other_bytes_is_noticed()
    {
        WireMessage first = Message("SIP/2.0 486 Busy Here", "x"), other = Message("SIP/2.0 486 Busy Here", "y");
        _caller.Checks.SameFinal(first, first);
        Assert.Empty(_caller.Checks.Violations);
        _caller.Checks.SameFinal(first, other);
        Assert.Single(_caller.Checks.Violations);
    }

    [Fact]
    public void Hundreds_of_calls_at_once_come_through()
    {
        _callee.OnCall = call =>
        {
            call.Ring();
            call.After(100, far => far.Answer());
        };
        List<PartyCall> calls = [];
        for (int i = 0; i < 500; i++)
        {
            calls.Add(_caller.Call(_callee.Address, $"sip:many{i}@{_callee.Address}", call => call.OnPhase = now =>
            {
                if (now.Phase == CallPhase.Established)
                {
                    now.After(100, established => established.Bye());
                }
            }));
        }

        Await(() => calls.All(call => call.ByeStatus == 200), 20);
        Assert.Empty(_caller.Checks.Violations.Concat(_callee.Checks.Violations));
    }

    public void Dispose()
    {
        _caller.Dispose();
        _callee.Dispose();
    }

    private static WireMessage Message(string startLine, string tag) => WireMessage.Parse(System.Text.Encoding.ASCII.GetBytes(
        $"{startLine}\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag={tag}\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n"));

    private static void Do(Party party, Action action)
    {
        lock (party.Gate)
        {
            action();
        }
    }

    private void Await(Func<bool> condition, int seconds = 5) =>
        Eventually.True(condition, TimeSpan.FromSeconds(seconds), () => string.Join('\n', _caller.Calls.Concat(_callee.Calls).Take(6).Select(call => call.ToString())) +
            string.Join('\n', _caller.Checks.Violations.Concat(_callee.Checks.Violations).Take(4)));
}
