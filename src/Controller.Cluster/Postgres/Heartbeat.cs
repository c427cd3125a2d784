using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Sharding.Clocks;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>One heartbeat: says that we live, and reads what the arbiter knows, in one round trip and one snapshot. It takes no lock that a writer or a fence holds.</summary>
internal static class Heartbeat
{
    private const string Count =
        """
        UPDATE node_hb SET beat = $3, at = clock_timestamp(), dispatch_lag_ms = $4, commit_ms = $5, calls = $6, clock = $7, config = $8, config_problem = $9
        WHERE node_id = $1 AND incarnation = $2 AND beat < $3
        """;

    private const string Nodes =
        """
        SELECT n.node_id, n.incarnation, n.name, n.phase, n.fenced, n.roles, n.level, n.link, coalesce(h.beat, 0), coalesce(h.dispatch_lag_ms, 0), coalesce(h.commit_ms, 0),
          coalesce(h.calls, 0), coalesce(n.quarantined_until > clock_timestamp(), false), h.clock, h.at,
          coalesce(h.config, 0), h.config_problem
        FROM node n LEFT JOIN node_hb h ON h.node_id = n.node_id AND h.incarnation = n.incarnation ORDER BY n.node_id
        """;

    private const string Votes =
        """
        SELECT s.target, s.target_incarnation, s.voter, s.voter_incarnation FROM suspicion s
        WHERE EXISTS (SELECT FROM node WHERE node_id = s.target AND incarnation = s.target_incarnation AND NOT fenced)
          AND EXISTS (SELECT FROM node WHERE node_id = s.voter AND incarnation = s.voter_incarnation AND NOT fenced)
        ORDER BY s.target, s.voter
        """;

    private const string Shards = "SELECT s.shard_id, s.owner_node, s.owner_incarnation, s.epoch FROM cluster c CROSS JOIN shard s WHERE c.map_version <> $1 ORDER BY s.shard_id";
    private const string Addresses = "SELECT s.address, s.owner_node, s.owner_incarnation, s.epoch FROM cluster c CROSS JOIN address s WHERE c.map_version <> $1 ORDER BY s.address";

    /// <param name="beat">Counted by the node itself: one that was abandoned and arrives late does not set it back.</param>
    public static (ClusterView View, ClockReading Time) Exchange(
        NpgsqlConnection connection, Incarnation self, long beat, BeatReport report, long knownMapVersion, ClusterClock clock)
    {
        long sent = clock.GetTimestamp();
        using var batch = new NpgsqlBatch(connection);
        batch.Add("BEGIN ISOLATION LEVEL REPEATABLE READ");
        batch.Add(Count, Of(self.Node.Value), Of(self.Number), Of(beat), Of(Milliseconds(report.DispatchLag)), Of(Milliseconds(report.Commit)), Of(report.Calls),
            Of(ArbiterTime.Microseconds(clock.GetUtcNow())), Of(report.Configuration), OfNullable(report.ConfigurationProblem));
        batch.Add("SELECT map_version, feature_level, clock_timestamp(), (SELECT coalesce(max(number), 0) FROM config_version) FROM cluster");
        batch.Add(Nodes);
        batch.Add(Votes);
        batch.Add(Shards, Of(knownMapVersion));
        batch.Add(Addresses, Of(knownMapVersion));
        batch.Add("COMMIT");
        using NpgsqlDataReader reader = batch.ExecuteReader();
        reader.Read();
        long received = clock.GetTimestamp();
        (long version, int level, DateTimeOffset time, long configuration) = (reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3));
        List<ToldTime> told = [];
        ImmutableArray<NodeRow> nodes = Next(reader, row =>
        {
            NodeRow node = NodeOf(row);
            if (!row.IsDBNull(13))
            {
                told.Add(new ToldTime(node.Incarnation.Node.Value, node is { Fenced: false, Phase: MemberPhase.Up or MemberPhase.Leaving }, ArbiterTime.At(row.GetInt64(13)), row.GetFieldValue<DateTimeOffset>(14)));
            }

            return node;
        });
        ImmutableArray<Vote> votes = Next(reader, row => new Vote(IncarnationOf(row, 0), IncarnationOf(row, 2)));
        ImmutableArray<OwnedShard> shards = Next(reader, row => new OwnedShard(new ShardId(row.GetInt16(0)), OwnerOf(row), new Epoch(row.GetInt64(3))));
        ImmutableArray<OwnedAddress> addresses = Next(reader, row => new OwnedAddress(row.GetString(0), OwnerOf(row), new Epoch(row.GetInt64(3))));
        return (new ClusterView(version, level, nodes, votes, version == knownMapVersion ? default : shards, version == knownMapVersion ? default : addresses) { Configuration = configuration },
            new ClockReading(sent, received, time, ArbiterTime.Others(told, self.Node.Value, time)));
    }

    private static ImmutableArray<T> Next<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        reader.NextResult();
        ImmutableArray<T>.Builder rows = ImmutableArray.CreateBuilder<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows.ToImmutable();
    }

    private static NodeRow NodeOf(NpgsqlDataReader row) => new(
        IncarnationOf(row, 0), row.GetString(2), (MemberPhase)row.GetInt16(3), row.GetBoolean(4), (NodeRoles)row.GetInt16(5), row.GetInt32(6), row.GetString(7), row.GetInt64(8),
        new BeatReport(TimeSpan.FromMilliseconds(row.GetInt32(9)), TimeSpan.FromMilliseconds(row.GetInt32(10)), row.GetInt32(11))
        {
            Configuration = row.GetInt64(15),
            ConfigurationProblem = row.IsDBNull(16) ? null : row.GetString(16),
        },
        row.GetBoolean(12));

    private static Incarnation? OwnerOf(NpgsqlDataReader row) => row.IsDBNull(1) ? null : IncarnationOf(row, 1);

    private static Incarnation IncarnationOf(NpgsqlDataReader row, int column) => new(new NodeId(row.GetInt32(column)), row.GetInt64(column + 1));

    private static int Milliseconds(TimeSpan span) => (int)Math.Clamp(span.TotalMilliseconds, 0, int.MaxValue);
}
