using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>100,000 actors of seven rows, written as calls would write them: the rows of an actor are not together, and as many that have ended are among them.</summary>
internal static class RecoveryMeasurement
{
    private const int Actors = 100_000;
    private const int Rows = 7;
    private const int Between = 400;

    public static int Run(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, "recovery.db");
        Write(path);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        using SqliteJournal journal = SqliteJournal.Open(path);
        TimeSpan opened = Stopwatch.GetElapsedTime(start);
        long memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        journal.Claim(Appender.Shards);
        start = Stopwatch.GetTimestamp();
        int rows = 0;
        journal.Recover(Appender.Shards, _ => rows++);
        TimeSpan read = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1000; i++)
        {
            journal.Load(Of(i * 97, lives: true));
        }

        TimeSpan loaded = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"file {new FileInfo(path).Length / 1048576.0:0} MiB; opened in {opened.TotalSeconds:0.00} s; {rows} rows in {read.TotalSeconds:0.00} s, {rows / read.TotalSeconds:0} rows/s; one actor in {loaded.TotalMicroseconds / 1000:0} us; {memory / (double)Actors:0} octets of memory an actor"));
        return 0;
    }

    private static void Write(string path)
    {
        using SqliteJournal journal = SqliteJournal.Open(path);
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        byte[] payload = new byte[550];
        var last = new TestBatch();
        for (int step = 0; step < Actors + (Rows * Between); step += 50)
        {
            var entries = new List<JournalEntry>();
            for (int i = step; i < step + 50; i++)
            {
                for (int row = 0; row < Rows && i - (row * Between) >= 0; row++)
                {
                    if (i - (row * Between) is var number && number < Actors)
                    {
                        foreach (bool lives in (bool[])[true, false])
                        {
                            ActorId actor = Of(number, lives);
                            entries.Add(new JournalEntry(actor, row + 1, fences[actor.ShardOf(256).Value], new Instant(step), payload, false, !lives && row == Rows - 1, default));
                        }
                    }
                }
            }

            last = new TestBatch([.. entries]);
            journal.Append(last);
            if (step % 2000 == 0 && last.Wait() is not AppendResult.Appended)
            {
                throw new InvalidOperationException("not appended");
            }
        }

        last.Wait();
    }

    private static ActorId Of(int number, bool lives) =>
        new(new ActorKind((byte)(lives ? 1 : 2)), new UInt128((ulong)number * 0x9E3779B97F4A7C15, (ulong)number));
}
