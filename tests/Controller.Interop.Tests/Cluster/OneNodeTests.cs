using Controller.Interop.Tests.Cluster.Faults;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>A cluster of one, on a machine of its own: nobody can take over, and no call is lost all the same.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
[TestCaseOrderer(InOrder.Name, InOrder.Assembly)]
public sealed class OneNodeTests(OneNodeTests.OneNode shared) : IClassFixture<OneNodeTests.OneNode>
{
    public sealed class OneNode() : SharedCluster(nodes: 1, established: 200, ringing: 50, perSecond: 20);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(1)]
    public void Killed_and_started_again() => shared.During(cluster =>
    {
        cluster.Nodes[0].Kill();
        cluster.Nodes[0].Start();
    });

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(2)]
    public void Stopped_for_three_seconds() => shared.During(cluster =>
    {
        // What waited for it all that time it may turn away: its last commit is that old too.
        cluster.Load.MayRefuse(5000);
        cluster.Nodes[0].Stop();
        Eventually.Elapse(TimeSpan.FromSeconds(3));
        cluster.Nodes[0].Continue();
    });

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(3)]
    public void Its_database_killed_and_started_again() => shared.During(DatabaseOutages.Kill);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(9)]
    public void Every_call_ends_and_is_charged_once() => shared.End();
}
