namespace Controller.Sharding.Runtime.Shards;

/// <summary>The shards of one loop come and go here. Loop thread only.</summary>
internal sealed class ShardsOnLoop(EngineContext context, ActorTable table, CommitPipeline commits, Mailbox mailbox, Stash stash)
{
    private readonly List<Leaving> _leaving = [];

    /// <summary>Room for the tenures to come: what is left of earlier ones is dropped.</summary>
    public void Expect(IEnumerable<Tenure> coming) => Drop(coming.Select(t => table.Here(t.Shard)).OfType<Tenure>());

    /// <summary>The actors read back join the others; from now on the shard takes inputs.</summary>
    /// <returns>How many actors; 0 if the shard was lost meanwhile.</returns>
    public int Open(Tenure tenure)
    {
        if (tenure.IsOver)
        {
            return 0;
        }

        var count = table.Install(tenure);
        if (tenure.TryOpen())
        {
            return count;
        }

        Drop([tenure]);
        return 0;
    }

    /// <summary>Everything that came with it is read: its actors that could wait go on.</summary>
    public void Resume(Tenure tenure)
    {
        if (ReferenceEquals(table.Here(tenure.Shard), tenure))
        {
            table.Resume(tenure);
        }
    }

    /// <summary>What has reached the mailbox by now is still decided.</summary>
    public void Release(Tenure tenure, Releasing release)
    {
        if (ReferenceEquals(table.Here(tenure.Shard), tenure))
        {
            _leaving.Add(new Leaving(tenure, mailbox.Told, release));
            commits.Hurry = true;
        }
        else
        {
            release.OneGone();
        }
    }

    /// <summary>Released, lost or replaced: its actors are forgotten here. The journal hears of it behind the last append for them.</summary>
    public void Drop(IEnumerable<Tenure> tenures)
    {
        var dropped = tenures.Where(static t => !t.IsDropped).ToArray();
        if (dropped.Length == 0)
        {
            return;
        }

        foreach (var tenure in dropped)
        {
            tenure.End();
            tenure.IsDropped = true;
            commits.Building.Drop(tenure);
            if (ReferenceEquals(table.Here(tenure.Shard), tenure))
            {
                table.Uninstall(tenure);
            }
        }

        context.ForgetInJournal([.. dropped.Select(static t => t.Shard)]);
        foreach (var tenure in dropped)
        {
            context.Tenures.Remove(tenure);
        }

        Leave();
    }

    /// <summary>Lets those go of which nothing is undecided, uncommitted or unreleased any more.</summary>
    /// <returns>True if any has gone.</returns>
    public bool Advance()
    {
        if (_leaving.Count == 0)
        {
            return false;
        }

        var gone = _leaving.Where(l => mailbox.Taken >= l.ToldThrough && !commits.Carries(l.Tenure) && !HasWaiting(l.Tenure)).Select(l => l.Tenure).ToArray();
        Drop(gone);
        return gone.Length > 0;
    }

    /// <summary>The loop ends with them: whoever waits is told.</summary>
    public void Abandon()
    {
        foreach (var leaving in _leaving)
        {
            leaving.Release.OneGone();
        }

        _leaving.Clear();
    }

    private bool HasWaiting(Tenure tenure) => stash.Count > 0 && tenure.Cells.Values.Any(static c => c.HasStash);

    private void Leave()
    {
        if (_leaving.Count == 0)
        {
            return;
        }

        var gone = _leaving.Where(static l => l.Tenure.IsOver).ToArray();
        _leaving.RemoveAll(static l => l.Tenure.IsOver);
        commits.Hurry = _leaving.Count > 0;
        foreach (var leaving in gone)
        {
            leaving.Release.OneGone();
        }
    }

    /// <param name="ToldThrough">The mailbox's position when the release reached the loop.</param>
    private readonly record struct Leaving(Tenure Tenure, long ToldThrough, Releasing Release);
}
