namespace Controller.Sharding.Model;

/// <summary>How often ownership of a shard has changed hands. Grows by one with every claim and never repeats.</summary>
public readonly record struct Epoch(long Value)
{
    public Epoch Next => new(Value + 1);

    // The generated one would print Next, and its Next, without end.
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What a commit must still be true for: this shard, at this epoch, is ours.</summary>
public readonly record struct Fence(ShardId Shard, Epoch Epoch);
