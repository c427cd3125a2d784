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
    /// One pipelined transaction: lock, check, mark, rows. The check raises if a shard is not ours any more, and nothing of it has happened.
    /// </summary>
    /// <param name="number">Of this batch: the mark by which its fate can be told after a broken connection.</param>
    public NpgsqlBatch Transaction(NpgsqlConnection connection, Incarnation owner, long number, long removeOutboxThrough)
    {
        var batch = new NpgsqlBatch(connection);
        Ownership.AddGuard(batch, owner, [.. _fences.Keys.Select(shard => (short)shard.Value)], [.. _fences.Values.Select(epoch => epoch.Value)]);
        batch.Add("UPDATE last_batch SET batch = $3 WHERE node_id = $1 AND incarnation = $2", Of(owner.Node.Value), Of(owner.Number), Of(number));
        _births.AddTo(batch, "INSERT INTO live_actor (actor, shard_id, bucket, life, first_seq) SELECT * FROM unnest($1, $2, $3, $4, $5)");
        var superseding = new LifeColumns();
        foreach (((ActorId actor, _), (ShardId shard, Life life)) in _superseding)
        {
            superseding.Add(actor, shard, life);
        }

        superseding.AddTo(batch, $"UPDATE live_actor a SET bucket = u.bucket, first_seq = u.first_seq FROM {LifeColumns.Unpacked} WHERE a.actor = u.actor AND a.life = u.life");

        // Behind the births: an actor may begin and end in one commit.
        _deaths.AddTo(batch, $"DELETE FROM live_actor a USING {LifeColumns.Unpacked} WHERE a.actor = u.actor AND a.life = u.life");
        foreach ((int bucket, Rows rows) in _buckets)
        {
            rows.AddTo(batch, bucket, owner);
        }

        if (_outbox.Count > 0)
        {
            batch.Add("INSERT INTO outbox (node, shard_id, payload) SELECT $1, * FROM unnest($2, $3)", Of(owner.Node.Value), Of(_outboxShards), Of(_outbox));
        }

        if (removeOutboxThrough > 0)
        {
            batch.Add("DELETE FROM outbox WHERE node = $1 AND id <= $2", Of(owner.Node.Value), Of(removeOutboxThrough));
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

        public void AddTo(NpgsqlBatch batch, int bucket, Incarnation owner) => batch.Add(
            $"""
            INSERT INTO {HourlyTables.Name(bucket)} (actor, life, seq, shard_id, epoch, node, incarnation, at, payload)
            SELECT actor, life, seq, shard_id, epoch, $8, $9, at, payload FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u(actor, life, seq, shard_id, epoch, at, payload)
            """, Of(_actors), Of(_lives), Of(_sequences), Of(_shards), Of(_epochs), Of(_instants), Of(_payloads), Of(owner.Node.Value), Of(owner.Number));
    }

    private sealed class LifeColumns
    {
        public const string Unpacked = "unnest($1, $2, $3, $4, $5) AS u(actor, shard_id, bucket, life, first_seq)";

        private readonly List<byte[]> _actors = [];
        private readonly List<short> _shards = [];
        private readonly List<int> _buckets = [];
        private readonly List<long> _lives = [];
        private readonly List<long> _firstSequences = [];

        public int Count => _actors.Count;

        public void Add(ActorId actor, ShardId shard, Life life)
        {
            _actors.Add(StoredActor.Of(actor));
            _shards.Add((short)shard.Value);
            _buckets.Add(life.Bucket);
            _lives.Add(life.Id);
            _firstSequences.Add(life.FirstSequence);
        }

        /// <summary>Nothing, if there are none.</summary>
        public void AddTo(NpgsqlBatch batch, string sql)
        {
            if (_actors.Count > 0)
            {
                batch.Add(sql, Of(_actors), Of(_shards), Of(_buckets), Of(_lives), Of(_firstSequences));
            }
        }
    }
}
