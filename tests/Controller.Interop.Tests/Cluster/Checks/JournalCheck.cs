using System.Globalization;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Checks;

/// <summary>
/// What the database itself says of who has written what, and when: the server stamps commits, and no clock of a node takes part.
/// </summary>
internal static class JournalCheck
{
    /// <summary>Tables that grow so fast have no statistics, and a join by nested loops takes half a minute.</summary>
    private const string Joining = "SET enable_nestloop = off;";

    /// <summary>Of every row: its epoch was its writer's, and it was committed while it was. 0 rows are otherwise: nobody has written after it was fenced.</summary>
    public static void AssertOnlyOwnersWrote(ClusterBed bed)
    {
        string wrong = bed.Ask($"""
            {Joining}
            WITH term AS (
              SELECT shard_id, epoch, owner_node, owner_incarnation, at, lead(at) OVER (PARTITION BY shard_id ORDER BY epoch) AS until FROM shard_log)
            SELECT count(*) || ' of ' || (SELECT count(*) FROM ({Rows(bed)}) AS every)
              || coalesce(', as of ' || min(format('shard %s epoch %s: %s/%s at %s', j.shard_id, j.epoch, j.node, j.incarnation, j.stamp)), '')
            FROM ({Rows(bed)}) AS j LEFT JOIN term t ON t.shard_id = j.shard_id AND t.epoch = j.epoch
            WHERE t.owner_node IS NULL OR (j.node, j.incarnation) <> (t.owner_node, t.owner_incarnation) OR j.stamp < t.at OR j.stamp > t.until
            """);
        Assert.True(wrong.StartsWith("0 of ", StringComparison.Ordinal), "rows that not the owner wrote: " + wrong);
        Assert.False(wrong == "0 of 0", "the journal holds no row: nothing was checked");
    }

    /// <summary>Per survivor: seconds from <paramref name="fault"/> until its first commit for a shard that it has claimed since.</summary>
    public static IReadOnlyList<double> FirstCommits(ClusterBed bed, DateTimeOffset fault) => Figures(bed.Ask($"""
        {Joining}
        SELECT extract(epoch FROM min(j.stamp) - {Stamp(fault)}) FROM ({Rows(bed, fault)}) AS j JOIN shard_log l ON l.shard_id = j.shard_id AND l.epoch = j.epoch
        WHERE l.at > {Stamp(fault)} GROUP BY j.node, j.incarnation ORDER BY 1
        """));

    /// <summary>Per shard that has changed hands since <paramref name="fault"/>: seconds until it was claimed.</summary>
    public static IReadOnlyList<double> Claims(ClusterBed bed, DateTimeOffset fault) => Figures(bed.Ask(
        $"SELECT extract(epoch FROM min(at) - {Stamp(fault)}) FROM shard_log WHERE at > {Stamp(fault)} GROUP BY shard_id ORDER BY 1"));

    /// <summary>The node's newest incarnation, and whether it is fenced.</summary>
    public static string Incarnation(ClusterBed bed, int node) =>
        bed.Ask(string.Create(CultureInfo.InvariantCulture, $"SELECT incarnation || CASE WHEN fenced THEN ' fenced' ELSE '' END FROM node WHERE node_id = {node}"));

    /// <summary>Tombstones last as long as repetitions may come; then nothing of ended calls is left.</summary>
    public static void AwaitEmpty(ClusterBed bed) => Eventually.True(
        () => bed.Ask("SELECT (SELECT count(*) FROM live_actor) + (SELECT count(*) FROM outbox)") == "0", TimeSpan.FromSeconds(60),
        () => "left in the journal, actors and charging records: " + bed.Ask("SELECT (SELECT count(*) FROM live_actor) || ' ' || (SELECT count(*) FROM outbox)"));

    /// <summary>The rows of all hours that were decided since, each with the time of its commit.</summary>
    private static string Rows(ClusterBed bed, DateTimeOffset since = default)
    {
        long from = since == default ? 0 : since.ToUnixTimeMilliseconds();
        string[] tables = bed.Ask("SELECT tablename FROM pg_tables WHERE tablename ~ '^journal_[0-9]+$'").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(" UNION ALL ", tables.Select(table => string.Create(CultureInfo.InvariantCulture, $"SELECT shard_id, epoch, node, incarnation, pg_xact_commit_timestamp(xmin) AS stamp FROM {table} WHERE at >= {from}")));
    }

    private static string Stamp(DateTimeOffset time) => $"timestamptz '{time:yyyy-MM-dd HH:mm:ss.ffffffzzz}'";

    private static IReadOnlyList<double> Figures(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
}
