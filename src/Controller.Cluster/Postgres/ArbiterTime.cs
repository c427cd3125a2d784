using Controller.Sharding.Clocks;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>The server's clock as the reference of all nodes, and what the nodes have written beside it of their own.</summary>
internal static class ArbiterTime
{
    /// <summary>
    /// The median of the other nodes that are up and have just beaten, or null; of node $1. One that has not beaten since somebody set the server's clock does not
    /// count: how far it is from that clock is not known.
    /// </summary>
    public const string Others =
        """
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY h.clock + (extract(epoch FROM clock_timestamp() - h.at) * 1000000)::bigint)
        FROM node n JOIN node_hb h ON h.node_id = n.node_id AND h.incarnation = n.incarnation
        WHERE n.node_id <> $1 AND n.phase IN (2, 3) AND NOT n.fenced AND h.at BETWEEN clock_timestamp() - interval '2 s' AND clock_timestamp()
        """;

    /// <summary>And the newest time that any node has told, with the server's own at that moment.</summary>
    private const string Known =
        $"""
        SELECT clock_timestamp(), ({Others}), last.clock, last.at
        FROM (SELECT) AS one LEFT JOIN (SELECT clock, at FROM node_hb WHERE clock IS NOT NULL ORDER BY clock DESC LIMIT 1) AS last ON true
        """;

    private const int Questions = 5;

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
            DateTimeOffset time = connection.ReadAll(TimeOf, Known, Of(node))[0];
            long received = machine.GetTimestamp();
            TimeSpan roundTrip = machine.GetElapsedTime(sent, received);
            best = roundTrip < best.RoundTrip ? (sent + ((received - sent) / 2), roundTrip, time) : best;
        }

        return new ClusterClock(machine, best.Time + machine.GetElapsedTime(best.Middle));
    }

    public static DateTimeOffset At(long microseconds) => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);

    public static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset TimeOf(NpgsqlDataReader row)
    {
        DateTimeOffset server = row.GetFieldValue<DateTimeOffset>(0);
        if (!row.IsDBNull(1))
        {
            return UnlessClose(server, At(row.GetInt64(1)));
        }

        if (row.IsDBNull(2))
        {
            return server;
        }

        // The server has been set since the last node went down if this lies before what that node has seen.
        DateTimeOffset last = At(row.GetInt64(2));
        DateTimeOffset goneOn = last + (server - row.GetFieldValue<DateTimeOffset>(3));
        DateTimeOffset cluster = UnlessClose(server, goneOn > last ? goneOn : last);
        return (cluster - server).Duration() < ClusterClock.Furthest ? cluster : server;
    }

    /// <summary>A small difference may be a heartbeat that was long on its way.</summary>
    private static DateTimeOffset UnlessClose(DateTimeOffset server, DateTimeOffset cluster) => (cluster - server).Duration() <= ClusterClock.Close ? server : cluster;
}
