using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>Three nodes under calls: what is activated on one runs on all within a second, and so does what it is rolled back to.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
public sealed class ActivationTests
{
    private const int Rounds = 10;
    private static readonly TimeSpan Wanted = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(10);

    [NeedsFact(Needs.Namespaces, Needs.Postgres)]
    public void A_version_runs_on_every_node_within_a_second()
    {
        using var cluster = new RunningCluster(3);
        cluster.Load.Establish(100, 50);
        cluster.Load.Rate = 50;
        var slowest = TimeSpan.Zero;
        for (int round = 0; round < Rounds; round++)
        {
            ClusterNode asked = cluster.Nodes[round % 3];
            long version = Version(asked);
            slowest = Longer(slowest, Everywhere(cluster, version + 1, () => asked.Admin.Post("/api/v1/config/activate", Changed(asked))));
            slowest = Longer(slowest, Everywhere(cluster, version + 2, () => asked.Admin.Post("/api/v1/config/rollback")));
        }

        cluster.Judge(slowest / Wanted, $"{2 * Rounds} versions on 3 nodes under 50 calls/s: the slowest ran everywhere after {slowest.TotalMilliseconds:0} ms (wanted: 1000)");
        OfTwoAtOnceOneWins(cluster);
        ComesBackWithWhatIsActive(cluster);
        cluster.Settle(50);
        Assert.Empty(cluster.TakeSlow());
        cluster.Finish();
    }

    private static void OfTwoAtOnceOneWins(RunningCluster cluster)
    {
        long version = Version(cluster.Nodes[0]);
        HttpStatusCode[] status = new HttpStatusCode[3];
        Parallel.For(0, 3, index =>
        {
            string text = File.ReadAllText(cluster.Nodes[index].ConfigurationFile).Replace("no-answer = 900s", $"no-answer = {800 + index}s", StringComparison.Ordinal);
            status[index] = cluster.Nodes[index].Admin.Post("/api/v1/config/activate?expect=" + version, text).Status;
        });
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Conflict], status.Order());
        Assert.All(cluster.Nodes, node => Assert.Equal(version + 1, Version(node)));
    }

    /// <summary>Its own file says something else; a node that was away while it changed takes it as well.</summary>
    private static void ComesBackWithWhatIsActive(RunningCluster cluster)
    {
        ClusterNode away = cluster.Nodes[2];
        cluster.Load.MayRefuse(10_000);
        away.Kill();
        ClusterNode asked = cluster.Nodes[0];
        (HttpStatusCode status, JsonElement answer) = asked.Admin.Post("/api/v1/config/activate", Changed(asked));
        Assert.Equal(HttpStatusCode.OK, status);
        long version = answer.GetProperty("version").GetInt64();
        away.Start();
        Assert.Equal(version, Version(away));
        Assert.Contains($"configuration {version} is active (request, by {asked.Admin.Get("/api/v1/config").GetProperty("by")}) and goes before the file of this node", away.Log, StringComparison.Ordinal);
        Eventually.True(() => Running(asked).All(running => running == version), Patience, () => string.Join(", ", Running(asked)));
    }

    /// <summary>Until each node itself says that it runs, from before it was asked for.</summary>
    private static TimeSpan Everywhere(RunningCluster cluster, long version, Func<(HttpStatusCode Status, JsonElement Body)> ask)
    {
        var watch = Stopwatch.StartNew();
        var took = new TimeSpan[cluster.Nodes.Count];
        Task[] watching = [.. cluster.Nodes.Select((node, index) => Task.Run(() =>
        {
            Eventually.True(() => Version(node) == version, Patience, () => $"node {node.Number} runs {Version(node)}, not {version}\n{cluster.Bed.Describe()}");
            took[index] = watch.Elapsed;
        }))];
        (HttpStatusCode status, JsonElement answer) = ask();
        Assert.Equal((HttpStatusCode.OK, version, true), (status, answer.GetProperty("version").GetInt64(), answer.GetProperty("complete").GetBoolean()));
        Task.WaitAll(watching);
        return took.Max();
    }

    /// <summary>Its own file, which differs from the others' in what is its own, with another trunk and another route.</summary>
    private static string Changed(ClusterNode node) => File.ReadAllText(node.ConfigurationFile)
        .Replace("everything else", "the rest", StringComparison.Ordinal).Replace("far {", "other {", StringComparison.Ordinal).Replace("to = far", "to = other", StringComparison.Ordinal);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static long Version(ClusterNode node) => node.Admin.Get("/api/v1/config").GetProperty("version").GetInt64();

    private static long[] Running(ClusterNode node) => [.. node.Admin.Get("/api/v1/config").GetProperty("nodes").EnumerateArray().Select(each => each.GetProperty("version").GetInt64())];
}
