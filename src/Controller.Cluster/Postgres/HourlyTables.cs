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
    /// <summary>A commit without rows.</summary>
    public const string Begin = $"SELECT begin_commit({HeadValues})";

    // What begin_commit takes (Migrations/0005), and behind it the columns of the rows.
    private const string Head =
        """
        int, bigint, bigint, smallint[], bigint[], bytea[], smallint[], int[], bigint[], bigint[], bytea[], int[], bigint[], bigint[], bytea[], bigint[], smallint[], bytea[], bigint
        """;

    private const string RowColumns = "bytea[], bigint[], bigint[], smallint[], bigint[], bigint[], bytea[]";
    private const string HeadValues = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19";

    private readonly HashSet<int> _existing = [];

    /// <summary>The hour, in UTC, as YYYYMMDDHH: its number and its place in time sort alike.</summary>
    public static int BucketOf(Instant at)
    {
        DateTimeOffset time = at.ToDateTimeOffset();
        return (((((time.Year * 100) + time.Month) * 100) + time.Day) * 100) + time.Hour;
    }

    public static string Name(int bucket) => string.Create(CultureInfo.InvariantCulture, $"journal_{bucket:D10}");

    /// <summary>A commit with rows in this table: the parameters of <see cref="Begin"/>, then the rows' seven columns.</summary>
    public static string Append(int bucket) => $"SELECT append_{Name(bucket)}({HeadValues}, $20, $21, $22, $23, $24, $25, $26)";

    /// <summary>Rows for a table besides: node, incarnation, the seven columns. In the transaction of an <see cref="Append"/>.</summary>
    public static string Insert(int bucket) => Insert(bucket, "$1", "$2", "$3, $4, $5, $6, $7, $8, $9");

    /// <summary>Makes the tables that are missing, each for itself; a new hour is the occasion to drop what is no longer needed.</summary>
    public void Ensure(NpgsqlConnection connection, IEnumerable<int> buckets)
    {
        foreach (int bucket in buckets)
        {
            if (_existing.Contains(bucket))
            {
                continue;
            }

            // The lock: IF NOT EXISTS alone lets two nodes collide in the catalogue.
            using var batch = new NpgsqlBatch(connection);
            batch.Add("SELECT pg_advisory_xact_lock(21315, 1)");
            batch.Add($"CREATE TABLE IF NOT EXISTS {Name(bucket)} (LIKE journal_template INCLUDING ALL) WITH (toast_tuple_target = 8160)");
            // For itself: the table may have been made by a program that did not know of it.
            batch.Add(
                $"""
                CREATE OR REPLACE FUNCTION append_{Name(bucket)}({Head}, {RowColumns}) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                  PERFORM begin_commit({HeadValues});
                  {Insert(bucket, "$1", "$2", "$20, $21, $22, $23, $24, $25, $26")};
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
            connection.Run($"DROP FUNCTION IF EXISTS append_{Name(bucket)}");
            connection.Run($"DROP TABLE IF EXISTS {Name(bucket)}");
            _existing.Remove(bucket);
        }
    }

    private static string Insert(int bucket, string node, string incarnation, string columns) =>
        $"""
        INSERT INTO {Name(bucket)} (actor, life, seq, shard_id, epoch, node, incarnation, at, payload)
        SELECT actor, life, seq, shard_id, epoch, {node}, {incarnation}, at, payload FROM unnest({columns}) AS u(actor, life, seq, shard_id, epoch, at, payload)
        """;

    private static DateTimeOffset InstantOf(int bucket) =>
        DateTimeOffset.ParseExact(bucket.ToString("D10", CultureInfo.InvariantCulture), "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
