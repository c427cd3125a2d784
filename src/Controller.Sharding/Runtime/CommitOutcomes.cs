using Controller.Sharding.Runtime.Shards;

namespace Controller.Sharding.Runtime;

/// <summary>What a finished commit means for the actors in it. Loop thread only.</summary>
internal sealed class CommitOutcomes(EngineContext context, ActorTable table, CommitPipeline commits, ShardsOnLoop shards)
{
    /// <summary>Its entries are facts now.</summary>
    public void OnCommitted(CommitBatch batch)
    {
        foreach (var cell in batch.Cells)
        {
            if (--cell.Pending == 0 && cell.Phase == CellPhase.Stopping)
            {
                table.Restart(cell);
            }
        }

        ReemitLate(batch);
    }

    /// <summary>What was decided behind a commit and waits for nothing of its own goes out when the commit is done.</summary>
    /// <returns>False if there is nothing, or trust is gone.</returns>
    public bool ReleaseUnblocked()
    {
        if (!commits.HasUnblocked)
        {
            return false;
        }

        var building = commits.Building;
        if (!commits.Gate.Perform(building))
        {
            return false;
        }

        ReemitLate(building);
        if (building.Entries.Count == 0)
        {
            commits.Gate.Settle(building);
            building.Receipts.Clear();
        }

        building.ClearWaiting();
        return true;
    }

    /// <summary>Nothing of the batch was sent, and what was decided after it stands on it: all their actors are read back.</summary>
    /// <param name="lost">Whose fault it is: this shard is stopped.</param>
    public void OnFailed(CommitBatch batch, Tenure? lost)
    {
        var building = commits.Building;
        var suspects = batch.Cells.Concat(building.Cells).Concat(batch.Waiting.Concat(building.Waiting).Select(w => w.Cell)).Distinct().ToArray();
        lost?.End();
        commits.Gate.Refuse(batch);
        commits.Gate.Refuse(building);
        building.Clear();

        // What is being released and cannot be committed is read back by its next owner.
        shards.Drop(suspects.Select(static c => c.Tenure).Where(t => ReferenceEquals(t, lost) || t.Phase == TenurePhase.Releasing).Distinct());
        foreach (var cell in suspects)
        {
            cell.Pending = 0;
            if (cell.Phase is CellPhase.Live or CellPhase.Stopping or CellPhase.Passive)
            {
                table.RequestLoad(cell);
            }
        }
    }

    private void ReemitLate(CommitBatch batch)
    {
        if (batch.LateFrom < 0)
        {
            return;
        }

        var late = batch.Waiting.Skip(batch.LateFrom).Select(w => w.Cell).ToHashSet();
        context.Report(new EngineFault(EngineFaultKind.SentTooLate, $"a commit took longer than {context.Options.SendGuard.TotalSeconds:F1} s: {late.Count} actors re-emit instead of sending late"));

        // A later decision of the same actor must not leave before what it stands on: Recovered speaks for both.
        var building = commits.Building;
        if (!ReferenceEquals(building, batch))
        {
            for (var i = 0; i < building.Waiting.Count; i++)
            {
                if (late.Contains(building.Waiting[i].Cell))
                {
                    building.Waiting[i] = building.Waiting[i] with { WithoutSends = true };
                }
            }
        }

        foreach (var cell in late)
        {
            if (cell.Phase == CellPhase.Live)
            {
                table.MakeReady(cell, recovered: true);
            }
            else if (cell.Phase == CellPhase.Passive)
            {
                table.RequestLoad(cell);
            }
        }
    }

}
