using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>What the lanes of one router share.</summary>
internal sealed class RouterContext(
    IActorSystem local, IShardHost host, ShardTable table, ILinks links, IInputCodec codec, Incarnation self, TimeProvider clock, RouterOptions options)
{
    /// <summary>The lower bits of a number name its shard, so that an answer finds its lane.</summary>
    private const int ShardBits = 12;

    private readonly long _origin = clock.GetTimestamp();

    // Numbers are not used again by a later run of this node: an answer that was meant for the earlier one finds nothing.
    private long _last = clock.GetUtcNow().ToUnixTimeMilliseconds() << 10;
    private long _bytes;

    public const int MaxShards = 1 << ShardBits;

    public IActorSystem Local { get; } = local;
    public IShardHost Host { get; } = host;
    public ShardTable Table { get; } = table;
    public ILinks Links { get; } = links;
    public IInputCodec Codec { get; } = codec;
    public Incarnation Self { get; } = self;
    public RouterOptions Options { get; } = options;
    public RouterInstruments Instruments { get; } = new();

    /// <summary>Milliseconds; only differences mean anything.</summary>
    public long Now => (long)clock.GetElapsedTime(_origin).TotalMilliseconds;

    public long NextNumber(ShardId shard) => (Interlocked.Increment(ref _last) << ShardBits) | (uint)shard.Value;

    public static int ShardOf(long number) => (int)(number & (MaxShards - 1));

    /// <summary>Between 20 and 50 ms, another for each shard: what was refused does not come back all at once.</summary>
    public static long RetryAfter(ShardId shard) => 20 + (shard.Value * 7 % 31);

    /// <returns>False if as much is kept as is allowed.</returns>
    public bool TryKeep(int bytes, int ofShard)
    {
        if (ofShard + bytes > Options.MaxShardBytes)
        {
            return false;
        }

        if (Interlocked.Add(ref _bytes, bytes) > Options.MaxBytes)
        {
            Interlocked.Add(ref _bytes, -bytes);
            return false;
        }

        Instruments.Kept(1, bytes);
        return true;
    }

    public void Forget(int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Instruments.Kept(-1, -bytes);
    }
}
