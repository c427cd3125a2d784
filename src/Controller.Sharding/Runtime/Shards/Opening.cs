using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime.Shards;

/// <summary>
/// One call of Own on its way: 1. the loops drop what is left of earlier tenures, 2. a thread that is no loop's reads the rows and folds
/// them, 3. the loops take the finished actors in and open the shards. What is lost on the way is left out.
/// </summary>
internal sealed class Opening(EngineContext context, ShardLoop[] loops, IReadOnlyList<Tenure> tenures, Action<int, Exception?> opened)
{
    private readonly long _since = context.Clock.GetTimestamp();
    private int _awaited;
    private int _actors;
    private int _told;

    /// <param name="read">Reads this opening's rows on the thread for it.</param>
    public void Begin(Action<Opening> read) => EveryLoop((loop, its) => new Expecting(this, loop, its, read));

    /// <summary>The thread that reads.</summary>
    public void Read()
    {
        try
        {
            Replay();
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        // The journal has learnt of them behind the loop's Forget.
        var lost = tenures.Where(static t => t.IsOver).Select(static t => t.Shard).ToArray();
        context.ForgetInJournal(lost);
        EveryLoop((loop, its) => new Installing(this, loop, its));
    }

    /// <summary>The reading alone, on the caller's thread.</summary>
    public void Rehearse()
    {
        try
        {
            Replay();
        }
        finally
        {
            context.ForgetInJournal([.. tenures.Select(static t => t.Shard)]);
        }
    }

    private void EveryLoop(Func<ShardLoop, Tenure[], LoopMessage> message)
    {
        var byLoop = tenures.GroupBy(t => loops[t.Shard.Value % loops.Length]).ToArray();
        _awaited = byLoop.Length;
        foreach (var its in byLoop)
        {
            its.Key.Post(message(its.Key, [.. its]));
        }
    }

    private void Replay()
    {
        var byShard = tenures.ToDictionary(static t => t.Shard);
        var unreadable = new HashSet<ActorKind>();
        context.Journal.Recover([.. byShard.Keys], row =>
        {
            var tenure = byShard[row.Actor.ShardOf(context.Options.Shards)];
            if (tenure.Cells.TryGetValue(row.Actor, out var cell))
            {
                Fold(cell, row);
            }
            else if (loops[tenure.Shard.Value % loops.Length].KindOf(row.Actor.Kind) is { } kind)
            {
                tenure.Cells.Add(row.Actor, cell = new ActorCell(row.Actor, kind, tenure) { State = kind.Empty });
                Fold(cell, row);
            }
            else if (unreadable.Add(row.Actor.Kind))
            {
                context.Report(new EngineFault(EngineFaultKind.Unreadable, $"the journal has actors of kind {row.Actor.Kind}, which this version does not know; their rows are kept", row.Actor));
            }
        });
    }

    private void Fold(ActorCell cell, in JournalRow row)
    {
        if (cell.Phase == CellPhase.Broken)
        {
            return;
        }

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

    private void Fail(Exception error)
    {
        foreach (var tenure in tenures)
        {
            tenure.End();
            context.Tenures.Remove(tenure);
        }

        context.ForgetInJournal([.. tenures.Select(static t => t.Shard)]);
        context.Report(new EngineFault(EngineFaultKind.OwnFailed, $"{tenures.Count} shards cannot be opened: {error.Message}", Shard: tenures[0].Shard, Error: error));
        Tell(0, error);
    }

    private void Tell(int actors, Exception? error)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            context.Instruments.Owned(context.Clock.GetElapsedTime(_since));
            context.Call(() => opened(actors, error));
        }
    }

    /// <summary>The engine has ended on the way.</summary>
    public void Abandon() => Tell(0, new ObjectDisposedException(nameof(ActorSystem), "the engine has ended"));

    private bool IsLast() => Interlocked.Decrement(ref _awaited) == 0;

    private sealed class Expecting(Opening opening, ShardLoop loop, Tenure[] tenures, Action<Opening> read) : LoopMessage
    {
        public override void Run()
        {
            loop.Shards.Expect(tenures);
            if (opening.IsLast())
            {
                read(opening);
            }
        }

        public override void Abandon() => opening.Abandon();
    }

    private sealed class Installing(Opening opening, ShardLoop loop, Tenure[] tenures) : LoopMessage
    {
        public override void Run()
        {
            var actors = tenures.Sum(loop.Shards.Open);
            Interlocked.Add(ref opening._actors, actors);
            if (opening.IsLast())
            {
                opening.Tell(opening._actors, null);
            }
        }

        public override void Abandon() => opening.Abandon();
    }
}
