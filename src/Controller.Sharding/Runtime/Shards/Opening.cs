namespace Controller.Sharding.Runtime.Shards;

/// <summary>
/// One call of Own on its way: 1. the loops drop what is left of earlier tenures, 2. a thread that is no loop's reads a few shards back, 3. the loops take
/// their finished actors in and open them while the next are read, those first for which an input waits; 4. when nothing more is to be read, actors get
/// their Recovered that could wait for it. What is lost on the way is left out; a failure ends the reading, and what is open by then stays so.
/// </summary>
/// <param name="shardsAtFirst">So many shards at a time, until it is known how many rows they have.</param>
internal sealed class Opening(EngineContext context, ShardLoop[] loops, IReadOnlyList<Tenure> tenures, int shardsAtFirst, Action<int, Exception?> opened)
{
    // A part of so many rows takes a tenth of a second, beside which the fixed cost of asking for it does not show.
    private const int RowsOfAPart = 4000;

    private readonly long _since = context.Clock.GetTimestamp();
    private readonly Replay _replay = new(context, loops);
    private readonly List<Tenure> _unread = [.. tenures];
    private int _shardsAtOnce = shardsAtFirst;
    private Exception? _failure;
    private int _awaited;
    private int _actors;
    private int _told;

    /// <param name="read">Has <see cref="ReadPart"/> called, on the thread for it, until nothing is left to read.</param>
    public void Begin(Action<Opening> read)
    {
        var byLoop = ByLoop(tenures);
        _awaited = byLoop.Length;
        foreach (var its in byLoop)
        {
            its.Key.Post(new Expecting(this, its.Key, [.. its], read));
        }
    }

    /// <summary>The thread that reads: the next shards.</summary>
    /// <returns>False if nothing is left to read.</returns>
    public bool ReadPart()
    {
        var part = NextPart();
        try
        {
            var rows = part.Count == 0 ? 0 : _replay.Read(part);
            _shardsAtOnce = rows > RowsOfAPart ? Math.Max(1, _shardsAtOnce / 2) : rows < RowsOfAPart / 2 ? _shardsAtOnce * 2 : _shardsAtOnce;
        }
        catch (Exception e)
        {
            Fail(e, [.. part, .. _unread]);
            End();
            return false;
        }

        // Of what was lost the journal has learnt behind the loop's Forget.
        context.ForgetInJournal([.. part.Where(static t => t.IsOver).Select(static t => t.Shard)]);
        var byLoop = ByLoop(part);
        Interlocked.Add(ref _awaited, byLoop.Length);
        foreach (var its in byLoop)
        {
            its.Key.Post(new Installing(this, its.Key, [.. its]));
        }

        if (_unread.Count > 0)
        {
            return true;
        }

        End();
        return false;
    }

    /// <summary>The reading alone, on the caller's thread.</summary>
    public void Rehearse()
    {
        try
        {
            _replay.Read(tenures);
        }
        finally
        {
            context.ForgetInJournal([.. tenures.Select(static t => t.Shard)]);
        }
    }

    /// <summary>The engine has ended on the way.</summary>
    public void Abandon() => Tell(0, new ObjectDisposedException(nameof(ActorSystem), "the engine has ended"));

    private IGrouping<ShardLoop, Tenure>[] ByLoop(IEnumerable<Tenure> some) => [.. some.GroupBy(t => loops[t.Shard.Value % loops.Length])];

    private List<Tenure> NextPart()
    {
        _unread.RemoveAll(static t => t.IsOver);
        List<Tenure> part = [.. _unread.Where(static t => t.IsHastened).Take(_shardsAtOnce)];
        if (part.Count == 0)
        {
            part = [.. _unread.Take(_shardsAtOnce)];
        }

        _unread.RemoveAll(part.Contains);
        return part;
    }

    /// <summary>Nothing more is read: whoever could wait for that goes on.</summary>
    private void End()
    {
        foreach (var its in ByLoop(tenures))
        {
            its.Key.Post(new Resuming(its.Key, [.. its]));
        }

        OneDone();
    }

    private void Fail(Exception error, Tenure[] lost)
    {
        foreach (var tenure in lost)
        {
            tenure.End();
            context.Tenures.Remove(tenure);
        }

        _failure = error;
        context.ForgetInJournal([.. lost.Select(static t => t.Shard)]);
        context.Report(new EngineFault(EngineFaultKind.OwnFailed, $"{lost.Length} shards cannot be opened: {error.Message}", Shard: lost[0].Shard, Error: error));
    }

    /// <summary>The reading, or what one loop was to install.</summary>
    private void OneDone()
    {
        if (Interlocked.Decrement(ref _awaited) == 0)
        {
            Tell(_actors, _failure);
        }
    }

    private void Tell(int actors, Exception? error)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            context.Instruments.Owned(context.Clock.GetElapsedTime(_since));
            context.Call(() => opened(actors, error));
        }
    }

    private sealed class Expecting(Opening opening, ShardLoop loop, Tenure[] tenures, Action<Opening> read) : LoopMessage
    {
        public override void Run()
        {
            loop.Shards.Expect(tenures);
            if (Interlocked.Decrement(ref opening._awaited) == 0)
            {
                // The reading itself.
                opening._awaited = 1;
                read(opening);
            }
        }

        public override void Abandon() => opening.Abandon();
    }

    private sealed class Resuming(ShardLoop loop, Tenure[] tenures) : LoopMessage
    {
        public override void Run() => Array.ForEach(tenures, loop.Shards.Resume);

        public override void Abandon()
        {
        }
    }

    private sealed class Installing(Opening opening, ShardLoop loop, Tenure[] tenures) : LoopMessage
    {
        public override void Run()
        {
            Interlocked.Add(ref opening._actors, tenures.Sum(loop.Shards.Open));
            opening.OneDone();
        }

        public override void Abandon() => opening.Abandon();
    }
}
