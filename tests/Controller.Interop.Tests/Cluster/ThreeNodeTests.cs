using System.Globalization;
using Controller.Interop.Tests.Cluster.Faults;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>
/// Three nodes, one PostgreSQL, one floating address; 2,000 established calls, 500 that ring, 50 new ones a second, and everything that can happen to a
/// node. No call is lost, no callee rung twice, no charging record missing or doubled, and nobody sees a message that differs from what was sent before.
/// </summary>
[Collection(Alone.Name)]
[Trait("Category", "Cluster")]
[TestCaseOrderer(InOrder.Name, InOrder.Assembly)]
public sealed class ThreeNodeTests(ThreeNodeTests.ThreeNodes shared) : IClassFixture<ThreeNodeTests.ThreeNodes>
{
    /// <summary>CLUSTER_TIMES=10: everything ten times as often.</summary>
    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_TIMES"), CultureInfo.InvariantCulture, out int given) ? given : 1;

    public sealed class ThreeNodes() : SharedCluster(nodes: 3, established: 2000, ringing: 500, perSecond: 50);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(1)]
    public void Killed_twenty_times() => shared.During(cluster => Kills.InRotation(cluster, 20 * Times));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(2)]
    public void Two_killed_at_once() => Repeated(Kills.TwoAtOnce);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(3)]
    public void Stopped_for_one_second() => Repeated(cluster => Stops.Shortly(cluster, TimeSpan.FromSeconds(1)));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(4)]
    public void Stopped_for_three_seconds() => shared.During(cluster => Stops.Long(cluster, TimeSpan.FromSeconds(3), 4 * Times));

    /// <summary>Longer than any retransmission (64*T1): what it had committed and not sent is stale when it wakes.</summary>
    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(5)]
    public void Stopped_for_longer_than_a_transaction_lives() => shared.During(cluster => Stops.Long(cluster, TimeSpan.FromSeconds(34), Times));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(6)]
    public void Two_that_do_not_hear_each_other() => Repeated(cluster => Partitions.BetweenTwo(cluster, bothWays: true));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(7)]
    public void One_cut_from_the_database() => Repeated(Partitions.FromDatabase);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(8)]
    public void Two_of_whom_one_does_not_hear_the_other() => Repeated(cluster => Partitions.BetweenTwo(cluster, bothWays: false));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(9)]
    public void The_database_killed_and_started_again() => Repeated(DatabaseOutages.Kill);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(10)]
    public void One_that_hears_none_of_the_others() => Repeated(Partitions.OneFromTheOthers);

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(11)]
    public void The_database_stopped_for_twenty_seconds() => Repeated(cluster => DatabaseOutages.Stop(cluster, TimeSpan.FromSeconds(20)));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(12)]
    public void All_restarted_one_after_the_other() => Repeated(cluster => RollingRestart.Run(cluster, 100));

    [NeedsFact(Needs.Namespaces, Needs.Postgres), Place(99)]
    public void Every_call_ends_and_is_charged_once() => shared.End();

    private void Repeated(Action<RunningCluster> fault)
    {
        for (int time = 0; time < Times; time++)
        {
            shared.During(fault);
        }
    }
}
