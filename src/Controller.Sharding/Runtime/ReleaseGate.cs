namespace Controller.Sharding.Runtime;

/// <summary>The last look before effects leave: is the engine alive, the shard ours, trust there, the decision young enough? The journal's or the loop's thread.</summary>
internal sealed class ReleaseGate(EngineContext context)
{
    /// <summary>
    /// Performs what waits in a batch, from where it was left. Sends that come too late are left out and <see cref="CommitBatch.LateFrom"/>
    /// is set; effects of a shard that has been lost are passed over.
    /// </summary>
    /// <returns>False if trust is gone: the rest waits until it is back.</returns>
    /// <remarks>
    /// failover.md 4.3.9: a process may have stood still between decision and send; a minute later the same bytes are a ghost. All this is
    /// looked at immediately before each decision's effects. From the first late one on, no send of the batch is made, so that nothing
    /// overtakes; the loop then gives these actors Recovered, and what is still pending leaves again, from a state that knows the time.
    /// </remarks>
    public bool Perform(CommitBatch batch)
    {
        var guard = context.Options.SendGuard;
        for (; batch.Performed < batch.Waiting.Count; batch.Performed++)
        {
            if (context.Dead)
            {
                return true;
            }

            var waiting = batch.Waiting[batch.Performed];
            if (waiting.Cell.Tenure.IsOver)
            {
                continue;
            }

            if (!context.Trust.Holds)
            {
                return false;
            }

            if (batch.LateFrom < 0 && context.Clock.GetElapsedTime(waiting.DecidedTicks) > guard)
            {
                batch.LateFrom = batch.Performed;
            }

            waiting.Cell.Kind.Release(waiting.Cell.Id, waiting.Effects, waiting.DecidedAt, waiting.WithoutSends || batch.LateFrom >= 0);
        }

        return true;
    }

    /// <summary>Tells those who wait for what is done now.</summary>
    public void Settle(CommitBatch batch)
    {
        foreach (var (tenure, receipt) in batch.Receipts)
        {
            if (!tenure.IsOver && !context.Dead)
            {
                context.Settle(receipt);
            }
        }
    }

    /// <summary>Tells those whose inputs came to nothing.</summary>
    public void Refuse(CommitBatch batch)
    {
        foreach (var (tenure, receipt) in batch.Receipts)
        {
            if (!tenure.IsOver)
            {
                context.Refuse(receipt);
            }
        }
    }
}
