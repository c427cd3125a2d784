namespace Controller.Sharding.Model;

/// <summary>
/// The engine as the cluster sees it: shards come and go while it runs. What comes is read back from the journal before it takes an input;
/// what goes has committed and released everything that was decided. Thread-safe; callbacks come on any thread, once.
/// </summary>
public interface IShardHost
{
    /// <summary>True from the moment the shard takes inputs until it is to be released, or lost.</summary>
    bool Owns(ShardId shard);

    /// <summary>The fence under which the shard's effects leave: from its opening until it has been released (not only is to be), or is lost; else null.</summary>
    Fence? FenceOf(ShardId shard);

    /// <summary>Reads every actor of these shards back, a few shards at a time, and opens each shard as soon as all of it is read; the journal already says that they are ours at these epochs.</summary>
    /// <remarks>A shard that is here already at this epoch or a later one is left as it is; one that is lost meanwhile is left out. Calls take turns.</remarks>
    /// <param name="opened">
    /// Called with the number of actors read back once all take inputs; or, with the number until then, with the failure that ended the reading: what is open stays so, the
    /// rest is not here, and it may be tried again.
    /// </param>
    void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened);

    /// <summary>An input waits for this shard: if it is still to be read back, it comes before those for which none does. Costs a look; may be said again and again.</summary>
    void Hasten(ShardId shard);

    /// <summary>No input is taken any more at once; <paramref name="released"/> is called when everything decided is committed and its effects are out, and the actors are forgotten here.</summary>
    /// <remarks>What is in the mailbox is still decided. If a commit of it fails, the shard is lost, and released all the same: its next owner reads what is stored. The same epoch may be owned again once it is released.</remarks>
    void Release(IReadOnlyList<ShardId> shards, Action released);

    /// <summary>Somebody else owns them: nothing of theirs may leave any more. Their actors are dropped silently.</summary>
    void Lose(IReadOnlyList<ShardId> shards);
}
