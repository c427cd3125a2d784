using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>The newest epoch of each shard, as in the table <c>shard</c>: one process has the file, and claims and commits are on one thread.</summary>
internal sealed class Epochs
{
    private readonly Dictionary<ShardId, Epoch> _newest = [];

    /// <exception cref="SqliteFailure"/>
    public static Epochs Read(Database database)
    {
        var epochs = new Epochs();
        using Statement all = database.Prepare("SELECT shard, epoch FROM shard");
        while (all.Step())
        {
            epochs._newest.Add(new ShardId((int)all.Integer(0)), new Epoch(all.Integer(1)));
        }

        return epochs;
    }

    public bool Stands(Fence fence) => _newest.TryGetValue(fence.Shard, out Epoch newest) && newest == fence.Epoch;

    public void Claimed(Fence fence) => _newest[fence.Shard] = fence.Epoch;
}
