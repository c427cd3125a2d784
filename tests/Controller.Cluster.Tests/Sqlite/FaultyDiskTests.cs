using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Sqlite;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>
/// A disk that says no in the middle of a commit, or when SQLite copies its log into the journal: the system's calls fail (EIO) by strace. After a sync that
/// failed nobody knows what is on the disk, so whatever was told as failed must not be seen by the process that lives on, and what follows must not build upon it.
/// </summary>
public sealed class FaultyDiskTests(ITestOutputHelper output)
{
    private const int Kills = 3;
    private const int Seed = 20261123;

    /// <param name="call">The system call that fails.</param>
    /// <param name="which">As strace counts them, for each thread: the first, and how many further on the next. Opening the journal is spared.</param>
    [FaultyDiskTheory]
    [InlineData("fdatasync", "60+7")]
    [InlineData("pwrite64", "200+23")]
    public void What_was_acknowledged_is_there_and_what_failed_is_told_and_done_again(string call, string which)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("journal.db");
        var random = new Random(Seed);
        long stood = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            int after = random.Next(300, 900);
            (long acknowledged, List<string> failed) = UntilKilled(call, which, path, after);
            using SqliteJournal journal = SqliteJournal.Open(path);
            long stands = Churn.Batches(journal);
            output.WriteLine($"{call}, killed after {after} lines: {failed.Count} failed, acknowledged through {acknowledged}, stored through {stands}");

            Assert.InRange(failed.Count, 10, after);
            Assert.All(failed, line => Assert.StartsWith($"failed: journal {path}: disk I/O error (SQLite error ", line, StringComparison.Ordinal));
            // The one that was under way may stand, even if it had just failed: after a crash, failed means that it was not known.
            Assert.InRange(stands, Math.Max(acknowledged, stood + after - failed.Count), acknowledged + 1);
            Churn.AssertStands(journal, stands);
            Assert.Equal(stands, journal.ReadOutbox(int.MaxValue).Count);
            stood = stands;
        }
    }

    private static (long Acknowledged, List<string> Failed) UntilKilled(string call, string which, string path, int lines)
    {
        using Process child = ChildProcess.StartUnder(FaultyDiskTheoryAttribute.Strace(call, which), "insist", path);
        long acknowledged = 0;
        int read = 0;
        var failed = new List<string>();
        while (child.StandardOutput.ReadLine() is { } line)
        {
            if (long.TryParse(line, CultureInfo.InvariantCulture, out long number))
            {
                acknowledged = number;
            }
            else
            {
                failed.Add(line);
            }

            if (++read == lines)
            {
                child.Kill();
            }
        }

        Assert.True(child.WaitForExit(10_000), "the child did not end");
        Assert.True(read >= lines, $"it ended by itself: {string.Join('\n', failed.TakeLast(3))}");
        return (acknowledged, failed);
    }
}

/// <summary>Needs strace, and the right to trace.</summary>
public sealed class FaultyDiskTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<bool> _works = new(Works);

    public FaultyDiskTheoryAttribute() => Skip = _works.Value ? null! : "strace is not installed or may not trace";

    /// <summary>The process that is started is the one that is traced (-D).</summary>
    public static string[] Strace(string call, string which) =>
        ["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error=EIO:when={which}"];

    private static bool Works()
    {
        try
        {
            string[] command = [.. Strace("fdatasync", "1"), "true"];
            using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
