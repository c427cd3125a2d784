using System.Globalization;
using Controller.Benchmarks.Journals;
using Controller.Benchmarks.Messages;
using Controller.Benchmarks.Registrations;
using Controller.Cluster.Sqlite;
using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Benchmarks.Gate;

/// <summary>What does not depend on how fast a machine is, nor on what else it does: the same program counts the same wherever it runs.</summary>
internal static class Counters
{
    private const int Warm = 300, Calls = 200, Together = 10, Kept = 1000;

    public static SortedDictionary<string, double> Count()
    {
        var counted = new SortedDictionary<string, double>(StringComparer.Ordinal);
        OfCalls(counted, together: 1);
        OfCalls(counted, Together);
        OfKeeping(counted);
        OfMessages(counted);
        OfSqlite(counted);
        return counted;
    }

    private static void OfCalls(SortedDictionary<string, double> counted, int together)
    {
        using var engine = new MeasuredEngine();
        for (int i = 0; i < Warm; i += together)
        {
            engine.Carry(together);
        }

        engine.Allocated.Clear();
        (int commits, int entries, long octets) = (engine.Journal.Commits, engine.Journal.Entries, engine.Journal.Octets);
        for (int i = 0; i < Calls; i += together)
        {
            engine.Carry(together);
        }

        string how = together == 1 ? "a call alone" : string.Create(CultureInfo.InvariantCulture, $"a call, {together} in lockstep");
        foreach ((string kind, long allocated) in engine.Allocated)
        {
            counted[$"{how}: octets allocated for {kind}"] = (double)allocated / Calls;
        }

        counted[$"{how}: octets allocated"] = (double)engine.Allocated.Values.Sum() / Calls;
        counted[$"{how}: commits"] = (double)(engine.Journal.Commits - commits) / Calls;
        counted[$"{how}: journal entries"] = (double)(engine.Journal.Entries - entries) / Calls;
        counted[$"{how}: octets stored"] = (double)(engine.Journal.Octets - octets) / Calls;
    }

    private static void OfKeeping(SortedDictionary<string, double> counted)
    {
        using var engine = new MeasuredEngine();
        engine.Carry(Kept);
        (counted["a call: octets kept while it is established"], counted["a call: octets kept when it has been hung up"]) = engine.Keep(Kept);
    }

    private static void OfMessages(SortedDictionary<string, double> counted)
    {
        byte[] received = MessageBenchmarks.OneKilobyte();
        var message = new SipMessage();
        counted["a message: octets allocated to index an INVITE of 1 KB"] = AllocatedBy(() => DatagramFraming.Parse(received, message, SipLimits.Default, out _));
        var writer = new SipWriter(2048);
        counted["a message: octets allocated to serialize an INVITE of 1 KB"] = AllocatedBy(() => MessageBenchmarks.Serialize(message, writer));
        var refresh = RegisterBenchmarks.Refresh();
        counted["a registration: octets allocated to decide a refresh with digest"] = AllocatedBy(() => refresh());
    }

    private static double AllocatedBy(Action operation)
    {
        for (int i = 0; i < Warm; i++)
        {
            operation();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            operation();
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    /// <summary>/proc/self/io: write system calls of this process, and what they wrote.</summary>
    private static void OfSqlite(SortedDictionary<string, double> counted)
    {
        const int RowsPerCommit = 20, Commits = 400;
        string folder = Directory.CreateTempSubdirectory("bench-").FullName;
        using var owned = new TemporaryFolder(folder);
        using SqliteJournal journal = SqliteJournal.Open(Path.Combine(folder, "journal.db"));
        var load = new JournalLoad(journal, payloadBytes: 300);
        for (int i = 0; i < Commits; i++)
        {
            load.Commit(RowsPerCommit);
        }

        (long calls, long octets) before = Written();
        for (int i = 0; i < Commits; i++)
        {
            load.Commit(RowsPerCommit);
        }

        (long calls, long octets) after = Written();
        counted["SQLite, a commit of 20 entries: write system calls"] = (double)(after.calls - before.calls) / Commits;
        counted["SQLite, a commit of 20 entries: octets written"] = (double)(after.octets - before.octets) / Commits;
    }

    private static (long Calls, long Octets) Written()
    {
        Dictionary<string, long> io = File.ReadLines("/proc/self/io").Select(line => line.Split(": ")).ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
        return (io["syscw"], io["wchar"]);
    }
}
