using System.Globalization;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The journal's tables, one an hour: rows are never deleted, their table is dropped when the last actor in it has ended (failover.md section 2.5).
/// Writer thread only.
/// </summary>
internal sealed class HourlyTables
{
    /// <summary>A commit without rows, which sets its mark (Migrations/0005): node, incarnation, number, and what is in <see cref="Parameters"/> before the rows.</summary>
    public const string WithoutRows = "SELECT begin_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

    // The order in which WriteSet adds them.
    private const string Parameters =
        """
        of_node int, of_incarnation bigint, shards smallint[], epochs bigint[],
          born bytea[], born_shards smallint[], born_buckets int[], born_lives bigint[], born_first_seqs bigint[],
          superseded bytea[], superseded_buckets int[], superseded_lives bigint[], superseded_first_seqs bigint[],
          died bytea[], died_lives bigint[], record_shards smallint[], records bytea[], delivered bigint,
          actors bytea[], lives bigint[], seqs bigint[], of_shards smallint[], of_epochs bigint[], ats bigint[], payloads bytea[]
        """;

    private readonly HashSet<int> _existing = [];

    /// <summary>The hour, in UTC, as YYYYMMDDHH: its number and its place in time sort alike.</summary>
    public static int BucketOf(Instant at)
    {
        DateTimeOffset time = at.ToDateTimeOffset();
        return (((((time.Year * 100) + time.Month) * 100) + time.Day) * 100) + time.Hour;
    }

    public static string Name(int bucket) => string.Create(CultureInfo.InvariantCulture, $"journal_{bucket:D10}");

    /// <summary>A commit with rows in this table: lock, check, living actors, outbox, rows.</summary>
    public static string Commit(int bucket) =>
        $"SELECT commit_{Name(bucket)}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)";

    /// <summary>Rows for a table besides: node, incarnation, the seven columns. In the transaction of a <see cref="Commit"/>.</summary>
    public static string Insert(int bucket) =>
        Insert(bucket, "$1::int", "$2::bigint", "$3::bytea[]", "$4::bigint[]", "$5::bigint[]", "$6::smallint[]", "$7::bigint[]", "$8::bigint[]", "$9::bytea[]");

    /// <summary>Makes the tables that are missing, each for itself; a new hour is the occasion to drop what is no longer needed.</summary>
    public void Ensure(WriterSession session, IEnumerable<int> buckets)
    {
        foreach (int bucket in buckets)
        {
            if (_existing.Contains(bucket))
            {
                continue;
            }

            using NpgsqlConnection connection = session.Ask();
            // The lock: IF NOT EXISTS alone lets two nodes collide in the catalogue.
            using var batch = new NpgsqlBatch(connection);
            batch.Add("SELECT pg_advisory_xact_lock(21315, 1)");
            batch.Add($"CREATE TABLE IF NOT EXISTS {Name(bucket)} (LIKE journal_template INCLUDING ALL) WITH (toast_tuple_target = 8160)");
            // For itself: the table may have been made by a program that did not know of it.
            batch.Add(
                $"""
                CREATE OR REPLACE FUNCTION commit_{Name(bucket)}({Parameters}) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                  -- VOLATILE, as it is by default: each statement has a snapshot of its own, so the check sees whatever changed hands before the lock was granted.
                  -- An expression, which PL/pgSQL evaluates without the executor. Void is never null; whoever has no lock must not be told that this is stored.
                  IF pg_advisory_xact_lock_shared(21314, of_node) IS NULL THEN RAISE EXCEPTION 'no lock of node %', of_node; END IF;
                  -- What is in order is seen by one look; require_ownership finds out what is not, and raises.
                  IF cardinality(shards) <> (
                    SELECT count(*) FROM node n, unnest(shards, epochs) AS held(s, e), shard o
                    WHERE n.node_id = of_node AND n.incarnation = of_incarnation AND NOT n.fenced
                      AND o.shard_id = held.s AND o.epoch = held.e AND o.owner_node = of_node AND o.owner_incarnation = of_incarnation) THEN
                    PERFORM require_ownership(of_node, of_incarnation, shards, epochs);
                  END IF;
                  IF cardinality(born) > 0 THEN
                    INSERT INTO live_actor (actor, shard_id, bucket, life, first_seq)
                    SELECT unnest(born), unnest(born_shards), unnest(born_buckets), unnest(born_lives), unnest(born_first_seqs);
                  END IF;
                  IF cardinality(superseded) > 0 THEN
                    UPDATE live_actor a SET bucket = u.bucket, first_seq = u.first_seq
                    FROM unnest(superseded, superseded_buckets, superseded_lives, superseded_first_seqs) AS u(actor, bucket, life, first_seq) WHERE a.actor = u.actor AND a.life = u.life;
                  END IF;
                  -- Behind the births: an actor may begin and end in one commit.
                  IF cardinality(died) > 0 THEN
                    DELETE FROM live_actor a USING (SELECT unnest(died) AS actor, unnest(died_lives) AS life) AS u WHERE a.actor = u.actor AND a.life = u.life;
                  END IF;
                  IF cardinality(records) > 0 THEN
                    INSERT INTO outbox (node, shard_id, payload) SELECT of_node, unnest(record_shards), unnest(records);
                  END IF;
                  IF delivered > 0 THEN
                    DELETE FROM outbox WHERE node = of_node AND id <= delivered;
                  END IF;
                  {Insert(bucket, "of_node", "of_incarnation", "actors", "lives", "seqs", "of_shards", "of_epochs", "ats", "payloads")};
                END $$
                """);
            batch.ExecuteNonQuery();
            _existing.Add(bucket);
            DropUnused(connection, before: bucket);
        }
    }

    /// <summary>An actor is put into the table of its own hour: one that is two hours old and empty of living actors stays so.</summary>
    private void DropUnused(NpgsqlConnection connection, int before)
    {
        int limit = BucketOf(new Instant(InstantOf(before).ToUnixTimeMilliseconds() - (long)TimeSpan.FromHours(1).TotalMilliseconds));
        List<int> unused = connection.ReadAll(row => int.Parse(row.GetString(0).AsSpan("journal_".Length), CultureInfo.InvariantCulture),
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname ~ '^journal_[0-9]{10}$' AND substr(c.relname, 9)::int < $1
              AND NOT EXISTS (SELECT FROM live_actor a WHERE a.bucket = substr(c.relname, 9)::int)
            """, Of(limit));
        foreach (int bucket in unused)
        {
            connection.Run($"DROP FUNCTION IF EXISTS commit_{Name(bucket)}");
            connection.Run($"DROP FUNCTION IF EXISTS append_{Name(bucket)}"); // Of the version before.
            connection.Run($"DROP TABLE IF EXISTS {Name(bucket)}");
            _existing.Remove(bucket);
        }
    }

    // A list of UNNEST in the SELECT gives row for row as it is asked; in FROM each is put into a store of its own first.
    private static string Insert(int bucket, string node, string incarnation, string actors, string lives, string sequences, string shards, string epochs, string instants, string payloads) =>
        $"""
        INSERT INTO {Name(bucket)} (actor, life, seq, shard_id, epoch, node, incarnation, at, payload)
        SELECT unnest({actors}), unnest({lives}), unnest({sequences}), unnest({shards}), unnest({epochs}), {node}, {incarnation}, unnest({instants}), unnest({payloads})
        """;

    private static DateTimeOffset InstantOf(int bucket) =>
        DateTimeOffset.ParseExact(bucket.ToString("D10", CultureInfo.InvariantCulture), "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
