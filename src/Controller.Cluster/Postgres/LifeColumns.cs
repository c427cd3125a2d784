using Controller.Cluster.Postgres.Wire;
using Controller.Sharding.Model;

namespace Controller.Cluster.Postgres;

/// <summary>Changes of living actors.</summary>
internal sealed class LifeColumns
{
    public ArrayColumn Actors { get; } = new(ArrayColumn.ByteArray);

    public ArrayColumn Shards { get; } = new(ArrayColumn.Int16);

    public ArrayColumn Buckets { get; } = new(ArrayColumn.Int32);

    public ArrayColumn Lives { get; } = new(ArrayColumn.Int64);

    public ArrayColumn FirstSequences { get; } = new(ArrayColumn.Int64);

    public int Count => Actors.Count;

    public void Add(ActorId actor, ShardId shard, Life life)
    {
        StoredActor.Write(actor, Actors.Next(StoredActor.Length));
        Shards.Add((short)shard.Value);
        Buckets.Add(life.Bucket);
        Lives.Add(life.Id);
        FirstSequences.Add(life.FirstSequence);
    }

    public void Clear()
    {
        Actors.Clear();
        Shards.Clear();
        Buckets.Clear();
        Lives.Clear();
        FirstSequences.Clear();
    }
}
