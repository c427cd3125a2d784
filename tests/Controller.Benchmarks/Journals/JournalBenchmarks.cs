using System.Globalization;
using Controller.Benchmarks.Harness;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres;
using Controller.Cluster.Sqlite;
using Controller.Servers;

namespace Controller.Benchmarks.Journals;

/// <summary>An event of 300 octets made durable: alone, and in commits of 20 and of 100. Every commit is on the disk before it counts.</summary>
internal static class JournalBenchmarks
{
    private const int PayloadBytes = 300;
    private const int RowsOfACall = 6, RowsAlone = 9;
    private static readonly int[] Batches = [1, 20, 100], FullBatches = [20, 100, 500];

    public static IEnumerable<Benchmark> All
    {
        get
        {
            foreach (int rows in Batches)
            {
                yield return new Benchmark(Name("SQLite", rows), () => Sqlite(rows, RowsAlone), Shared: true);
            }

            if (PostgresServer.Installed is null)
            {
                Console.Error.WriteLine("PostgreSQL is not installed: its journal is left out");
                yield break;
            }

            foreach (int rows in Batches)
            {
                yield return new Benchmark(Name("PostgreSQL", rows), () => Postgres(rows, RowsAlone), Shared: true);
            }
        }
    }

    /// <summary>At full batching, for what it takes of the processors: six events a call, of which the last ends it.</summary>
    public static IEnumerable<ProcessorBenchmark> Processor
    {
        get
        {
            foreach (int rows in FullBatches)
            {
                yield return new ProcessorBenchmark($"{Name("SQLite", rows)}, {RowsOfACall} a call", () => Sqlite(rows, RowsOfACall));
            }

            foreach (int rows in PostgresServer.Installed is null ? [] : FullBatches)
            {
                yield return new ProcessorBenchmark($"{Name("PostgreSQL", rows)}, {RowsOfACall} a call", () => Postgres(rows, RowsOfACall));
            }
        }
    }

    private static string Name(string store, int rows) => string.Create(CultureInfo.InvariantCulture, $"journal: one event of {PayloadBytes} B, {rows} a commit, {store}");

    private static Subject Sqlite(int rows, int rowsPerCall)
    {
        string folder = Directory.CreateTempSubdirectory("bench-").FullName;
        SqliteJournal journal = SqliteJournal.Open(Path.Combine(folder, "journal.db"));
        return Of(new JournalLoad(journal, PayloadBytes, rowsPerCall), rows, static () => TimeSpan.Zero, journal, new TemporaryFolder(folder));
    }

    private static Subject Postgres(int rows, int rowsPerCall)
    {
        var server = new PostgresServer();
        PostgresCluster cluster = PostgresCluster.Join(new PostgresOptions(server.NewDatabase(), Node: 1, AllowSingle: true),
            new NodeDescription("n", NodeRoles.Edge | NodeRoles.Actors, Level: 1, "127.0.0.1:7000"));
        return Of(new JournalLoad(cluster.Journal, PayloadBytes, rowsPerCall), rows, server.ProcessorTime, cluster, server);
    }

    private static Subject Of(JournalLoad load, int rows, Func<TimeSpan> database, params IDisposable[] owned) => new(operations =>
    {
        for (int done = 0; done < operations; done += rows)
        {
            load.Commit(rows);
        }
    }, owned)
    {
        Together = rows,
        Database = database,
    };
}
