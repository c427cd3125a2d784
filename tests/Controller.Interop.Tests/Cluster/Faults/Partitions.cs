using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>Networks that fail between machines that live. One side has to go, and it must not be both.</summary>
internal static class Partitions
{
    /// <summary>Two nodes do not hear each other, or one not the other; both hear the third, and the database hears all.</summary>
    public static void BetweenTwo(RunningCluster cluster, bool bothWays)
    {
        int from = cluster.Random.Next(cluster.Nodes.Count), to = (from + 1) % cluster.Nodes.Count;
        Resolve(cluster, $"partition between two nodes, {(bothWays ? "both ways" : "one way")}", [cluster.Nodes[from], cluster.Nodes[to]], () =>
        {
            cluster.Network.Cut(from, to);
            if (bothWays)
            {
                cluster.Network.Cut(to, from);
            }
        });
    }

    /// <summary>One node does not hear the others, nor they it; the database hears all.</summary>
    public static void OneFromTheOthers(RunningCluster cluster)
    {
        int alone = cluster.Random.Next(cluster.Nodes.Count);
        Resolve(cluster, "partition of one node from the others", [cluster.Nodes[alone]], () =>
        {
            foreach (ClusterNode other in cluster.Nodes.Where(node => node.Index != alone))
            {
                cluster.Network.Cut(alone, other.Index);
                cluster.Network.Cut(other.Index, alone);
            }
        });
    }

    /// <summary>One node is cut from the database only: it can promise nothing any more, and the others can.</summary>
    public static void FromDatabase(RunningCluster cluster)
    {
        int alone = cluster.Random.Next(cluster.Nodes.Count);
        Resolve(cluster, "node cut from PostgreSQL", [cluster.Nodes[alone]], () => cluster.Network.CutFromPort(alone, cluster.Bed.Postgres.Port));
    }

    /// <summary>Exactly one of the suspects is fenced, and ends when it can know; the others go on.</summary>
    private static void Resolve(RunningCluster cluster, string fault, ClusterNode[] suspects, Action cut)
    {
        var takeover = new Takeover(fault);
        DateTimeOffset at = DateTimeOffset.UtcNow;
        cut();
        Eventually.True(() => Fenced(cluster) is not null, TimeSpan.FromSeconds(15), () => $"{fault}: nobody is fenced:\n{cluster.Bed.Describe()}");
        ClusterNode lost = cluster.Nodes[Fenced(cluster)!.Value - 1];
        Assert.Contains(lost, suspects);
        takeover.Await(cluster, at, lost);
        cluster.Network.Heal();
        Stops.AwaitEnd(cluster, lost);
        Assert.All(cluster.Nodes, node => Assert.True(node == lost || !node.HasEnded, $"{fault}: node {node.Number} has ended too:\n{cluster.Bed.Describe()}"));
        takeover.Judge(cluster, 2.5, 2.5);
    }

    /// <summary>The number of the node that is fenced; null: none.</summary>
    private static int? Fenced(RunningCluster cluster)
    {
        string[] fenced = cluster.Bed.Ask("SELECT node_id FROM node WHERE fenced").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(fenced.Length <= 1, $"nodes {string.Join(" and ", fenced)} are fenced:\n{cluster.Bed.Describe()}");
        return fenced.Length == 0 ? null : int.Parse(fenced[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
