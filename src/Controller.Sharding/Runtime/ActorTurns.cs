using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>Whose turn it is: an input, a stashed input or a deadline meets its actor. Loop thread only.</summary>
internal sealed class ActorTurns(EngineContext context, ActorTable table, CommitPipeline commits, LoopCounters counters, Stash stash)
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    /// <summary>Hands an input to its actor, or to the actor's stash. The input is disposed when it is done with, whatever becomes of it.</summary>
    public void Dispatch(in ActorId actor, object input)
    {
        if (table.Here(actor.ShardOf(context.Options.Shards)) is not { IsOver: false } tenure)
        {
            GiveBack(actor, input);
            return;
        }

        var cell = tenure.Cells.TryGetValue(actor, out var known) ? known : table.Add(tenure, actor);

        if (cell.Phase == CellPhase.Live && !cell.HasStash)
        {
            if (cell.NeedsRecovered)
            {
                Recover(cell);
                if (cell.Phase != CellPhase.Live || !commits.CanTake)
                {
                    Wait(cell, input);
                    return;
                }
            }

            DecideAndDispose(cell, input);
            return;
        }

        Wait(cell, input);
    }

    /// <summary>One actor that was rebuilt or unblocked takes what waited for it.</summary>
    /// <returns>False if there was none.</returns>
    public bool RunReady()
    {
        if (!table.TryPeekReady(out var cell))
        {
            return false;
        }

        if (cell.Phase == CellPhase.Live && cell.NeedsRecovered)
        {
            Recover(cell);
        }

        while (cell.Phase == CellPhase.Live && cell.HasStash && commits.CanTake)
        {
            DecideAndDispose(cell, stash.Take(cell));
        }

        if (cell.Phase != CellPhase.Live || !cell.HasStash)
        {
            table.DequeueReady();
        }

        return true;
    }

    /// <summary>Fires one deadline that has passed.</summary>
    /// <returns>False if there is none.</returns>
    public bool RunTimer()
    {
        if (table.PopDue() is not { } cell)
        {
            return false;
        }

        switch (cell.Phase)
        {
            case CellPhase.Loading:
                table.RequestLoad(cell);
                break;
            case var _ when !cell.Tenure.IsOpen:
                // The shard is to go: it is the next owner's.
                break;
            case CellPhase.Live when cell.NeedsRecovered || cell.HasStash:
                // Its turn in the ready queue comes first and arms the deadline again.
                table.Arm(cell, table.Now.At.After(TimeSpan.FromMilliseconds(1)));
                break;
            case CellPhase.Live:
                Decide(cell, cell.Kind.TimerDue);
                break;
            case CellPhase.Passive:
                table.RequestLoad(cell);
                break;
        }

        return true;
    }

    private void DecideAndDispose(ActorCell cell, object input)
    {
        var receipted = input as Receipted;
        input = receipted is null ? input : receipted.Input;
        try
        {
            Decide(cell, input);
            if (receipted is not null)
            {
                commits.Acknowledge(cell, receipted.Receipt);
            }
        }
        finally
        {
            stash.Dispose(input);
        }
    }

    /// <summary>Its shard has gone. Who keeps a copy is told; otherwise this is the only one, and whoever told it may find the next owner.</summary>
    private void GiveBack(in ActorId actor, object input)
    {
        if (input is Receipted || !context.TryGiveBack(actor, input))
        {
            stash.Refuse(input);
        }
    }

    private void Recover(ActorCell cell)
    {
        cell.NeedsRecovered = false;

        // Whoever could wait has no deadline yet, and this may throw.
        table.Rearm(cell, afterTimer: false);
        Decide(cell, cell.Kind.Recovered);
    }

    private void Decide(ActorCell cell, object input)
    {
        counters.Input();
        var timer = ReferenceEquals(input, cell.Kind.TimerDue);
        if (!cell.Kind.Decide(cell, input, table.Now, commits))
        {
            // A timer that throws would fire again at once.
            if (timer)
            {
                table.Arm(cell, table.Now.At.After(AfterFault));
            }
            else
            {
                table.ForgetIfEmpty(cell);
            }

            return;
        }

        counters.Decision();
        if (cell.Phase == CellPhase.Live)
        {
            table.Rearm(cell, timer);
            table.Touch(cell);
            table.ForgetIfEmpty(cell);
        }
        else
        {
            table.Arm(cell, Instant.Never);
            if (cell.Phase == CellPhase.Gone)
            {
                table.Restart(cell);
            }
        }
    }

    private void Wait(ActorCell cell, object input)
    {
        if (cell.Phase == CellPhase.Broken)
        {
            stash.Refuse(input);
            return;
        }

        stash.Put(cell, input);
        if (cell.Phase == CellPhase.Passive)
        {
            table.RequestLoad(cell);
        }
        else if (cell.Phase == CellPhase.Live)
        {
            table.MakeReady(cell, recovered: false);
        }
    }
}
