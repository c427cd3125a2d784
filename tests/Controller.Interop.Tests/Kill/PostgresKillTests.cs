using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Servers;

namespace Controller.Interop.Tests.Kill;

/// <summary>
/// The node with its journal in PostgreSQL: SIGKILL of either at random moments of a call storm. While the database is away nothing can be decided and
/// nothing is sent; the parties repeat, and every call ends as its script says.
/// </summary>
[Collection(Alone.Name)]
[Trait("Category", "Kill")]
public sealed class PostgresKillTests
{
    private const int Rounds = 6, CallsPerRound = 30, StormMs = 1000;

    [NeedsTheory(Needs.Postgres)]
    [InlineData("node")]
    [InlineData("database")]
    public void Calls_end_as_scripted_whenever_it_is_killed(string victim)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("KILL_SEED"), out int given) ? given : Environment.TickCount & 0xFFFF;
        Figures.Record($"seed: kills on PostgreSQL, {victim}, KILL_SEED={seed}");
        var random = new Random(seed);
        using var server = new PostgresServer();
        string connection = server.NewDatabase();
        using var parties = new TwoParties($$"""controller.journal { kind = postgres, postgres { connection = "{{connection}}", allow-single = true } }""");
        parties.Callee.OnCall = CallScript.Play;
        for (int round = 0; round < Rounds; round++)
        {
            RunRound(parties, random, $"s{seed}r{round}", victim == "node" ? () => Restart(parties) : () => Restart(server));
        }

        parties.AwaitNothingLeft(70, () => server.Ask(connection, "SELECT (SELECT count(*) FROM live_actor) + (SELECT count(*) FROM outbox)") == "0");
        parties.AssertNoViolation();
        parties.Node.AssertNoStackTrace();
    }

    private static void Restart(TwoParties parties)
    {
        parties.Node.Kill();
        parties.Node.Start();
    }

    private static void Restart(PostgresServer server)
    {
        server.Kill();
        server.Start();
    }

    private static void RunRound(TwoParties parties, Random random, string name, Action kill)
    {
        Dictionary<PartyCall, string> expected = [];
        for (int i = 0; i < CallsPerRound; i++)
        {
            CallScript script = CallScript.Draw(random, $"{name}n{i}");
            parties.Caller.After(random.Next(StormMs), () => expected.Add(parties.Call(script.User, script.Prepare), script.ExpectedResult));
        }

        int moment = random.Next(50, StormMs + 700);
        Eventually.Elapse(TimeSpan.FromMilliseconds(moment));
        kill();
        parties.Await(() => Over(parties, expected) == CallsPerRound, 60, $"the calls of round {name}, killed after {moment} ms, over");
        foreach (PartyCall call in expected.Keys)
        {
            CallScript script = CallScript.Of(call);
            Assert.True(call.Status == script.ExpectedStatus && call.ByeStatus is 0 or 200, $"killed after {moment} ms: {call}\n   {parties.FarSide(call)}");
        }

        parties.AssertOneRecordEach(expected);
    }

    private static int Over(TwoParties parties, Dictionary<PartyCall, string> expected)
    {
        lock (parties.Caller.Gate)
        {
            return expected.Keys.Count(call => CallScript.Of(call).IsOver(call));
        }
    }
}
