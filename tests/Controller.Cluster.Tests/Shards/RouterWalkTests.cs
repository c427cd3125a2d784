namespace Controller.Cluster.Tests.Shards;

public sealed class RouterWalkTests
{
    private const int Steps = 3000;

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 10)];

    /// <summary>
    /// Whatever was told and taken is settled by an owner: none is lost, none is settled twice under one epoch, and of one sender and one actor none is
    /// overtaken. What a node that died had told is excused, and what actors of its own were told without a copy before a commit failed.
    /// </summary>
    [Theory]
    [MemberData(nameof(Blocks))]
    public void Whatever_happens_each_input_is_settled_once_and_in_order(int block)
    {
        Dictionary<string, int> happened = [];
        long repeated = 0;
        for (int seed = block * 10; seed < (block + 1) * 10; seed++)
        {
            RouterWalk walk = new(seed);
            for (int step = 0; step < Steps; step++)
            {
                walk.Step();
            }

            walk.Heal();
            walk.Check(seed);
            repeated += walk.Repeated;
            foreach ((string what, int count) in walk.Happened)
            {
                happened[what] = happened.GetValueOrDefault(what) + count;
            }
        }

        string[] all = ["told", "refused to the teller", "handed off", "link broken", "commit failed", "crashed"];
        Assert.All(all, what => Assert.True(happened.GetValueOrDefault(what) >= 5, $"{what}: {happened.GetValueOrDefault(what)}"));
        Assert.True(repeated > 5, $"{repeated} duplicates");
    }
}
