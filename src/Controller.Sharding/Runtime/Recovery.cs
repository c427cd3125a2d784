using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>Brings every actor of the claimed shards back to where its last commit left it, before the loops run.</summary>
internal static class Recovery
{
    public static void Run(EngineContext context, IReadOnlyCollection<ShardId> shards, ShardLoop[] loops)
    {
        var unreadable = new HashSet<ActorKind>();
        context.Journal.Recover(shards, row =>
        {
            var loop = loops[row.Actor.ShardOf(context.Options.Shards).Value % loops.Length];
            if (loop.KindOf(row.Actor.Kind) is not null)
            {
                loop.Table.Replay(row);
            }
            else if (unreadable.Add(row.Actor.Kind))
            {
                context.Report(new EngineFault(EngineFaultKind.Unreadable, $"the journal has actors of kind {row.Actor.Kind}, which this version does not know; their rows are kept", row.Actor));
            }
        });

        foreach (var loop in loops)
        {
            loop.Table.Replayed();
        }
    }
}
