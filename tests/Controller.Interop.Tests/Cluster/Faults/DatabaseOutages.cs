using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Faults;

/// <summary>The arbiter is away: nobody may take anything over, nothing is decided, and what the parties repeat is taken when it is back.</summary>
internal static class DatabaseOutages
{
    /// <summary>Until a node knows that the database is back.</summary>
    private const int AfterwardsMs = 5000;

    public static void Kill(RunningCluster cluster)
    {
        cluster.Load.MayRefuse(60_000);
        cluster.Bed.Postgres.Kill();
        Eventually.Elapse(TimeSpan.FromSeconds(1)); // a machine that restarts its server is not faster
        cluster.Bed.Postgres.Start();
        cluster.Load.MayRefuse(AfterwardsMs);
    }

    public static void Stop(RunningCluster cluster, TimeSpan time)
    {
        int before = cluster.Load.TurnedAway;
        cluster.Load.MayRefuse((int)time.TotalMilliseconds + AfterwardsMs);
        cluster.Bed.Postgres.Signal(Signals.Stop);
        try
        {
            Eventually.Elapse(time);
        }
        finally
        {
            cluster.Bed.Postgres.Signal(Signals.Continue);
        }

        Figures.Record($"figure: PostgreSQL stopped for {time.TotalSeconds:0} s: {cluster.Load.TurnedAway - before} new calls turned away");
    }
}
