using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>
/// Random inputs, held, failed and ambiguous commits, crashes, passivation, in one thread under a virtual clock. The law that is
/// checked at every single effect: what is said stands on what is stored.
/// </summary>
public sealed class SimulationTests
{
    private const int Actors = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Nothing_is_ever_said_that_the_journal_does_not_know(int seed)
    {
        var random = new Random(seed);
        using var bench = new Bench(passivation: PassivationPolicy.After(TimeSpan.FromSeconds(3)), change: o => o with { MaxBatchEntries = 16, Loops = 2 });
        var stored = new Dictionary<ActorId, long>();
        var said = 0;
        bench.Journal.Committed = entries =>
        {
            foreach (var actor in entries.Select(e => e.Actor).Distinct())
            {
                // An actor that is forgotten may begin again in a later commit: what was said before it ended was stored then.
                stored[actor] = Math.Max(stored.GetValueOrDefault(actor), bench.Stored(actor).Total);
            }
        };
        bench.Released.OnRelease = (actor, effect) =>
        {
            said++;
            var total = ((CounterEffect.Say)effect).Total;
            Assert.True(total <= Math.Max(stored.GetValueOrDefault(actor), bench.Stored(actor).Total), $"seed {seed}: {actor} says {effect}, stored {bench.Stored(actor)}");
        };

        for (var step = 0; step < 4000; step++)
        {
            var number = random.Next(Actors);
            switch (random.Next(40))
            {
                case < 14:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Add(1));
                    break;
                case < 18:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Ask());
                    break;
                case < 21:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Note());
                    break;
                case < 22:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Summarise());
                    break;
                case < 24:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Arm(bench.Now.After(TimeSpan.FromMilliseconds(random.Next(3000)))));
                    break;
                case < 25:
                    bench.System.Tell(Bench.Actor(number), new CounterInput.Throw());
                    break;
                case < 30:
                    bench.Advance(random.Next(100));
                    break;
                case < 31:
                    bench.Advance(random.Next(5000));
                    break;
                case < 33:
                    bench.Journal.WithholdCommits();
                    break;
                case < 36:
                    bench.Journal.CommitNext();
                    break;
                case < 38:
                    bench.Journal.ReleaseCommits();
                    break;
                case < 39:
                    bench.Journal.FailNext("a fault", random.Next(3), commit: random.Next(2) == 0);
                    break;
                case < 40 when random.Next(6) == 0:
                    bench.Crash();
                    break;
            }

            if (random.Next(3) == 0)
            {
                bench.Pump();
            }
        }

        // At rest memory and journal agree, for every actor that is in memory.
        bench.Journal.FailNext("", 0);
        bench.Journal.ReleaseCommits();
        for (var i = 0; i < 30; i++)
        {
            bench.Advance(100);
        }

        for (var i = 0; i < Actors; i++)
        {
            if (bench.Live(i) is { } live)
            {
                Assert.Equal(bench.Stored(i) with { Touched = live.Touched }, live);
            }
        }

        Assert.DoesNotContain(bench.Faults, f => f.Kind is EngineFaultKind.SequenceConflict or EngineFaultKind.Fenced or EngineFaultKind.Unreadable or EngineFaultKind.InterpreterThrew);
        Assert.True(said > 500, $"seed {seed}: only {said} effects: the simulation tests nothing");
    }
}
