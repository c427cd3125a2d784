using Xunit.Abstractions;

namespace Controller.Actors.Tests.Trunks;

/// <summary>The limit of concurrent calls is exact, whoever dies and whatever is lost.</summary>
public class TrunkWorldTests(ITestOutputHelper output)
{
    private const int Limit = 7;

    private static readonly int s_worlds =
        int.TryParse(Environment.GetEnvironmentVariable("TRUNK_WORLDS"), System.Globalization.CultureInfo.InvariantCulture, out int given) ? given : 12;

    [Fact]
    public void Never_more_than_the_limit_and_no_slot_is_lost()
    {
        int refused = 0, rang = 0, lost = 0, full = 0;
        for (int seed = 1; seed <= s_worlds; seed++)
        {
            var world = new TrunkWorld(seed, Limit);
            for (int step = 0; step < 300; step++)
            {
                world.Step(offer: step % 4 == 0);
                Assert.True(world.Most <= Limit, $"seed {seed}, step {step}: {world.Most} calls at the callee");
            }

            full += world.Most == Limit ? 1 : 0;
            (refused, rang, lost) = (refused + world.Refused, rang + world.Rang, lost + world.Lost);

            // Nothing is lost any more, and all calls end: within a round of questions every slot is free.
            (world.Loss, world.Crashes) = (0, false);
            for (int second = 0; second < 400 && !world.IsOver; second++)
            {
                world.Step(offer: false);
                world.Pass(TimeSpan.FromSeconds(1));
            }

            Assert.True(world.IsOver, $"seed {seed}: a call is not over");
            for (int second = 0; second < 70; second++)
            {
                world.Pass(TimeSpan.FromSeconds(1));
            }

            Assert.True(world.Slots == 0, $"seed {seed}: {world.Slots} slots are held by nobody");
            Assert.Equal(0, world.UpAtCallee);
        }

        output.WriteLine($"{rang} calls rang, {refused} were refused, {lost} words between calls and trunk were lost; {full} of {s_worlds} worlds were full");
        Assert.True(full > s_worlds / 2 && refused > 100 && lost > 100, "the worlds are too easy");
    }

    [Fact]
    public void With_demand_there_are_never_fewer_than_the_limit_for_long()
    {
        for (int seed = 100; seed < 102; seed++)
        {
            var world = new TrunkWorld(seed, Limit) { Loss = 0 };
            for (int step = 0; step < 200; step++)
            {
                world.Step(offer: true);
                world.Offer();
                if (step > 20)
                {
                    // A call that has just ended is replaced by the next that is offered, 50 ms later.
                    Assert.InRange(world.UpAtCallee, Limit - 2, Limit);
                }
            }
        }
    }
}
