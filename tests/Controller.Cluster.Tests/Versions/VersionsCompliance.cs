using Controller.Cluster.Versions;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Versions;

/// <summary>What every store of versions must do. A test has a store of its own, opened by as many as it likes where several may.</summary>
public abstract class VersionsCompliance
{
    private const int Keep = 5;

    /// <summary>Another who uses the same store, or the same one where there is but one.</summary>
    protected abstract IConfigurationVersions Open();

    /// <summary>Another run: what was not stored is gone.</summary>
    protected abstract IConfigurationVersions Reopen();

    [Fact]
    public void Is_empty_at_first()
    {
        IConfigurationVersions versions = Open();
        Assert.Null(versions.Newest());
        Assert.Null(versions.Find(1));
        Assert.Empty(versions.List());
    }

    [Fact]
    public void Gives_back_what_was_added_also_after_a_restart()
    {
        ConfigurationVersion first = Version(1, "{\"calls\":{}}\n\"ü\" \\ ''"), second = Version(2, "");
        IConfigurationVersions versions = Open();
        Assert.True(versions.Add(first, Keep));
        Assert.True(versions.Add(second, Keep));
        versions = Reopen();
        Assert.Equal(second, versions.Newest());
        Assert.Equal(first, versions.Find(1));
        Assert.Null(versions.Find(3));
        Assert.Equal([second.Head, first.Head], versions.List());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Only_the_number_after_the_active_one_is_added(long number)
    {
        IConfigurationVersions versions = Open();
        Assert.False(versions.Add(Version(2, "too early"), Keep));
        Assert.True(versions.Add(Version(1, "first"), Keep));
        Assert.False(versions.Add(Version(number, "other"), Keep));
        Assert.Equal(Version(1, "first"), versions.Newest());
        Assert.Single(versions.List());
    }

    [Fact]
    public async Task Of_many_who_add_the_same_number_one_does()
    {
        IConfigurationVersions[] nodes = [Open(), Open(), Open()];
        for (long number = 1; number <= 20; number++)
        {
            long asked = number;
            bool[] added = await Task.WhenAll(nodes.Select((node, index) => OnItsThread(() => node.Add(Version(asked, $"by {index}"), Keep))));
            Assert.Single(added, won => won);
            Assert.Equal($"by {Array.IndexOf(added, true)}", nodes[0].Newest()!.Text);
            Assert.Equal(number, nodes[^1].Newest()!.Head.Number);
        }
    }

    [Fact]
    public void Keeps_so_many_of_the_newest()
    {
        IConfigurationVersions versions = Open();
        for (long number = 1; number <= 12; number++)
        {
            Assert.True(versions.Add(Version(number, $"text {number}"), Keep));
        }

        Assert.Equal([12L, 11, 10, 9, 8], versions.List().Select(head => head.Number));
        Assert.Null(versions.Find(7));
        Assert.Equal("text 8", versions.Find(8)!.Text);

        // Whoever is refused removes nothing either.
        Assert.False(versions.Add(Version(99, ""), 1));
        Assert.Equal(Keep, versions.List().Count);
    }

    // A database's answer may come by a thread of the pool: none of those waits for it here.
    private static Task<bool> OnItsThread(Func<bool> add) => Task.Factory.StartNew(add, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static ConfigurationVersion Version(long number, string text) => new(new VersionHead(number, $"hash of {number}", "file", new Instant(1_800_000_000_000 + number), "alice's \"test\"", "request"), text);
}
