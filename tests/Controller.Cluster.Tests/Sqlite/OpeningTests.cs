using System.Diagnostics;
using Controller.Cluster.Sqlite;
using Controller.Cluster.Versions;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>Whatever is wrong with the file is said in one line that names it.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory.File("journal.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_directory_is_made()
    {
        string deep = _directory.File("a/b/c/journal.db");
        SqliteJournal.Open(deep).Dispose();
        Assert.True(File.Exists(deep));
    }

    [Fact]
    public void Nothing_but_the_journal_and_its_lock_remains_after_a_clean_end()
    {
        Fill(10);
        Assert.Equal(["journal.db", "journal.db.lock"], Directory.GetFiles(_directory.Path).Select(System.IO.Path.GetFileName).Order());
    }

    [Fact]
    public void A_second_opener_in_this_process_is_told()
    {
        using SqliteJournal first = SqliteJournal.Open(Path);
        AssertRefused($"journal {Path} is in use by another process", Path);
    }

    [Fact]
    public void A_second_process_is_told_and_may_open_it_once_the_first_is_gone()
    {
        using Process holder = ChildProcess.Start("hold", Path);
        Assert.Equal("open", holder.StandardOutput.ReadLine());
        AssertRefused($"journal {Path} is in use by another process", Path);

        holder.Kill();
        Assert.True(holder.WaitForExit(10_000));
        SqliteJournal.Open(Path).Dispose();
    }

    [Theory]
    [InlineData("/proc/nowhere/journal.db")]
    [InlineData("/proc/journal.db")]
    public void An_unwritable_place_is_told(string path)
    {
        JournalException refused = Assert.Throws<JournalException>(() => SqliteJournal.Open(path));
        Assert.StartsWith($"journal {path}", refused.Message, StringComparison.Ordinal);
        AssertOneLine(refused);
    }

    [Fact]
    public void A_place_below_a_file_is_told()
    {
        File.WriteAllText(_directory.File("file"), "");
        AssertRefused(null, _directory.File("file/journal.db"));
    }

    [Fact]
    public void A_directory_in_its_place_is_told()
    {
        Directory.CreateDirectory(Path);
        AssertRefused(null, Path);
    }

    [Fact]
    public void A_file_that_is_no_database_is_told()
    {
        File.WriteAllBytes(Path, [.. Enumerable.Repeat((byte)'x', 8192)]);
        AssertRefused($"journal {Path} is corrupt (file is not a database): restore it from a backup, or move it away to start with an empty one", Path);
    }

    [Fact]
    public void A_database_of_something_else_is_left_alone()
    {
        Execute("CREATE TABLE other (a INTEGER); INSERT INTO other VALUES (1);");
        byte[] before = File.ReadAllBytes(Path);
        AssertRefused($"{Path} is an SQLite database of something else, not a journal", Path);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void A_newer_schema_is_told()
    {
        Fill(1);
        Execute("PRAGMA user_version = 7;");
        AssertRefused($"journal {Path} has schema version 7, newer than the 3 that this program knows: start the newer program, or restore an older copy", Path);
    }

    /// <summary>A page overwritten anywhere in the tables: found when it is opened or when it is read, never served as if it were good.</summary>
    [Fact]
    public void Overwritten_bytes_are_told_wherever_they_are()
    {
        Fill(400);
        byte[] good = File.ReadAllBytes(Path);
        for (int page = 0; page < good.Length / 4096; page += 7)
        {
            byte[] bad = [.. good];
            Array.Fill(bad, (byte)0xA5, (page * 4096) + (page == 0 ? 0 : 100), 1500);
            File.WriteAllBytes(Path, bad);

            JournalException told = Assert.Throws<JournalException>(() => RecoverAll());
            Assert.Contains(Path, told.Message, StringComparison.Ordinal);
            Assert.Contains("corrupt", told.Message, StringComparison.Ordinal);
            AssertOneLine(told);
        }

        File.WriteAllBytes(Path, good);
        Assert.Equal(400, RecoverAll());
    }

    /// <summary>SQLite has no checksums of its own: one changed bit in a payload would pass.</summary>
    [Fact]
    public void One_changed_bit_of_a_payload_is_told()
    {
        Fill(1);
        byte[] file = File.ReadAllBytes(Path);
        int at = file.AsSpan().IndexOf(Appender.Payload(0, 1));
        Assert.True(at > 0);
        file[at + 20] ^= 4;
        File.WriteAllBytes(Path, file);

        JournalException told = Assert.Throws<JournalException>(() => RecoverAll());
        Assert.Contains("row 1 of actor 1/00000000000000000000000000000000 is not what was written", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_journal_refuses_what_comes_late()
    {
        SqliteJournal journal = SqliteJournal.Open(Path);
        journal.Dispose();
        journal.Dispose();
        var late = new TestBatch();
        journal.Append(late);
        Assert.Contains("is closed", Assert.IsType<AppendResult.Failed>(late.Wait()).Reason, StringComparison.Ordinal);
        Assert.Equal(1, late.Completions);
    }

    /// <summary>Forgotten rows' pages are used again: the file is as large as the most that was alive at once.</summary>
    [Fact]
    public void The_file_stays_flat_when_rows_are_forgotten()
    {
        ComeAndGo(10);
        long early = new FileInfo(Path).Length;
        ComeAndGo(40);
        Assert.InRange(new FileInfo(Path).Length, 1, early * 11 / 10);
    }

    private void ComeAndGo(int rounds)
    {
        using SqliteJournal journal = SqliteJournal.Open(Path);
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        var random = new Random(1);
        for (int round = 0; round < rounds; round++)
        {
            ActorId[] actors = [.. Enumerable.Range(0, 100).Select(_ => new ActorId(new ActorKind(1), new UInt128((ulong)random.NextInt64(), 0)))];
            foreach (bool ends in (bool[])[false, true])
            {
                var batch = new TestBatch([.. actors.Select(actor => new JournalEntry(
                    actor, ends ? 2 : 1, fences[actor.ShardOf(256).Value], default, ends ? default(ReadOnlyMemory<byte>) : new byte[1500], false, ends, default))]);
                journal.Append(batch);
                Assert.IsType<AppendResult.Appended>(batch.Wait());
            }
        }
    }

    private void Fill(int rows)
    {
        using SqliteJournal journal = SqliteJournal.Open(Path);
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        var batch = new TestBatch([.. Enumerable.Range(1, rows).Select(i => new JournalEntry(
            Appender.Actor(0), i, fences[0], default, Appender.Payload(0, i), false, false, default))]);
        journal.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());
        Assert.True(journal.Versions.Add(new ConfigurationVersion(new VersionHead(1, "", "", new Instant(0), "", ""), new string('t', 3500)), 1));
    }

    private int RecoverAll()
    {
        using SqliteJournal journal = SqliteJournal.Open(Path);
        int rows = 0;
        journal.Claim(Appender.Shards);
        journal.Recover(Appender.Shards, _ => rows++);
        Assert.Equal(3500, journal.Versions.Newest()?.Text.Length);
        return rows;
    }

    private void Execute(string sql)
    {
        SqliteLibrary.Ensure();
        using Database database = Database.Open(Path, create: true);
        database.Execute(sql);
    }

    private static void AssertRefused(string? message, string path)
    {
        JournalException refused = Assert.Throws<JournalException>(() => SqliteJournal.Open(path));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        AssertOneLine(refused);
        if (message is not null)
        {
            Assert.Equal(message, refused.Message);
        }
    }

    private static void AssertOneLine(JournalException told) => Assert.DoesNotContain('\n', told.Message);
}
