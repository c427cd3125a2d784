using System.Text.Json;
using Controller.Interop.Tests.Harness;
using Controller.Servers;

namespace Controller.Interop.Tests.Cluster.Bed;

/// <summary>A cluster on machines of its own, its PostgreSQL, and a place for the parties: everything of it is gone after the test.</summary>
internal sealed class ClusterBed : IDisposable
{
    private const string Settings = "track_commit_timestamp = on\nmax_connections = 100\nclient_connection_check_interval = 500\ntcp_user_timeout = 1500\n";
    private readonly TemporaryFolder _folder = new();
    private readonly Func<int> _shards;
    private readonly IReadOnlyList<string> _roles;

    /// <param name="farPort">Of the callees over UDP; <paramref name="streamPort"/> over TCP.</param>
    public ClusterBed(int nodes, ClusterNetwork network, int farPort, int streamPort, string extra = "", IReadOnlyList<string>? roles = null)
    {
        Network = network;
        Postgres = PostgresServer.On(network.Here, Settings);
        Database = Postgres.NewDatabase();
        var setup = new ClusterSetup(network, _folder.Path, Database) { FarPort = farPort, StreamPort = streamPort, Nodes = nodes, Extra = extra, Roles = roles ?? [] };
        _roles = setup.Roles;
        for (int index = 0; index < nodes; index++)
        {
            setup.Write(index);
        }

        Nodes = [.. Enumerable.Range(0, nodes).Select(index => new ClusterNode(setup, index))];
        _shards = () => int.Parse(Ask("SELECT n_shards FROM cluster"), System.Globalization.CultureInfo.InvariantCulture);
    }

    public ClusterNetwork Network { get; }
    public PostgresServer Postgres { get; }

    /// <summary>Connection string of what the nodes share.</summary>
    public string Database { get; }
    public IReadOnlyList<ClusterNode> Nodes { get; }
    public IReadOnlyList<string> ChargingFiles => [.. Nodes.Select(node => node.ChargingFile)];

    /// <summary>All nodes, one after the other.</summary>
    public void Start()
    {
        foreach (ClusterNode node in Nodes)
        {
            node.Start();
        }

        AwaitBalance(TimeSpan.FromSeconds(60));
    }

    /// <summary>
    /// What a machine's service manager does: what has ended is started again, and what ends while the cluster comes to balance, too: a node that stood still may wake
    /// while the others are about to fence it, and ends after it was seen to go on. One that ends a second time is at fault.
    /// </summary>
    public void Restore()
    {
        var started = new HashSet<int>();
        int shards = _shards();
        Eventually.True(() => Nodes.All(node => !Revive(node, started)) && Nodes.All(node => IsBalanced(node, shards)), TimeSpan.FromSeconds(60),
            () => $"the cluster is not balanced:\n{Describe()}");
    }

    public string Ask(string sql) => Postgres.Ask(Database, sql);

    /// <summary>Every node that runs says that all are up and that each has its share of the shards.</summary>
    public void AwaitBalance(TimeSpan limit)
    {
        int shards = _shards();
        Eventually.True(() => Nodes.All(node => IsBalanced(node, shards)), limit, () => $"the cluster is not balanced:\n{Describe()}");
    }

    /// <summary>Whether the node's HTTP interface does.</summary>
    public static bool Answers(ClusterNode node) => Look(node) is not null;

    /// <summary>What the nodes say of the cluster, and the end of what they printed.</summary>
    public string Describe(int characters = 2500) => string.Join('\n', Nodes.Select(node =>
        $"== node {node.Number} ({(node.HasEnded ? "ended" : "runs")}) sees {Seen(node)}\n{(node.Log.Length > characters ? node.Log[^characters..] : node.Log)}"));

    /// <summary>Which shards went where, newest first; empty if the database is away.</summary>
    public string LastMoves() => Ask(
        "SELECT format('%s %s/%s epoch %s: %s', to_char(at, 'HH24:MI:SS.MS'), owner_node, owner_incarnation, epoch, string_agg(format('%s %s', shard_id, cause), ', ')) FROM shard_log GROUP BY at, owner_node, owner_incarnation, epoch ORDER BY at DESC LIMIT 300");

    public void Dispose()
    {
        foreach (ClusterNode node in Nodes)
        {
            node.Dispose();
        }

        Postgres.Dispose();
        _folder.Dispose();
    }

    /// <summary>Whether it had ended.</summary>
    private bool Revive(ClusterNode node, HashSet<int> started)
    {
        if (!node.HasEnded)
        {
            return false;
        }

        Assert.True(started.Add(node.Number), $"node {node.Number} was started again and has ended with {node.ExitCode}:\n{Describe()}");
        node.Start();
        return true;
    }

    private bool IsBalanced(ClusterNode node, int shards)
    {
        if (node.HasEnded || Look(node) is not { } view)
        {
            return false;
        }

        JsonElement[] members = [.. view.GetProperty("nodes").EnumerateArray()];
        int[] owned = [.. members.Where(member => HasActors(member.GetProperty("id").GetInt32())).Select(member => member.GetProperty("shards").GetInt32())];
        return members.Length == Nodes.Count && members.All(member => member.GetProperty("state").GetString() == "up") &&
            owned.Sum() == shards && owned.Max() - owned.Min() <= 1;
    }

    private bool HasActors(int number) => _roles.Count == 0 || _roles[number - 1].Contains("actors", StringComparison.Ordinal);

    private static string Seen(ClusterNode node) => node.HasEnded ? "nothing" : Look(node)?.GetRawText() ?? "nothing";

    /// <summary>Null while it does not answer.</summary>
    private static JsonElement? Look(ClusterNode node)
    {
        try
        {
            return node.Admin.Get("/api/v1/cluster");
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
