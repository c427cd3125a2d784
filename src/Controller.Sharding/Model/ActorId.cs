namespace Controller.Sharding.Model;

/// <summary>What kind of machine an actor is. Values are stored: append only, never renumber.</summary>
public readonly record struct ActorKind(byte Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>One of the fixed number of partitions of all actors (256 for the life of a cluster unless configured otherwise).</summary>
public readonly record struct ShardId(int Value)
{
    public override string ToString() => Value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An actor's identity: its kind and a 128-bit key that is already spread evenly (a keyed hash), so its shard is its top bits.</summary>
public readonly record struct ActorId(ActorKind Kind, UInt128 Key)
{
    /// <summary>The key's top 16 bits modulo the number of shards: for 256 shards, its second byte.</summary>
    public ShardId ShardOf(int shards) => new((int)((ulong)(Key >> 112) % (ulong)shards));

    public override string ToString() => $"{Kind}/{Key:x32}";
}
