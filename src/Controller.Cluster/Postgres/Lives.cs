using Controller.Sharding.Model;

namespace Controller.Cluster.Postgres;

/// <summary>Where the rows of a living actor stand.</summary>
/// <param name="Id">Tells its rows from those of an earlier actor of the same name, which stay until their table is dropped.</param>
/// <param name="Bucket">Its journal table. Fixed at its first row, and again by each row that supersedes the others.</param>
/// <param name="FirstSequence">Rows before it are superseded.</param>
internal readonly record struct Life(long Id, int Bucket, long FirstSequence, long LastSequence);

/// <summary>Which actors live: what the writer has to know to place a row. Writer thread only.</summary>
internal sealed class Lives
{
    private readonly Dictionary<ActorId, Life> _committed = [];
    private readonly Dictionary<ActorId, Life?> _pending = [];
    private readonly Dictionary<ActorId, Life?> _batch = [];

    /// <summary>As it will be if everything added since the last <see cref="Settle"/> is committed; null if it does not live.</summary>
    public Life? Of(ActorId actor) =>
        _batch.TryGetValue(actor, out Life? life) || _pending.TryGetValue(actor, out life) ? life : _committed.TryGetValue(actor, out Life known) ? known : null;

    /// <summary>Changes it for the batch being looked at. Null: it has ended.</summary>
    public void Set(ActorId actor, Life? life) => _batch[actor] = life;

    /// <summary>The batch is part of the commit to come.</summary>
    public void KeepBatch()
    {
        foreach ((ActorId actor, Life? life) in _batch)
        {
            _pending[actor] = life;
        }

        _batch.Clear();
    }

    public void DropBatch() => _batch.Clear();

    /// <summary>What is in the store, as read from it.</summary>
    public void Learn(ActorId actor, Life life) => _committed[actor] = life;

    public void Settle(bool committed)
    {
        if (committed)
        {
            foreach ((ActorId actor, Life? life) in _pending)
            {
                if (life is { } lives)
                {
                    _committed[actor] = lives;
                }
                else
                {
                    _committed.Remove(actor);
                }
            }
        }

        _pending.Clear();
        _batch.Clear();
    }
}
