using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>Calls of eight rows each, 2000 alive at a time, the last row forgets: what an ordinary load does to the table.</summary>
internal static class Measurement
{
    private const int RowsPerCall = 8;
    private const int Alive = 2000;

    public static int Run(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (int payload in (int[])[300, 900])
        {
            foreach ((int perCommit, int commits) in ((int, int)[])[(1, 4000), (20, 1000), (100, 400)])
            {
                Measure(Path.Combine(directory, $"measure-{payload}-{perCommit}.db"), payload, perCommit, commits, TimeSpan.Zero);
            }
        }

        return 0;
    }

    /// <summary>Some 500 calls a second for so long.</summary>
    public static int Run(string directory, int seconds)
    {
        Directory.CreateDirectory(directory);
        Measure(Path.Combine(directory, "measure-paced.db"), 600, 8, seconds * 500, TimeSpan.FromMilliseconds(2));
        return 0;
    }

    private static void Measure(string path, int payloadBytes, int perCommit, int commits, TimeSpan every)
    {
        var times = new double[commits];
        long fileBytes, logBytes;
        var total = new Stopwatch();
        TimeSpan cpu;
        using (SqliteJournal journal = SqliteJournal.Open(path))
        {
            Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
            byte[] payload = new byte[payloadBytes];
            Random random = new(1);
            random.NextBytes(payload);
            var calls = new (UInt128 Key, int Rows)[Alive];
            for (int i = 0; i < Alive; i++)
            {
                calls[i] = (NewKey(random), 0);
            }

            TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
            total.Start();
            for (int commit = 0; commit < commits; commit++)
            {
                while (total.Elapsed < every * commit)
                {
                    Thread.Sleep(1);
                }

                var entries = new JournalEntry[perCommit];
                for (int i = 0; i < perCommit; i++)
                {
                    ref (UInt128 Key, int Rows) call = ref calls[((commit * perCommit) + i) % Alive];
                    var actor = new ActorId(new ActorKind(1), call.Key);
                    call.Rows++;
                    bool ends = call.Rows == RowsPerCall;
                    entries[i] = new JournalEntry(
                        actor, call.Rows, fences[actor.ShardOf(256).Value], new Instant(commit), payload, false, ends, default);
                    if (ends)
                    {
                        call = (NewKey(random), 0);
                    }
                }

                var batch = new TestBatch(entries);
                long start = Stopwatch.GetTimestamp();
                journal.Append(batch);
                if (batch.Wait() is not AppendResult.Appended)
                {
                    throw new InvalidOperationException("not appended");
                }

                times[commit] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            total.Stop();
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpuBefore;
            fileBytes = new FileInfo(path).Length;
            logBytes = new FileInfo(path + "-wal").Length;
        }

        double rows = (double)perCommit * commits;
        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{payloadBytes,5} B, {perCommit,3} rows per commit: {times.Sum() / rows,6:0.0} us/row, cpu {cpu.TotalMicroseconds / rows,6:0.0} us/row, {rows / total.Elapsed.TotalSeconds,8:0} rows/s; commit p50 {times[commits / 2],6:0} p99 {times[commits * 99 / 100],6:0} max {times[^1],7:0} us; file {fileBytes / 1048576.0:0.0} MiB, log {logBytes / 1048576.0:0.0} MiB"));
    }

    private static UInt128 NewKey(Random random) => new((ulong)random.NextInt64(), (ulong)random.NextInt64());
}
