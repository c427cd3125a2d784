using System.Globalization;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Cluster.Checks;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>Times from a fault to the survivors' first commits for shards that they have claimed since: the database's clock, which is this machine's.</summary>
internal sealed class Takeover(string fault)
{
    private readonly List<double> _commits = [], _claims = [];

    /// <summary>Waits until every shard of the lost is claimed, and every survivor has committed for one of them.</summary>
    public void Await(RunningCluster cluster, DateTimeOffset at, params ClusterNode[] lost)
    {
        string numbers = string.Join(',', lost.Select(node => node.Number));
        Eventually.True(() => cluster.Bed.Ask($"SELECT count(*) FROM shard WHERE owner_node IN ({numbers})") == "0", TimeSpan.FromSeconds(30),
            () => $"{fault}: shards of node {numbers} are not claimed:\n{cluster.Bed.Describe()}");
        int survivors = cluster.Nodes.Count - lost.Length;
        IReadOnlyList<double> commits = [];
        Eventually.True(() => (commits = JournalCheck.FirstCommits(cluster.Bed, at)).Count >= survivors, TimeSpan.FromSeconds(30),
            () => $"{fault}: {commits.Count} of {survivors} survivors have committed for what they claimed:\n{cluster.Bed.Describe()}");
        _commits.AddRange(commits);
        _claims.AddRange(JournalCheck.Claims(cluster.Bed, at));
    }

    /// <summary>p50 and p99 in seconds.</summary>
    public void Judge(RunningCluster cluster, double half, double most)
    {
        _commits.Sort();
        _claims.Sort();
        cluster.Judge(Math.Max(At(_commits, 0.5) / half, At(_commits, 0.99) / most), string.Create(CultureInfo.InvariantCulture,
            $"{fault}: first commit of a survivor {Text(_commits)} (p50 <= {half}, p99 <= {most} wanted); claims of shards {Text(_claims)}"));
    }

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(sorted.Count * share))];

    private static string Text(List<double> sorted) => string.Create(CultureInfo.InvariantCulture,
        $"n={sorted.Count} p50={At(sorted, 0.5):0.000} p99={At(sorted, 0.99):0.000} max={sorted[^1]:0.000} s [{Histogram(sorted)}]");

    /// <summary>How many within each tenth of a second up to one second, then within each half.</summary>
    private static string Histogram(List<double> sorted) => string.Join(' ', sorted
        .GroupBy(value => value < 1 ? Math.Floor(value * 10) / 10 : Math.Floor(value * 2) / 2)
        .Select(bin => string.Create(CultureInfo.InvariantCulture, $"{bin.Key:0.0}:{bin.Count()}")));
}
