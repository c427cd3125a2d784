using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Benchmarks.Journals;

/// <summary>Calls of so many rows each, two thousand alive at a time, the last row forgets: what an ordinary load does to a journal. One batch at a time.</summary>
internal sealed class JournalLoad
{
    private const int Alive = 2000, Shards = 256;

    private readonly IJournal _journal;
    private readonly Fence[] _fences;
    private readonly (UInt128 Key, int Rows)[] _calls = new (UInt128 Key, int Rows)[Alive];
    private readonly byte[] _payload;
    private readonly int _rowsPerCall;
    private readonly Random _random = new(1);
    private int _next;

    public JournalLoad(IJournal journal, int payloadBytes, int rowsPerCall = 9)
    {
        (_journal, _rowsPerCall) = (journal, rowsPerCall);
        ShardId[] all = [.. Enumerable.Range(0, Shards).Select(shard => new ShardId(shard))];
        _fences = [.. journal.Claim(all).Fences];
        journal.Recover(all, static _ => { });
        _payload = new byte[payloadBytes];
        _random.NextBytes(_payload);
        for (int i = 0; i < Alive; i++)
        {
            _calls[i].Key = NewKey();
        }
    }

    public void Commit(int rows) => Commit(rows, () => _payload);

    public void Commit(int rows, Func<ReadOnlyMemory<byte>> payload)
    {
        var entries = new JournalEntry[rows];
        for (int i = 0; i < rows; i++)
        {
            ref (UInt128 Key, int Rows) call = ref _calls[_next++ % Alive];
            var actor = new ActorId(new ActorKind(1), call.Key);
            call.Rows++;
            bool ends = call.Rows == _rowsPerCall;
            entries[i] = new JournalEntry(actor, call.Rows, _fences[actor.ShardOf(Shards).Value], new Instant(1_700_000_000_000 + _next), payload(), false, ends, default);
            if (ends)
            {
                call = (NewKey(), 0);
            }
        }

        var batch = new TestBatch(entries);
        _journal.Append(batch);
        Assert.IsType<AppendResult.Appended>(batch.Wait());
    }

    private UInt128 NewKey() => new((ulong)_random.NextInt64() << 1, (ulong)_random.NextInt64());
}
