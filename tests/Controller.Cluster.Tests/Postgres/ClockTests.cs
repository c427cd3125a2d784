using System.Globalization;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Servers;
using Controller.Sharding.Clocks;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>The time that nodes share, whatever their own wall clocks say, and who takes whose when a server was set.</summary>
[Collection(OnePostgres.Name)]
public sealed class ClockTests(PostgresServer server)
{
    /// <summary>Of two readings, and of a busy machine: far less than what is set here.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private readonly string _database = server.NewDatabase();

    [Fact]
    public void Nodes_whose_wall_clocks_are_an_hour_wrong_have_the_servers_time()
    {
        WrongWall early = new(TimeSpan.FromHours(-1)), late = new(TimeSpan.FromHours(1));
        using PostgresCluster first = Join(1, early), second = Join(2, late);
        AssertNear(default, first.Clock);
        Assert.InRange((first.Clock.GetUtcNow() - second.Clock.GetUtcNow()).Duration(), TimeSpan.Zero, ClusterClock.LongestRoundTrip);

        // And keep it, whoever sets theirs then.
        early.Wrong = late.Wrong = TimeSpan.FromHours(3);
        foreach (PostgresCluster node in new[] { first, second, first, second })
        {
            node.Ownership.Enter(MemberPhase.Up);
            node.Ownership.Beat(default, -1);
        }

        AssertNear(default, first.Clock);
        AssertNear(default, second.Clock);
    }

    [Fact]
    public void A_server_that_is_set_moves_nobody_and_who_joins_takes_the_time_of_the_others()
    {
        using PostgresCluster first = Join(1), second = Join(2);
        List<TimeSpan> told = [];
        first.Clock.Apart += told.Add;
        foreach (PostgresCluster node in new[] { first, second })
        {
            node.Ownership.Enter(MemberPhase.Up);
        }

        // As if the server had been set forward by ten minutes: what it reads of its clock is that much later than all that was written by the others.
        Beat(first, second);
        Assert.Empty(told);
        Ask($"UPDATE node_hb SET clock = clock - {TenMinutes.Ticks / TimeSpan.TicksPerMicrosecond}");
        using PostgresCluster joining = Join(3);
        AssertNear(-TenMinutes, joining.Clock);
        joining.Ownership.Beat(default, -1);
        AssertNear(-TenMinutes, joining.Clock);
        Assert.InRange(joining.Clock.Ahead, -TenMinutes - Near, -TenMinutes + Near);

        // Those it follows had not been moved in truth: they say so, and it does not go back.
        Beat(first, second);
        AssertNear(default, first.Clock);
        AssertNear(default, second.Clock);
    }

    [Theory]
    [InlineData("at = at - interval '1 hour', clock = clock - 3600000000", 0)]
    [InlineData("at = at - interval '1 hour', clock = clock - 3000000000", 600)]
    [InlineData("at = at - interval '1 hour', clock = clock - 4200000000", -600)]
    [InlineData("at = at + interval '1 hour', clock = clock + 600000000", 600)]
    [InlineData("at = at - interval '1 hour', clock = clock + 86500000000", 0)]
    [InlineData("clock = NULL", 0)]
    public void When_all_were_down_the_next_goes_on_where_the_last_was(string set, int seconds)
    {
        using (PostgresCluster last = Join(1))
        {
            last.Ownership.Enter(MemberPhase.Up);
            last.Ownership.Beat(default, -1);
        }

        Ask($"UPDATE node_hb SET {set}");
        using PostgresCluster next = Join(2);
        AssertNear(TimeSpan.FromSeconds(seconds), next.Clock);
    }

    private static void Beat(params PostgresCluster[] nodes)
    {
        foreach (PostgresCluster node in nodes)
        {
            node.Ownership.Beat(default, -1);
        }
    }

    private void AssertNear(TimeSpan ahead, ClusterClock clock)
    {
        double seconds = double.Parse(Ask("SELECT extract(epoch FROM clock_timestamp())"), CultureInfo.InvariantCulture);
        Assert.InRange(clock.GetUtcNow() - DateTimeOffset.UnixEpoch.AddSeconds(seconds), ahead - Near, ahead + Near);
    }

    private string Ask(string sql) => server.Ask(_database, sql);

    private PostgresCluster Join(int node, TimeProvider? machine = null) =>
        PostgresCluster.Join(new PostgresOptions(_database, node, AllowSingle: true), Member.Ordinary, machine);

    private sealed class WrongWall(TimeSpan wrong) : TimeProvider
    {
        public TimeSpan Wrong { get; set; } = wrong;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Wrong;
    }
}
