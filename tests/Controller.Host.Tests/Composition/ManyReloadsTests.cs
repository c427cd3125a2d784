using System.Globalization;
using Controller.Host.Admin.Config;

namespace Controller.Host.Tests.Composition;

/// <summary>What was replaced is gone: 10,000 times another file, activated by turns from the file, as a text, and rolled back.</summary>
[Collection(Name)]
public sealed class ManyReloadsTests : IDisposable
{
    public const string Name = "many reloads";

    private const int Reloads = 10_000, WarmUp = 500;

    /// <summary>A hundredth of what the replaced configurations alone would be.</summary>
    private const long Slack = 2 << 20;

    private readonly LiveBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task TenThousandReloadsLeaveMemoryFlat()
    {
        LiveBed.Node node = _bed.Start();
        string[] texts = [.. Enumerable.Range(0, 7).Select(i => node.Edited("60s", (61 + i).ToString(CultureInfo.InvariantCulture) + "s"))];
        long before = 0;
        for (int i = 0; i < Reloads; i++)
        {
            if (i == WarmUp)
            {
                before = Heap();
            }

            Activation done = i % 10 == 9 ? await node.Live.RollBackAsync(null, null, "test") : await ReloadAsync(node, texts[i % texts.Length], byFile: i % 10 == 4);
            Assert.Equal(i + 2, done.Answer!.Version);
        }

        long grown = Heap() - before;
        Assert.True(grown < Slack, $"the heap has grown by {grown} octets in {Reloads - WarmUp} reloads");
        Assert.Equal(Reloads + 1, node.Version);
        Assert.InRange(node.Live.Versions().Items.Count, 1, 50);
        Assert.InRange(new FileInfo(_bed.Journal).Length, 1, 4 << 20);
    }

    private async Task<Activation> ReloadAsync(LiveBed.Node node, string text, bool byFile)
    {
        if (!byFile)
        {
            return await node.Live.ActivateAsync(text, null, "test");
        }

        _bed.Write(node.Id, text);
        return await node.Live.ActivateAsync(null, null, "test");
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>The heap is everybody's: nothing else runs meanwhile.</summary>
[CollectionDefinition(ManyReloadsTests.Name, DisableParallelization = true)]
public sealed class ManyReloadsAlone;
