using System.Diagnostics;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Kill;

/// <summary>
/// SIGKILL at random moments of a call storm, restart on the same data: every call ends as its script says, as if nothing had happened,
/// and leaves one charging record. Two nodes at a time, since a round mostly waits for the parties' retransmissions.
/// </summary>
[Collection(Alone.Name)]
[Trait("Category", "Kill")]
public sealed class RandomKillTests
{
    private const int Lanes = 2, Rounds = 26, CallsPerRound = 40, StormMs = 1000;

    [Fact]
    public void Calls_end_as_scripted_whenever_the_node_is_killed()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("KILL_SEED"), out int given) ? given : Environment.TickCount & 0xFFFF;
        Figures.Record($"seed: random kills KILL_SEED={seed}");
        var watch = Stopwatch.StartNew();
        Exception?[] failures = new Exception?[Lanes];
        Thread[] lanes = [.. Enumerable.Range(0, Lanes).Select(lane => new Thread(() => failures[lane] = Record.Exception(() => RunLane(lane, seed))))];
        Array.ForEach(lanes, lane => lane.Start());
        Array.ForEach(lanes, lane => lane.Join());
        Assert.True(failures.All(failure => failure is null), $"seed {seed}\n" + string.Join("\n====\n", failures.Where(failure => failure is not null)));
        Figures.Record($"figure: {Lanes * Rounds} kills at random moments, {Lanes * Rounds * CallsPerRound} calls, {watch.Elapsed.TotalSeconds:0} s");
    }

    private static void RunLane(int lane, int seed)
    {
        var random = new Random((seed * Lanes) + lane);
        // A machine with many processors has several loops, and as many sockets read a listener (ADR 0049); ours has one by itself.
        using var parties = new TwoParties(lane == 1 ? "controller.engine.loops = 3" : "");
        parties.Callee.OnCall = CallScript.Play;
        parties.Caller.BehindProxy = lane == 1;
        parties.Callee.BehindProxy = lane == 1;
        for (int round = 0; round < Rounds; round++)
        {
            RunRound(parties, random, $"l{lane}r{round}");
        }

        parties.AwaitNothingLeft(50, () => JournalRows.Count(parties.Node.Setup.DataFolder, "journal") == 0);
        parties.AssertNoViolation();
        parties.Node.AssertNoStackTrace();
    }

    private static void RunRound(TwoParties parties, Random random, string name)
    {
        Dictionary<PartyCall, string> expected = [];
        List<(CallScript Script, int At)> storm = [.. Enumerable.Range(0, CallsPerRound)
            .Select(i => (CallScript.Draw(random, $"{name}n{i}"), random.Next(StormMs)))];
        foreach ((CallScript script, int at) in storm)
        {
            parties.Caller.After(at, () => expected.Add(parties.Call(script.User, script.Prepare), script.ExpectedResult));
        }

        int moment = random.Next(50, StormMs + 700);
        Eventually.Elapse(TimeSpan.FromMilliseconds(moment));
        parties.Node.Kill();
        parties.Node.Start();
        parties.Await(() => Count(parties, expected) == CallsPerRound, 40, $"the calls of round {name}, killed after {moment} ms, over");
        foreach (PartyCall call in expected.Keys)
        {
            CallScript script = CallScript.Of(call);
            Assert.True(call.Status == script.ExpectedStatus && call.ByeStatus is 0 or 200, $"killed after {moment} ms: {call}\n   {parties.FarSide(call)}");
        }

        parties.AssertOneRecordEach(expected);
    }

    private static int Count(TwoParties parties, Dictionary<PartyCall, string> expected)
    {
        lock (parties.Caller.Gate)
        {
            return expected.Keys.Count(call => CallScript.Of(call).IsOver(call));
        }
    }
}
