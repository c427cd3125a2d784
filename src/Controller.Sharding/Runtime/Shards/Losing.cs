namespace Controller.Sharding.Runtime.Shards;

/// <summary>To the loop: these are over, and what is left of them goes.</summary>
internal sealed class Losing(ShardLoop loop, Tenure[] tenures) : LoopMessage
{
    public override void Run() => loop.Shards.Drop(tenures);

    public override void Abandon()
    {
    }
}
