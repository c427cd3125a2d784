namespace Controller.Cluster.Shards;

/// <summary>How much and how long the router keeps what is not settled. Bounds: what is beyond them is refused, never queued without end.</summary>
public sealed record RouterOptions
{
    /// <summary>Of inputs kept for one shard, and as much again held for it on behalf of others.</summary>
    public int MaxShardBytes { get; init; } = 1024 * 1024;

    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Longer than a takeover; what is older would come too late for whoever sent it.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What was sent and not answered in any way is sent again; the receiver knows what it has taken.</summary>
    public TimeSpan Unanswered { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many acknowledgements for one peer leave at once, before a tick sends what there is.</summary>
    public int AcknowledgeAt { get; init; } = 32;
}
