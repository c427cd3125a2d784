using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Cluster.Checks;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>
/// SIGSTOP and, later, SIGCONT: the kernel goes on answering for the process, and what it had in its hands when it stopped is still there when it wakes,
/// a message between its commit and its sending included.
/// </summary>
internal static class Stops
{
    /// <summary>Too short to be told from a pause, or just long enough: either way no call notices.</summary>
    public static void Shortly(RunningCluster cluster, TimeSpan time)
    {
        ClusterNode node = cluster.Nodes[cluster.Random.Next(cluster.Nodes.Count)];
        string incarnation = JournalCheck.Incarnation(cluster.Bed, node.Number);
        StopFor(node, () => Eventually.Elapse(time));
        Eventually.True(() => node.HasEnded || (JournalCheck.Incarnation(cluster.Bed, node.Number) == incarnation && ClusterBed.Answers(node)), TimeSpan.FromSeconds(10),
            () => $"stopped for {time.TotalSeconds} s, node {node.Number} neither goes on nor ends:\n{cluster.Bed.Describe()}");
    }

    /// <summary>Long enough: the others take over, and the process that wakes ends without having committed anything.</summary>
    public static void Long(RunningCluster cluster, TimeSpan time, int times)
    {
        var takeover = new Takeover($"SIGSTOP of a node for {time.TotalSeconds:0} s, {times} times");
        for (int stop = 0; stop < times; stop++)
        {
            ClusterNode node = cluster.Nodes[cluster.Random.Next(cluster.Nodes.Count)];
            Eventually.Elapse(TimeSpan.FromMilliseconds(cluster.Random.Next(1000)));
            DateTimeOffset at = DateTimeOffset.UtcNow;
            StopFor(node, () =>
            {
                takeover.Await(cluster, at, node);
                Eventually.Elapse(at + time - DateTimeOffset.UtcNow);
            });
            AwaitEnd(cluster, node);
            cluster.Bed.Restore();
            cluster.Load.AssertNoViolation();
        }

        JournalCheck.AssertOnlyOwnersWrote(cluster.Bed);
        takeover.Judge(cluster, 2.5, 2.5);
    }

    /// <summary>A fenced process ends, with 1, so that a service manager starts it as somebody new.</summary>
    public static void AwaitEnd(RunningCluster cluster, ClusterNode node)
    {
        Assert.True(node.WaitForEnd(TimeSpan.FromSeconds(10)), $"node {node.Number} is fenced and goes on:\n{cluster.Bed.Describe()}");
        Assert.True(node.ExitCode == 1, $"node {node.Number} has ended with {node.ExitCode}:\n{cluster.Bed.Describe()}");
    }

    private static void StopFor(ClusterNode node, Action meanwhile)
    {
        node.Stop();
        try
        {
            meanwhile();
        }
        finally
        {
            node.Continue();
        }
    }
}
