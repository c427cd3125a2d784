using Controller.Sharding.Model;

namespace Controller.Cluster.Postgres;

/// <summary>Where the rows of a living actor stand.</summary>
/// <param name="Id">Tells its rows from those of an earlier actor of the same name, which stay until their table is dropped.</param>
/// <param name="Bucket">Its journal table. Fixed at its first row, and again by each row that supersedes the others.</param>
/// <param name="FirstSequence">Rows before it are superseded.</param>
internal readonly record struct Life(long Id, int Bucket, long FirstSequence, long LastSequence);

/// <summary>Which actors live in the shards that are ours: what the writer has to know to place a row. Writer thread only.</summary>
internal sealed class Lives
{
    private readonly Dictionary<ShardId, Dictionary<ActorId, Life>> _committed = [];
    private readonly Dictionary<ActorId, (ShardId Shard, Life? Life)> _pending = [];
    private readonly Dictionary<ActorId, (ShardId Shard, Life? Life)> _batch = [];

    /// <summary>As it will be if everything added since the last <see cref="Settle"/> is committed; null if it does not live.</summary>
    public Life? Of(ActorId actor, ShardId shard) =>
        _batch.TryGetValue(actor, out (ShardId, Life? Life) change) || _pending.TryGetValue(actor, out change) ? change.Life
        : _committed.TryGetValue(shard, out Dictionary<ActorId, Life>? lives) && lives.TryGetValue(actor, out Life life) ? life : null;

    /// <summary>Changes it for the batch being looked at. Null: it has ended.</summary>
    public void Set(ActorId actor, ShardId shard, Life? life) => _batch[actor] = (shard, life);

    /// <summary>The batch is part of the commit to come.</summary>
    public void KeepBatch()
    {
        foreach ((ActorId actor, (ShardId Shard, Life? Life) change) in _batch)
        {
            _pending[actor] = change;
        }

        _batch.Clear();
    }

    public void DropBatch() => _batch.Clear();

    /// <summary>What is in the store of this shard, all of it, as read from there after it became ours.</summary>
    public void Learn(ShardId shard, Dictionary<ActorId, Life> lives)
    {
        Forget(shard);
        _committed[shard] = lives;
    }

    /// <summary>Others write there from now on. A commit of ours whose fate is open says nothing of it any more either.</summary>
    public void Forget(ShardId shard)
    {
        _committed.Remove(shard);
        foreach (ActorId actor in _pending.Where(change => change.Value.Shard == shard).Select(change => change.Key).ToArray())
        {
            _pending.Remove(actor);
        }
    }

    public void Settle(bool committed)
    {
        if (committed)
        {
            foreach ((ActorId actor, (ShardId Shard, Life? Life) change) in _pending)
            {
                if (change.Life is { } life)
                {
                    Committed(change.Shard)[actor] = life;
                }
                else
                {
                    Committed(change.Shard).Remove(actor);
                }
            }
        }

        _pending.Clear();
        _batch.Clear();
    }

    private Dictionary<ActorId, Life> Committed(ShardId shard) =>
        _committed.TryGetValue(shard, out Dictionary<ActorId, Life>? lives) ? lives : _committed[shard] = [];
}
