using Controller.Sharding.Clocks;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>The server's clock as the reference of all nodes, and what the nodes have written beside it of their own.</summary>
internal static class ArbiterTime
{
    private const string Known =
        """
        SELECT clock_timestamp(), h.node_id, n.incarnation = h.incarnation AND n.phase IN (2, 3) AND NOT n.fenced, h.clock, h.at
        FROM (SELECT) AS one LEFT JOIN (node_hb h JOIN node n ON n.node_id = h.node_id) ON h.clock IS NOT NULL
        """;

    private const int Questions = 5;

    /// <summary>Of a node that has not beaten for so long, nor since somebody set the server's clock, it is not known how far it is from that clock now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A clock with the time that the cluster has: the server's, unless those that are up have another, or had when the last of them went down. Before the node has
    /// anything: later it could not be set back.
    /// </summary>
    public static ClusterClock Begin(NpgsqlConnection connection, int node, TimeProvider machine)
    {
        (long Middle, TimeSpan RoundTrip, DateTimeOffset Time) best = (0, TimeSpan.MaxValue, default);
        for (int question = 0; question < Questions; question++)
        {
            long sent = machine.GetTimestamp();
            List<(DateTimeOffset Server, ToldTime? Told)> rows = connection.ReadAll(row => (row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : ToldOf(row)), Known);
            long received = machine.GetTimestamp();
            DateTimeOffset time = TimeOf(rows[0].Server, [.. rows.Select(row => row.Told).OfType<ToldTime>()], node);
            TimeSpan roundTrip = machine.GetElapsedTime(sent, received);
            best = roundTrip < best.RoundTrip ? (sent + ((received - sent) / 2), roundTrip, time) : best;
        }

        return new ClusterClock(machine, best.Time, best.Middle);
    }

    public static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);

    public static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The median of the other nodes that are up and have just beaten; null if there are none.</summary>
    public static DateTimeOffset? Others(IReadOnlyList<ToldTime> told, int self, DateTimeOffset server)
    {
        DateTimeOffset[] others =
            [.. told.Where(one => one.IsUp && one.Node != self && server - one.At >= TimeSpan.Zero && server - one.At < Fresh).Select(one => one.Clock + (server - one.At)).Order()];
        return others.Length == 0 ? null : others[(others.Length - 1) / 2];
    }

    private static ToldTime? ToldOf(NpgsqlDataReader row) => new(row.GetInt32(1), row.GetBoolean(2), At(row.GetInt64(3)), row.GetFieldValue<DateTimeOffset>(4));

    private static DateTimeOffset TimeOf(DateTimeOffset server, IReadOnlyList<ToldTime> told, int self)
    {
        if (Others(told, self, server) is { } others)
        {
            return UnlessClose(server, others);
        }

        if (told.Count == 0)
        {
            return server;
        }

        // The server has been set since the last node went down if this lies before what that node has seen.
        ToldTime last = told.MaxBy(one => one.Clock);
        DateTimeOffset goneOn = last.Clock + (server - last.At);
        DateTimeOffset cluster = UnlessClose(server, goneOn > last.Clock ? goneOn : last.Clock);
        return (cluster - server).Duration() < ClusterClock.Furthest ? cluster : server;
    }

    /// <summary>A small difference may be a heartbeat that was long on its way.</summary>
    private static DateTimeOffset UnlessClose(DateTimeOffset server, DateTimeOffset cluster) => (cluster - server).Duration() <= ClusterClock.Close ? server : cluster;
}
