namespace Controller.Sharding.Runtime.Shards;

/// <summary>One call of Release on its way: counts the shards that have gone, and tells when all have.</summary>
internal sealed class Releasing(EngineContext context, int shards, Action released)
{
    private readonly long _since = context.Clock.GetTimestamp();
    private int _awaited = shards;

    public void OneGone()
    {
        if (Interlocked.Decrement(ref _awaited) == 0)
        {
            context.Instruments.Released(context.Clock.GetElapsedTime(_since));
            context.Call(released);
        }
    }

    /// <summary>To the loop: these go when nothing of them is on its way any more.</summary>
    public sealed class Departing(Releasing releasing, ShardLoop loop, Tenure[] tenures) : LoopMessage
    {
        private int _done;

        public override void Run()
        {
            _done = 1;
            foreach (var tenure in tenures)
            {
                loop.Shards.Release(tenure, releasing);
            }
        }

        public override void Abandon()
        {
            if (Interlocked.Exchange(ref _done, 1) == 0)
            {
                foreach (var tenure in tenures)
                {
                    tenure.End();
                    releasing.OneGone();
                }
            }
        }
    }
}
