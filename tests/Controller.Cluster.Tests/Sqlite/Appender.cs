using System.Globalization;
using System.Text;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>
/// The process that is killed. Batch n has row n of each of five actors and one outbox record, so that half a batch would show; every
/// content follows from actor and number.
/// </summary>
internal static class Appender
{
    public const int Actors = 5;
    private const int InFlight = 8;

    public static readonly ShardId[] Shards = [.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))];

    public static ActorId Actor(int index) => new(new ActorKind(1), new UInt128((ulong)(index * 50) << 48, (ulong)index));

    public static byte[] Payload(int index, long sequence)
    {
        byte[] payload = new byte[40 + (int)(sequence * 7 % 1500)];
        new Random(unchecked((index * 7919) + (int)sequence)).NextBytes(payload);
        return payload;
    }

    public static byte[] Record(long sequence) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"record {sequence}"));

    public static int Run(string path)
    {
        using SqliteJournal journal = SqliteJournal.Open(path);
        Fence[] fences = [.. journal.Claim(Shards).Fences];
        long sequence = journal.Load(Actor(0)) is [.., var last] ? last.Sequence : 0;
        using var room = new SemaphoreSlim(InFlight);
        using Stream output = Console.OpenStandardOutput();
        while (true)
        {
            room.Wait();
            sequence++;
            journal.Append(BatchOf(sequence, fences, acknowledged =>
            {
                output.Write(Encoding.ASCII.GetBytes(acknowledged.ToString(CultureInfo.InvariantCulture) + "\n"));
                output.Flush();
                room.Release();
            }));
        }
    }

    private static TestBatch BatchOf(long sequence, Fence[] fences, Action<long> acknowledged)
    {
        var entries = new JournalEntry[Actors];
        for (int i = 0; i < Actors; i++)
        {
            ActorId actor = Actor(i);
            entries[i] = new JournalEntry(
                actor, sequence, fences[actor.ShardOf(256).Value], new Instant(sequence), Payload(i, sequence), false, false,
                i == 0 ? Record(sequence) : default(ReadOnlyMemory<byte>));
        }

        return new TestBatch(entries) { OnCompleted = batch => acknowledged(batch.Entries[0].Sequence) };
    }
}
