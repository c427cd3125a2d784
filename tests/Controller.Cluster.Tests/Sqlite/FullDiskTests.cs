using System.Diagnostics;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

public sealed class FullDiskTests
{
    [SmallDiskFact]
    public void A_full_disk_fails_the_batch_whole_and_the_journal_works_again_when_there_is_room()
    {
        using SmallDisk disk = SmallDisk.TryMount("4m")!;
        using SqliteJournal journal = SqliteJournal.Open(Path.Combine(disk.Path, "journal.db"));
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        string ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[2 * 1024 * 1024]);

        long stored = 0;
        AppendResult result;
        do
        {
            result = Append(journal, fences, stored + 1);
            stored += result is AppendResult.Appended ? 1 : 0;
        }
        while (result is AppendResult.Appended && stored < 10_000);

        Assert.Contains("the disk is full", Assert.IsType<AppendResult.Failed>(result).Reason, StringComparison.Ordinal);
        Assert.InRange(stored, 1, 9_999);

        // Still full: still a clear answer, nothing of the batch is there, and what was acknowledged can be read.
        Assert.IsType<AppendResult.Failed>(Append(journal, fences, stored + 1));
        Assert.Equal(stored, journal.Load(Appender.Actor(0)).Count);
        Assert.Equal(stored, journal.Load(Appender.Actor(1)).Count);

        File.Delete(ballast);
        Assert.IsType<AppendResult.Appended>(Append(journal, fences, stored + 1));
        Assert.Equal(stored + 1, journal.Load(Appender.Actor(0)).Count);
        Assert.Equal(stored + 1, journal.Load(Appender.Actor(1)).Count);
    }

    [SmallDiskFact]
    public void A_disk_too_full_to_begin_with_is_told()
    {
        using SmallDisk disk = SmallDisk.TryMount("16k")!;
        File.WriteAllBytes(Path.Combine(disk.Path, "ballast"), new byte[8192]);
        JournalException refused = Assert.Throws<JournalException>(() => SqliteJournal.Open(Path.Combine(disk.Path, "journal.db")));
        Assert.StartsWith("journal " + disk.Path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static AppendResult Append(SqliteJournal journal, Fence[] fences, long sequence)
    {
        var batch = new TestBatch([.. Enumerable.Range(0, 2).Select(i => new JournalEntry(
            Appender.Actor(i), sequence, fences[Appender.Actor(i).ShardOf(256).Value], default, new byte[3000], false, false, default))]);
        journal.Append(batch);
        return batch.Wait();
    }
}

/// <summary>Needs a small file system of its own, and so the right to mount one.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        using SmallDisk? probe = SmallDisk.TryMount("64k");
        Skip = probe is null ? "a tmpfs cannot be mounted here (root only)" : null!;
    }
}

internal sealed class SmallDisk : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("small-disk-").FullName;

    public static SmallDisk? TryMount(string size)
    {
        var disk = new SmallDisk();
        if (Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.Path))
        {
            return disk;
        }

        Directory.Delete(disk.Path);
        return null;
    }

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
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
