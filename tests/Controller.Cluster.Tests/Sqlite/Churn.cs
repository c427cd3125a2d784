using System.Globalization;
using System.Text;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>
/// The process that is killed while slots are written over and commits are moved: one actor counts the batches, one begins with each batch and ends five
/// later, and the first few hundred stay. What must be there follows from the number of batches.
/// </summary>
internal static class Churn
{
    public const int Staying = 300;
    private const int Lifetime = 5;
    private const int InFlight = 4;

    /// <summary>Rows of the counter are superseded by one in so many.</summary>
    private const int Summary = 16;

    public static int Run(string path)
    {
        using SqliteJournal journal = SqliteJournal.Open(path);
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        long number = Batches(journal);
        journal.RemoveOutbox(number);
        using var room = new SemaphoreSlim(InFlight);
        using Stream output = Console.OpenStandardOutput();
        while (true)
        {
            room.Wait();
            number++;
            long appended = number;
            journal.Append(new TestBatch([.. Entries(number, fences)])
            {
                OnCompleted = _ =>
                {
                    output.Write(Encoding.ASCII.GetBytes(appended.ToString(CultureInfo.InvariantCulture) + "\n"));
                    output.Flush();
                    room.Release();
                },
            });
        }
    }

    /// <summary>What the store could not take is as if it had never been asked, and can be asked again.</summary>
    public static int Insist(string path)
    {
        using SqliteJournal journal = SqliteJournal.Open(path);
        Fence[] fences = [.. journal.Claim(Appender.Shards).Fences];
        for (long number = Batches(journal) + 1; ; number++)
        {
            while (true)
            {
                var batch = new TestBatch([.. Entries(number, fences)]);
                journal.Append(batch);
                AppendResult result = batch.Wait();
                if (result is AppendResult.Appended)
                {
                    break;
                }

                Console.WriteLine(result is AppendResult.Failed failed ? $"failed: {failed.Reason}" : $"{result} of batch {number}");
                if (Batches(journal) != number - 1)
                {
                    Console.WriteLine($"{Batches(journal)} stand when batch {number} has failed");
                    return 1;
                }
            }

            Console.WriteLine(number);
        }
    }

    /// <summary>How many stand, by the counter.</summary>
    public static long Batches(SqliteJournal journal) => journal.Load(Counter) is [.., var last] ? last.Sequence : 0;

    /// <summary>All rows that must be there after so many batches: actor and sequence.</summary>
    public static HashSet<(ActorId, long)> Rows(long batches)
    {
        HashSet<(ActorId, long)> rows = [];
        for (long sequence = Math.Max(1, batches / Summary * Summary); sequence <= batches; sequence++)
        {
            rows.Add((Counter, sequence));
        }

        for (long began = 1; began <= batches; began++)
        {
            if (began <= Staying)
            {
                rows.Add((Stayer(began), 1));
            }

            for (long sequence = 1; batches < began + Lifetime && sequence <= batches - began + 1; sequence++)
            {
                rows.Add((Guest(began), sequence));
            }
        }

        return rows;
    }

    /// <summary>All rows of so many batches, and no others.</summary>
    public static void AssertStands(SqliteJournal journal, long batches)
    {
        HashSet<(ActorId, long)> missing = Rows(batches);
        journal.Recover(Appender.Shards, row =>
        {
            Assert.True(missing.Remove((row.Actor, row.Sequence)), $"row {row.Sequence} of {row.Actor} is dead after {batches} batches");
            Assert.True(row.Payload.Span.SequenceEqual(Payload(row.Actor, row.Sequence)));
        });
        Assert.Empty(missing);
    }

    public static byte[] Payload(ActorId actor, long sequence)
    {
        byte[] payload = new byte[20 + (int)(((ulong)actor.Key + ((ulong)sequence * 31)) % 1900)];
        new Random(unchecked((int)(ulong)actor.Key * 17) + (int)sequence).NextBytes(payload);
        return payload;
    }

    private static readonly ActorId Counter = new(new ActorKind(1), 0);

    private static ActorId Stayer(long number) => Named(2, number);

    private static ActorId Guest(long number) => Named(3, number);

    private static ActorId Named(byte kind, long number) => new(new ActorKind(kind), new UInt128((ulong)(number % 256) << 48, (ulong)number));

    private static IEnumerable<JournalEntry> Entries(long number, Fence[] fences)
    {
        yield return Entry(Counter, number, fences) with { Supersedes = number % Summary == 0, Outbox = Appender.Record(number) };
        if (number <= Staying)
        {
            yield return Entry(Stayer(number), 1, fences);
        }

        for (long began = Math.Max(1, number - Lifetime); began <= number; began++)
        {
            yield return Entry(Guest(began), number - began + 1, fences) with { Forget = number - began == Lifetime };
        }
    }

    private static JournalEntry Entry(ActorId actor, long sequence, Fence[] fences) =>
        new(actor, sequence, fences[actor.ShardOf(256).Value], new Instant(sequence), Payload(actor, sequence), false, false, default);
}
