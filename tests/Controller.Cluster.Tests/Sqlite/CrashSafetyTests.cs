using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Sqlite;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Sqlite;

public sealed class CrashSafetyTests(ITestOutputHelper output)
{
    private const int Kills = 6;
    private const int Seed = 20261121;

    [Fact]
    public void What_was_acknowledged_before_a_sigkill_is_there_and_no_batch_is_there_in_part()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("journal.db");
        var random = new Random(Seed);
        long stood = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            int after = random.Next(1, 400);
            long acknowledged = AppendUntilKilled(path, after);
            long stands = Verify(path);
            output.WriteLine($"killed after {after} lines: acknowledged through {acknowledged}, stored through {stands}");

            Assert.True(acknowledged >= stood + after, $"round {kill}: appended through {acknowledged}, expected at least {stood + after}");
            Assert.True(stands >= acknowledged, $"round {kill}, seed {Seed}: acknowledged {acknowledged}, stored {stands}");
            stood = stands;
        }
    }

    /// <summary>Between a commit and the next that writes over what it gave free, and in the middle of what is moved.</summary>
    [Fact]
    public void What_comes_and_goes_is_there_or_gone_after_a_sigkill()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.File("journal.db");
        var random = new Random(Seed);
        long stood = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            int after = random.Next(1, 900);
            long acknowledged = UntilKilled("churn", path, after);
            using SqliteJournal journal = SqliteJournal.Open(path);
            long stands = Churn.Batches(journal);
            output.WriteLine($"killed after {after} lines: acknowledged through {acknowledged}, stored through {stands}; {new FileInfo(path).Length} octets");
            Assert.True(stands >= acknowledged && acknowledged >= stood + after, $"round {kill}, seed {Seed}: acknowledged {acknowledged}, stored {stands}");

            Churn.AssertStands(journal, stands);

            // Those up to where it stood were removed by this process, with its first commit.
            IReadOnlyList<OutboxRow> outbox = journal.ReadOutbox(int.MaxValue);
            Assert.Equal(Enumerable.Range((int)stood + 1, (int)(stands - stood)).Select(number => (long)number), outbox.Select(record => record.Id));
            Assert.All(outbox, record => Assert.True(record.Payload.Span.SequenceEqual(Appender.Record(record.Id))));
            stood = stands;
        }
    }

    private static long AppendUntilKilled(string path, int lines) => UntilKilled("append", path, lines);

    private static long UntilKilled(string mode, string path, int lines)
    {
        using Process child = ChildProcess.Start(mode, path);
        long acknowledged = 0;
        int read = 0;
        while (child.StandardOutput.ReadLine() is { } line)
        {
            acknowledged = long.Parse(line, CultureInfo.InvariantCulture);
            if (++read == lines)
            {
                child.Kill();
            }
        }

        Assert.True(child.WaitForExit(10_000), "the child did not end");
        return acknowledged;
    }

    /// <returns>The last batch that stands.</returns>
    private static long Verify(string path)
    {
        using SqliteJournal journal = SqliteJournal.Open(path);
        int batches = journal.Load(Appender.Actor(0)).Count;
        for (int i = 0; i < Appender.Actors; i++)
        {
            IReadOnlyList<JournalRow> rows = journal.Load(Appender.Actor(i));
            Assert.Equal(batches, rows.Count);
            for (int row = 0; row < rows.Count; row++)
            {
                Assert.Equal(row + 1, rows[row].Sequence);
                Assert.True(rows[row].Payload.Span.SequenceEqual(Appender.Payload(i, row + 1)), $"row {row + 1} of actor {i} is not what was written");
            }
        }

        IReadOnlyList<OutboxRow> outbox = journal.ReadOutbox(int.MaxValue);
        Assert.Equal(batches, outbox.Count);
        Assert.All(outbox.Index(), record => Assert.True(record.Item.Payload.Span.SequenceEqual(Appender.Record(record.Index + 1))));
        return batches;
    }
}
