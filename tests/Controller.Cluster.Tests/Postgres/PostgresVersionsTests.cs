using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Cluster.Tests.Versions;
using Controller.Cluster.Versions;
using Controller.Servers;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Postgres;

[Collection(OnePostgres.Name)]
public sealed class PostgresVersionsTests(PostgresServer server) : VersionsCompliance, IDisposable
{
    private readonly string _database = server.NewDatabase();
    private readonly List<PostgresCluster> _nodes = [];

    [Fact]
    public void A_fenced_node_adds_nothing()
    {
        PostgresCluster fenced = Join(1);
        ConfigurationVersion version = new(new VersionHead(1, "", "", new Instant(1), "", ""), "late");
        using PostgresCluster again = PostgresCluster.Join(new PostgresOptions(_database, 1, AllowSingle: true), Member.Ordinary);
        Assert.Throws<FencedException>(() => fenced.Versions.Add(version, 5));
        Assert.Null(again.Versions.Newest());
        Assert.True(again.Versions.Add(version, 5));
    }

    [Fact]
    public void A_heartbeat_reads_the_active_number_and_what_every_node_runs()
    {
        PostgresCluster first = Join(1), second = Join(2);
        Assert.Equal(0, first.Ownership.Beat(default, -1).Configuration);
        Assert.True(first.Versions.Add(new ConfigurationVersion(new VersionHead(1, "", "", new Instant(1), "", ""), ""), 5));
        Assert.Equal(1, second.Ownership.Beat(default(BeatReport) with { Configuration = 7, ConfigurationProblem = "no file" }, -1).Configuration);
        ClusterView view = first.Ownership.Beat(default(BeatReport) with { Configuration = 1 }, -1);
        Assert.Equal([(1L, null), (7L, "no file")], view.Nodes.Select(node => (node.Report.Configuration, node.Report.ConfigurationProblem)));

        // It is another run, which runs nothing yet.
        second = Join(2);
        view = first.Ownership.Beat(default(BeatReport) with { Configuration = 1 }, -1);
        Assert.Equal([(1L, null), (0L, (string?)null)], view.Nodes.Select(node => (node.Report.Configuration, node.Report.ConfigurationProblem)));
    }

    [Fact]
    public void A_database_that_is_gone_is_one_line()
    {
        PostgresCluster node = Join(1);
        server.Ask(_database, "DROP TABLE config_version");
        Assert.Contains("config_version", Assert.Throws<JournalException>(node.Versions.Newest).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    protected override IConfigurationVersions Open() => Join(_nodes.Count + 1).Versions;

    protected override IConfigurationVersions Reopen() => Open();

    private PostgresCluster Join(int node)
    {
        PostgresCluster joined = PostgresCluster.Join(new PostgresOptions(_database, node, AllowSingle: true), Member.Ordinary);
        _nodes.Add(joined);
        return joined;
    }
}
