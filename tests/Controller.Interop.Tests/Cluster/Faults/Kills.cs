using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>SIGKILL of one node after the other, each started again and back in its place before the next.</summary>
internal static class Kills
{
    public static void InRotation(RunningCluster cluster, int count)
    {
        var takeover = new Takeover($"SIGKILL of a node, {count} times");
        for (int kill = 0; kill < count; kill++)
        {
            // Whichever holds the floating address is among them: every third.
            ClusterNode node = cluster.Nodes[kill % cluster.Nodes.Count];
            Eventually.Elapse(TimeSpan.FromMilliseconds(cluster.Random.Next(500)));
            DateTimeOffset at = DateTimeOffset.UtcNow;
            node.Kill();
            takeover.Await(cluster, at, node);
            cluster.Bed.Restore();
            cluster.Load.AssertNoViolation();
        }

        takeover.Judge(cluster, 0.5, 1.0);
    }

    public static void TwoAtOnce(RunningCluster cluster)
    {
        var takeover = new Takeover("SIGKILL of two nodes at once");
        int spared = cluster.Random.Next(cluster.Nodes.Count);
        ClusterNode[] lost = [.. cluster.Nodes.Where(node => node.Index != spared)];
        DateTimeOffset at = DateTimeOffset.UtcNow;
        foreach (ClusterNode node in lost)
        {
            node.Kill();
        }

        takeover.Await(cluster, at, lost);
        takeover.Judge(cluster, 2.5, 2.5);
    }
}
