using System.Globalization;
using System.Text;
using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>
/// The same random appends, claims, removals and restarts to the journal in a file and to the one in memory, which knows nothing of logs: every answer is
/// the same, and so is what is there.
/// </summary>
public sealed class LogModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Shards = 8;
    private static readonly ShardId[] All = [.. Enumerable.Range(0, Shards).Select(shard => new ShardId(shard))];

    private readonly TemporaryDirectory _directory = new();
    private readonly InMemoryJournal _model = new(threaded: false);
    private readonly Dictionary<ActorId, long> _reached = [];
    private readonly Fence[] _fences = new Fence[Shards];
    private SqliteJournal? _journal;

    public void Dispose()
    {
        _journal?.Dispose();
        _model.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(20261122, 2000)]
    [InlineData(6, 2000)]
    public void It_says_and_holds_what_a_journal_without_a_log_does(int seed, int rounds)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        _journal = SqliteJournal.Open(Path);
        Claim(All);
        for (int round = 0; round < rounds; round++)
        {
            switch (random.Next(100))
            {
                case < 1:
                    _journal.Dispose();
                    _journal = SqliteJournal.Open(Path);
                    Compare(round);
                    break;
                case < 3:
                    Claim([.. All.Where(_ => random.Next(3) == 0)], stale: random.Next(2) == 0);
                    break;
                case < 8 when _model.ReadOutbox(1000) is { Count: > 0 } waiting:
                    Remove(waiting[random.Next(waiting.Count)].Id);
                    break;
                case < 10:
                    Compare(round);
                    break;
                default:
                    Append([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Batch(random))], round);
                    break;
            }
        }

        Compare(rounds);
        _journal.Dispose();
        _journal = SqliteJournal.Open(Path);
        Compare(rounds);
        long octets = new FileInfo(Path).Length;
        output.WriteLine($"{_reached.Count} actors, file of {octets} octets");

        // Some 28 MB are written: without moving what lives long it would be as large.
        Assert.InRange(octets, 1, 20_000_000);
    }

    private string Path => _directory.File("journal.db");

    private JournalEntry[] Batch(Random random)
    {
        var reached = new Dictionary<ActorId, long>();
        var entries = new JournalEntry[random.Next(1, 7)];
        for (int i = 0; i < entries.Length; i++)
        {
            // Equal halves, and equal keys of another kind; the first few live long, the next come and go, and many stay of which little is heard: their rows
            // are the oldest of the log, again and again.
            int name = random.Next(20) switch { < 4 => random.Next(10), 4 => 70 + random.Next(200), _ => 10 + random.Next(60) };
            var actor = new ActorId(new ActorKind((byte)(name % 2)), new UInt128((ulong)(name % 13) << 48, (ulong)(name / 13)));
            long sequence = (reached.TryGetValue(actor, out long inBatch) ? inBatch : _reached.GetValueOrDefault(actor)) + 1;
            bool forget = name >= 10 && random.Next(name < 70 ? 4 : 40) == 0;
            reached[actor] = forget ? 0 : sequence;
            entries[i] = new JournalEntry(
                actor, random.Next(60) == 0 ? sequence + random.Next(-1, 2) : sequence, _fences[actor.ShardOf(Shards).Value], new Instant(random.Next(1_000_000)),
                forget && random.Next(2) == 0 ? default : Payload(random), !forget && random.Next(name < 10 ? 6 : 12) == 0, forget,
                random.Next(4) == 0 ? Payload(random) : default);
        }

        return entries;
    }

    private static byte[] Payload(Random random)
    {
        byte[] payload = new byte[random.Next(40) == 0 ? random.Next(40_000) : random.Next(1, 2500)];
        random.NextBytes(payload);
        return payload;
    }

    private void Append(JournalEntry[][] batches, int round)
    {
        TestBatch[] told = [.. batches.Select(entries => new TestBatch(entries))];
        TestBatch[] expected = [.. batches.Select(entries => new TestBatch(entries))];
        Array.ForEach(told, _journal!.Append);
        for (int i = 0; i < batches.Length; i++)
        {
            _model.Append(expected[i]);
            AppendResult should = expected[i].Wait();
            Assert.Equal((round, should), (round, told[i].Wait()));
            if (should is AppendResult.Appended)
            {
                Array.ForEach(batches[i], entry => _reached[entry.Actor] = entry.Forget ? 0 : entry.Sequence);
            }
        }
    }

    private void Claim(ShardId[] shards, bool stale = false)
    {
        IReadOnlyList<Fence> fences = _journal!.Claim(shards).Fences;
        Assert.Equal(_model.Claim(shards).Fences, fences);
        foreach (Fence fence in fences.Where((_, i) => !stale || i > 0))
        {
            _fences[fence.Shard.Value] = fence;
        }
    }

    private void Remove(long through)
    {
        _journal!.RemoveOutbox(through);
        _model.RemoveOutbox(through);

        // Behind the removal in the queue.
        Append([[]], 0);
    }

    private void Compare(int round)
    {
        Assert.Equal(Outbox(_model, round), Outbox(_journal!, round));
        ShardId[] asked = [.. All.Where(shard => shard.Value != round % (Shards + 1))];
        string[] expected = Rows(_model, asked), recovered = Rows(_journal!, asked);
        Assert.Equal(expected.Order(), recovered.Order());
        Assert.Equal(recovered.Select(Owner).Distinct().Count(), recovered.Select(Owner).Where((owner, i) => i == 0 || owner != Owner(recovered[i - 1])).Count());
        foreach (ActorId actor in _reached.Keys)
        {
            Assert.Equal(_model.Load(actor).Select(Text), _journal!.Load(actor).Select(Text));
        }
    }

    private static string[] Outbox(IJournal journal, int round) =>
        [.. journal.ReadOutbox(1 + (round % 300)).Select(record => $"{record.Id} {Convert.ToHexString(record.Payload.Span)}")];

    private static string[] Rows(IJournal journal, ShardId[] shards)
    {
        var rows = new List<string>();
        journal.Recover(shards, row => rows.Add(Text(row)));
        return [.. rows];
    }

    private static string Text(JournalRow row) => new StringBuilder().Append(row.Actor).Append(' ').Append(row.Sequence)
        .Append(CultureInfo.InvariantCulture, $" {row.At} {Convert.ToHexString(row.Payload.Span)}").ToString();

    private static string Owner(string row) => row[..row.IndexOf(' ', StringComparison.Ordinal)];
}
