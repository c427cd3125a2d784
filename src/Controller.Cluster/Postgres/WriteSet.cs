using Controller.Cluster.Membership;
using Controller.Cluster.Postgres.Wire;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Postgres;

/// <summary>What one commit does, in columns: an array a column, unpacked by UNNEST, is one statement whatever the number of rows. One for all commits: its memory stays.</summary>
internal sealed class WriteSet
{
    private readonly Dictionary<ShardId, Epoch> _fences = [];
    private readonly SortedList<int, RowColumns> _buckets = [];
    private readonly Dictionary<(ActorId, long), Life> _superseding = [];
    private readonly ArrayColumn _shards = new(ArrayColumn.Int16), _epochs = new(ArrayColumn.Int64);
    private readonly LifeColumns _births = new(), _supersedings = new(), _deaths = new();
    private readonly ArrayColumn _outboxShards = new(ArrayColumn.Int16), _outbox = new(ArrayColumn.ByteArray);
    private readonly CommitStatement _first = new();
    private readonly List<CommitStatement> _statements = [];
    private RowColumns _spare = new();
    private (int Bucket, ActorId Actor, long Life, long Sequence) _firstRow;

    public IEnumerable<int> Buckets => _buckets.Keys;

    public bool IsEmpty => _buckets.Count == 0 && _outbox.Count == 0 && _deaths.Count == 0;

    public void Clear()
    {
        if (_buckets.Count > 0)
        {
            _spare = _buckets.GetValueAtIndex(0);
            _spare.Clear();
            _buckets.Clear();
        }

        _fences.Clear();
        _shards.Clear();
        _epochs.Clear();
        _births.Clear();
        _superseding.Clear();
        _deaths.Clear();
        _outboxShards.Clear();
        _outbox.Clear();
    }

    /// <summary>A row that is there if the commit happened, and only then: its table, actor, life and number. Null: the commit has none, and its mark tells.</summary>
    public (int Bucket, ActorId Actor, long Life, long Sequence)? FirstRow => _buckets.Count == 0 ? null : _firstRow;

    /// <summary>The commit stands only if this is still ours.</summary>
    /// <returns>The fence that is stale if the commit has the shard at two epochs.</returns>
    public Fence? Require(Fence fence)
    {
        if (_fences.TryAdd(fence.Shard, fence.Epoch))
        {
            _shards.Add((short)fence.Shard.Value);
            _epochs.Add(fence.Epoch.Value);
            return null;
        }

        Epoch other = _fences[fence.Shard];
        return other == fence.Epoch ? null : fence with { Epoch = other.Value < fence.Epoch.Value ? other : fence.Epoch };
    }

    public void Row(in JournalEntry entry, Life life)
    {
        if (!_buckets.TryGetValue(life.Bucket, out RowColumns? rows))
        {
            if (_buckets.Count == 0)
            {
                rows = _spare;
                _firstRow = (life.Bucket, entry.Actor, life.Id, entry.Sequence);
            }
            else
            {
                rows = new RowColumns();
            }

            _buckets.Add(life.Bucket, rows);
        }

        rows.Add(entry, life);
    }

    public void Born(ActorId actor, ShardId shard, Life life) => _births.Add(actor, shard, life);

    /// <summary>The last of several counts.</summary>
    public void Superseded(ActorId actor, ShardId shard, Life life) => _superseding[(actor, life.Id)] = life;

    public void Died(ActorId actor, ShardId shard, Life life) => _deaths.Add(actor, shard, life);

    public void Deliver(ShardId shard, ReadOnlyMemory<byte> record)
    {
        _outboxShards.Add((short)shard.Value);
        _outbox.Add(record.Span);
    }

    /// <summary>
    /// One transaction: lock, check, rows. The check raises if a shard is not ours any more, and nothing of it has happened. One statement, but in the hours in which
    /// actors are left in an older table.
    /// </summary>
    /// <param name="number">Of this batch: the mark of one without rows.</param>
    /// <returns>Valid until the set changes.</returns>
    public IReadOnlyList<CommitStatement> Transaction(Incarnation owner, long number, long removeOutboxThrough)
    {
        _supersedings.Clear();
        foreach (((ActorId actor, _), Life life) in _superseding)
        {
            _supersedings.Add(actor, default, life);
        }

        // The newest table takes nearly all of it.
        int newest = _buckets.Count - 1;
        _first.Begin(newest < 0 ? HourlyTables.WithoutRows : HourlyTables.Commit(_buckets.GetKeyAtIndex(newest))).Add(owner.Node.Value).Add(owner.Number);
        if (newest < 0)
        {
            _first.Add(number);
        }

        _first.Add(_shards).Add(_epochs);
        _first.Add(_births.Actors).Add(_births.Shards).Add(_births.Buckets).Add(_births.Lives).Add(_births.FirstSequences);
        _first.Add(_supersedings.Actors).Add(_supersedings.Buckets).Add(_supersedings.Lives).Add(_supersedings.FirstSequences);
        _first.Add(_deaths.Actors).Add(_deaths.Lives).Add(_outboxShards).Add(_outbox).Add(removeOutboxThrough);
        _statements.Clear();
        _statements.Add(_first);
        if (newest >= 0)
        {
            _buckets.GetValueAtIndex(newest).AddTo(_first);
        }

        for (int i = 0; i < newest; i++)
        {
            CommitStatement insert = new CommitStatement().Begin(HourlyTables.Insert(_buckets.GetKeyAtIndex(i))).Add(owner.Node.Value).Add(owner.Number);
            _buckets.GetValueAtIndex(i).AddTo(insert);
            _statements.Add(insert);
        }

        return _statements;
    }
}
