using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>Two nodes that have calls and no sockets, two that have sockets and no calls (and are ready only when somebody has the calls): every message goes over a link, and any of the four may go.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
[TestCaseOrderer(InOrder.Name, InOrder.Assembly)]
public sealed class OneRoleTests(OneRoleTests.FourNodes shared) : IClassFixture<OneRoleTests.FourNodes>
{
    public sealed class FourNodes() : SharedCluster(nodes: 4, established: 200, ringing: 50, perSecond: 20, "[actors]", "[actors]", "[edge]", "[edge]");

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(1)]
    public void Each_of_them_killed() => shared.During(cluster =>
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            node.Kill();
            Probed(cluster);
        }
    });

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(2)]
    public void Each_of_them_restarted() => shared.During(cluster =>
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            Assert.Equal(0, node.Terminate(TimeSpan.FromSeconds(10)));
            Probed(cluster);
        }
    });

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(9)]
    public void Every_call_ends_and_is_charged_once() => shared.End();

    /// <summary>While it is away the others answer for it; then it is back.</summary>
    private static void Probed(RunningCluster cluster)
    {
        cluster.Load.Probe(50);
        cluster.Bed.Restore();
        cluster.Load.AssertNoViolation();
    }
}
