using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime.Shards;

/// <summary>Reads rows back and folds them into actors, on a thread that is no loop's.</summary>
internal sealed class Replay(EngineContext context, ShardLoop[] loops)
{
    private readonly HashSet<ActorKind> _unreadable = [];

    /// <summary>Every actor of these shards, into its tenure.</summary>
    /// <returns>How many rows they had.</returns>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public int Read(IReadOnlyList<Tenure> tenures)
    {
        var byShard = tenures.ToDictionary(static t => t.Shard);
        var rows = 0;
        ActorId current = default;
        ActorCell? cell = null;
        context.Journal.Recover(byShard.Keys, row =>
        {
            // An actor's rows come together.
            if (rows++ == 0 || row.Actor != current)
            {
                (current, cell) = (row.Actor, CellOf(row.Actor, byShard[row.Actor.ShardOf(context.Options.Shards)]));
            }

            if (cell is { Phase: not CellPhase.Broken })
            {
                Fold(cell, row);
            }
        });
        return rows;
    }

    /// <returns>Null if no such kind is known.</returns>
    private ActorCell? CellOf(ActorId actor, Tenure tenure)
    {
        if (loops[tenure.Shard.Value % loops.Length].KindOf(actor.Kind) is { } kind)
        {
            var cell = new ActorCell(actor, kind, tenure) { State = kind.Empty };
            tenure.Cells.Add(actor, cell);
            return cell;
        }

        if (_unreadable.Add(actor.Kind))
        {
            context.Report(new EngineFault(EngineFaultKind.Unreadable, $"the journal has actors of kind {actor.Kind}, which this version does not know; their rows are kept", actor));
        }

        return null;
    }

    private void Fold(ActorCell cell, in JournalRow row)
    {
        cell.LastSequence = row.Sequence;
        try
        {
            cell.State = cell.Kind.Fold(cell.State!, row.Payload.Span);
        }
        catch (Exception e)
        {
            (cell.State, cell.Phase) = (null, CellPhase.Broken);
            context.Report(EngineFault.SetAside(cell.Id, e));
        }
    }
}
