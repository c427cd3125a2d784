using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime.Shards;

/// <summary>Which shards are here, by number. Read by anybody without a lock; written by whoever owns and by the loop that drops.</summary>
internal sealed class Tenures(int shards)
{
    private readonly Tenure?[] _byShard = new Tenure?[shards];

    public Tenure? this[ShardId shard]
    {
        get => Volatile.Read(ref _byShard[shard.Value]);
        set => Volatile.Write(ref _byShard[shard.Value], value);
    }

    public bool IsOpen(ShardId shard) => this[shard] is { IsOpen: true };

    /// <summary>It has gone; a newer one in its place stays.</summary>
    public void Remove(Tenure tenure) => Interlocked.CompareExchange(ref _byShard[tenure.Shard.Value], null, tenure);

    public int CountOpen()
    {
        var count = 0;
        for (var i = 0; i < _byShard.Length; i++)
        {
            count += Volatile.Read(ref _byShard[i]) is { IsOpen: true } ? 1 : 0;
        }

        return count;
    }
}
