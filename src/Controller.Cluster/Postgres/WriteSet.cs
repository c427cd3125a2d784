using Controller.Cluster.Membership;
using System.Runtime.InteropServices;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>What one commit does, in columns: an array a column, unpacked by UNNEST, is one statement whatever the number of rows.</summary>
internal sealed class WriteSet
{
    private readonly Dictionary<ShardId, Epoch> _fences = [];
    private readonly SortedDictionary<int, Rows> _buckets = [];
    private readonly LifeColumns _births = new();
    private readonly Dictionary<(ActorId, long), (ShardId Shard, Life Life)> _superseding = [];
    private readonly LifeColumns _deaths = new();
    private readonly List<short> _outboxShards = [];
    private readonly List<byte[]> _outbox = [];

    public IEnumerable<int> Buckets => _buckets.Keys;

    public bool IsEmpty => _buckets.Count == 0 && _outbox.Count == 0 && _deaths.Count == 0;

    /// <summary>The commit stands only if this is still ours.</summary>
    /// <returns>The fence that is stale if the commit has the shard at two epochs.</returns>
    public Fence? Require(Fence fence)
    {
        if (_fences.TryAdd(fence.Shard, fence.Epoch) || _fences[fence.Shard] == fence.Epoch)
        {
            return null;
        }

        Epoch other = _fences[fence.Shard];
        return fence with { Epoch = other.Value < fence.Epoch.Value ? other : fence.Epoch };
    }

    public void Row(in JournalEntry entry, Life life)
    {
        if (!_buckets.TryGetValue(life.Bucket, out Rows? rows))
        {
            _buckets.Add(life.Bucket, rows = new Rows());
        }

        rows.Add(entry, life);
    }

    public void Born(ActorId actor, ShardId shard, Life life) => _births.Add(actor, shard, life);

    /// <summary>The last of several counts.</summary>
    public void Superseded(ActorId actor, ShardId shard, Life life) => _superseding[(actor, life.Id)] = (shard, life);

    public void Died(ActorId actor, ShardId shard, Life life) => _deaths.Add(actor, shard, life);

    public void Deliver(ShardId shard, ReadOnlyMemory<byte> record)
    {
        _outboxShards.Add((short)shard.Value);
        _outbox.Add(Octets(record));
    }

    /// <summary>
    /// One transaction: lock, check, mark, rows. The check raises if a shard is not ours any more, and nothing of it has happened. One statement, but in the hours in which
    /// actors are left in an older table: of a second one on, the driver writes on the thread pool, which costs more than the statement.
    /// </summary>
    /// <param name="number">Of this batch: the mark by which its fate can be told after a broken connection.</param>
    public NpgsqlBatch Transaction(NpgsqlConnection connection, Incarnation owner, long number, long removeOutboxThrough)
    {
        var superseding = new LifeColumns();
        foreach (((ActorId actor, _), (ShardId shard, Life life)) in _superseding)
        {
            superseding.Add(actor, shard, life);
        }

        var first = new NpgsqlBatchCommand();
        first.Add(Of(owner.Node.Value), Of(owner.Number), Of(number));
        first.Add(Of(_fences.Keys.Select(shard => (short)shard.Value).ToList()), Of(_fences.Values.Select(epoch => epoch.Value).ToList()));
        first.Add(_births.Actors, _births.Shards, _births.Buckets, _births.Lives, _births.FirstSequences);
        first.Add(superseding.Actors, superseding.Buckets, superseding.Lives, superseding.FirstSequences);
        first.Add(_deaths.Actors, _deaths.Lives);
        first.Add(Of(_outboxShards), Of(_outbox), Of(removeOutboxThrough));
        var batch = new NpgsqlBatch(connection) { BatchCommands = { first } };
        if (_buckets.Count == 0)
        {
            first.CommandText = HourlyTables.Begin;
            return batch;
        }

        // The newest table takes nearly all of it.
        (int newest, Rows most) = _buckets.Last();
        first.CommandText = HourlyTables.Append(newest);
        most.AddTo(first);
        foreach ((int bucket, Rows rows) in _buckets.SkipLast(1))
        {
            var insert = new NpgsqlBatchCommand(HourlyTables.Insert(bucket));
            insert.Add(Of(owner.Node.Value), Of(owner.Number));
            rows.AddTo(insert);
            batch.BatchCommands.Add(insert);
        }

        return batch;
    }

    /// <summary>The array itself where it is one, for the entry lends it until its batch is complete; a copy otherwise.</summary>
    private static byte[] Octets(ReadOnlyMemory<byte> octets) =>
        MemoryMarshal.TryGetArray(octets, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : octets.ToArray();

    private sealed class Rows
    {
        private readonly List<byte[]> _actors = [];
        private readonly List<long> _lives = [];
        private readonly List<long> _sequences = [];
        private readonly List<short> _shards = [];
        private readonly List<long> _epochs = [];
        private readonly List<long> _instants = [];
        private readonly List<byte[]> _payloads = [];

        public void Add(in JournalEntry entry, Life life)
        {
            _actors.Add(StoredActor.Of(entry.Actor));
            _lives.Add(life.Id);
            _sequences.Add(entry.Sequence);
            _shards.Add((short)entry.Fence.Shard.Value);
            _epochs.Add(entry.Fence.Epoch.Value);
            _instants.Add(entry.At.Milliseconds);
            _payloads.Add(Octets(entry.Payload));
        }

        public void AddTo(NpgsqlBatchCommand command) => command.Add(Of(_actors), Of(_lives), Of(_sequences), Of(_shards), Of(_epochs), Of(_instants), Of(_payloads));
    }

    private sealed class LifeColumns
    {
        private readonly List<byte[]> _actors = [];
        private readonly List<short> _shards = [];
        private readonly List<int> _buckets = [];
        private readonly List<long> _lives = [];
        private readonly List<long> _firstSequences = [];

        public int Count => _actors.Count;

        public NpgsqlParameter Actors => Of(_actors);

        public NpgsqlParameter Shards => Of(_shards);

        public NpgsqlParameter Buckets => Of(_buckets);

        public NpgsqlParameter Lives => Of(_lives);

        public NpgsqlParameter FirstSequences => Of(_firstSequences);

        public void Add(ActorId actor, ShardId shard, Life life)
        {
            _actors.Add(StoredActor.Of(actor));
            _shards.Add((short)shard.Value);
            _buckets.Add(life.Bucket);
            _lives.Add(life.Id);
            _firstSequences.Add(life.FirstSequence);
        }
    }
}
