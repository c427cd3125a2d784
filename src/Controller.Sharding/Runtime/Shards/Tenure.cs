using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime.Shards;

internal enum TenurePhase
{
    /// <summary>Its actors are being read back; nothing is taken yet.</summary>
    Opening,

    /// <summary>Takes inputs.</summary>
    Open,

    /// <summary>Takes no new inputs; decides and commits what it has.</summary>
    Releasing,

    /// <summary>Released or lost: nothing of it leaves any more. Final.</summary>
    Over,
}

/// <summary>
/// One time that a shard is ours, at one epoch. Every actor belongs to one, so that a look at it says, on any thread, whether what was
/// decided for the actor may still leave: a later time of the same shard is another tenure.
/// </summary>
internal sealed class Tenure(Fence fence)
{
    private int _phase = (int)TenurePhase.Opening;
    private volatile bool _hastened;

    public Fence Fence { get; } = fence;

    public ShardId Shard => Fence.Shard;

    /// <summary>The shard's actors. Of the thread that reads them back while <see cref="TenurePhase.Opening"/>, of the loop afterwards.</summary>
    public Dictionary<ActorId, ActorCell> Cells { get; } = [];

    /// <summary>The loop has dropped it, which happens once: a later tenure of the shard may be here by now. Loop only.</summary>
    public bool IsDropped { get; set; }

    /// <summary>An input waits for it to open. Any thread.</summary>
    public bool IsHastened
    {
        get => _hastened;
        set => _hastened = value;
    }

    public TenurePhase Phase => (TenurePhase)Volatile.Read(ref _phase);

    public bool IsOpen => Phase == TenurePhase.Open;

    public bool IsOver => Phase == TenurePhase.Over;

    /// <returns>False if it was lost meanwhile.</returns>
    public bool TryOpen() => TryMove(TenurePhase.Opening, TenurePhase.Open);

    /// <summary>Lost before it was open.</summary>
    /// <returns>False if it was too late for that.</returns>
    public bool TryCancel() => TryMove(TenurePhase.Opening, TenurePhase.Over);

    /// <returns>False if it is not open.</returns>
    public bool TryRelease() => TryMove(TenurePhase.Open, TenurePhase.Releasing);

    public void End() => Volatile.Write(ref _phase, (int)TenurePhase.Over);

    private bool TryMove(TenurePhase from, TenurePhase to) => Interlocked.CompareExchange(ref _phase, (int)to, (int)from) == (int)from;
}
