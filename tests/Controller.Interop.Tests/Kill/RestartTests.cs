using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Kill;

/// <summary>Ends of the node other than SIGKILL.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Kill")]
public sealed class RestartTests
{
    [Fact]
    public void A_planned_restart_keeps_established_and_ringing_calls()
    {
        using var parties = new TwoParties();
        parties.Callee.OnCall = call => { call.Ring(); if (call.User == "up") { call.Answer(); } };
        PartyCall up = parties.Call("up"), ringing = parties.Call("ringing");
        parties.Await(() => up.Phase == CallPhase.Established && ringing.Phase == CallPhase.Ringing, 5, "one up, one ringing");
        Assert.Equal(0, parties.Node.Terminate(TimeSpan.FromSeconds(20)));
        Assert.Equal(CallPhase.Established, up.Phase);
        Assert.Equal(CallPhase.Ringing, ringing.Phase);
        parties.Node.Start();
        Do(parties.Caller, up.Reinvite);
        Do(parties.Callee, parties.FarSide(ringing)!.Answer);
        parties.Await(() => up.ReinvitesAnswered == 1 && ringing.Phase == CallPhase.Established, 10, "re-INVITE and answer after the restart");
        Do(parties.Caller, up.Bye);
        Do(parties.Callee, parties.FarSide(ringing)!.Bye);
        parties.Await(() => up.ByeStatus == 200 && ringing.EndedByRemote, 10, "ended");
        parties.AssertOneRecordEach(new Dictionary<PartyCall, string> { [up] = "answered", [ringing] = "answered" });
        parties.AssertNoViolation();
        parties.Node.AssertNoStackTrace();
    }

    /// <summary>A process that stood still for two seconds goes on; the parties' retransmissions bridge it.</summary>
    [Fact]
    public void A_node_that_was_stopped_and_continued_goes_on()
    {
        using var parties = new TwoParties();
        parties.Callee.OnCall = CallScript.Play;
        var random = new Random(7);
        Dictionary<PartyCall, string> expected = [];
        for (int i = 0; i < 30; i++)
        {
            CallScript script = CallScript.Draw(random, $"n{i}");
            expected.Add(parties.Call(script.User, script.Prepare), script.ExpectedResult);
        }

        Signals.Send(parties.Node.Id, Signals.Stop);
        Eventually.Elapse(TimeSpan.FromSeconds(2));
        Signals.Send(parties.Node.Id, Signals.Continue);
        parties.Await(() => expected.Keys.All(call => CallScript.Of(call).IsOver(call)), 40, "calls over");
        Assert.All(expected.Keys, call => Assert.Equal(CallScript.Of(call).ExpectedStatus, call.Status));
        parties.AssertOneRecordEach(expected);
        parties.AssertNoViolation();
        parties.Node.AssertNoStackTrace();
    }

    private static void Do(Party party, Action action)
    {
        lock (party.Gate)
        {
            action();
        }
    }
}
