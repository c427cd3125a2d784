using System.Diagnostics.CodeAnalysis;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;
using Controller.Sharding.Timers;

namespace Controller.Sharding.Runtime;

/// <summary>
/// The actors of one loop, and what happens to each: it decides, ends, goes idle, is dropped and read back. Loop thread only.
/// </summary>
/// <remarks>
/// Live → Stopping → (commit) → Gone; Live → Passive → Loading → Live; Live → (failed commit) → Loading → Live; Loading → Broken.
/// An input reaches an actor only while it is live and after everything that was stashed for it.
/// </remarks>
internal sealed class ActorTable(EngineContext context, KindOnLoop?[] kinds, Stash stash, Action<ActorCell> load)
{
    private static readonly TimeSpan LoadAgain = TimeSpan.FromMilliseconds(200);

    private readonly KindOnLoop[] _passivating = [.. kinds.OfType<KindOnLoop>().Where(static kind => kind.Passivates)];
    private readonly Tenure?[] _here = new Tenure?[context.Options.Shards];
    private readonly Queue<ActorCell> _ready = new();
    private readonly TimingWheel _wheel = new();

    public bool HasReady => _ready.Count > 0;

    /// <summary>The first deadline of any actor; nothing fires earlier.</summary>
    public Instant NextDue => _wheel.NextDue();

    /// <summary>Of this round of the loop.</summary>
    public Moment Now { get; set; }

    /// <summary>Null unless the shard is open or being released.</summary>
    public Tenure? Here(ShardId shard) => _here[shard.Value];

    public void Arm(ActorCell cell, Instant due) => _wheel.Arm(cell, due);

    /// <summary>Takes out one actor whose deadline has passed; null if there is none.</summary>
    public ActorCell? PopDue() => (ActorCell?)_wheel.PopDue(Now.At);

    public bool TryPeekReady([MaybeNullWhen(false)] out ActorCell cell) => _ready.TryPeek(out cell);

    public void DequeueReady() => _ready.Dequeue().Queued = false;

    public IEnumerable<ActorCell> Live(ActorKind kind) => Cells.Where(c => c.Id.Kind == kind && c.Phase == CellPhase.Live);

    /// <summary>Lets actors go that have been idle for as long as their kind wants.</summary>
    /// <returns>When the next one may go.</returns>
    public Instant Passivate()
    {
        var next = Instant.Never;
        foreach (var kind in _passivating)
        {
            while (kind.Idle.First is { } cell)
            {
                var due = cell.TouchedAt.After(kind.Passivation.IdleFor);
                if (due > Now.At)
                {
                    next = Instant.Earlier(next, due);
                    break;
                }

                if (cell.Phase == CellPhase.Live && cell.Pending == 0 && !cell.Queued && !cell.NeedsRecovered && cell.LastSequence > 0)
                {
                    kind.Idle.Remove(cell);
                    (cell.State, cell.Phase) = (null, CellPhase.Passive);
                }
                else
                {
                    kind.Idle.Touch(cell, Now.At);
                }
            }
        }

        return next;
    }

    public void OnLoaded(ActorCell cell, object? state, long lastSequence, Exception? error)
    {
        if (cell.Phase != CellPhase.Loading)
        {
            return;
        }

        switch (error)
        {
            case null when state is null:
                Restart(cell);
                break;
            case null:
                (cell.State, cell.LastSequence, cell.Phase) = (state, lastSequence, CellPhase.Live);
                Rearm(cell, afterTimer: false);
                MakeReady(cell, recovered: true);
                break;
            case JournalException:
                context.Report(new EngineFault(EngineFaultKind.JournalFailed, $"actor {cell.Id} cannot be read: {error.Message}", cell.Id, Error: error));
                _wheel.Arm(cell, Now.At.After(LoadAgain));
                break;
            default:
                SetAside(cell, error);
                break;
        }
    }

    /// <summary>
    /// Takes in the actors of a shard that were read back: Recovered waits for everybody. Whoever may wait gets it with his first input, or with <see cref="Resume"/>,
    /// and has no deadline until then; for all others it is next, and their deadline is armed.
    /// </summary>
    /// <returns>How many.</returns>
    public int Install(Tenure tenure)
    {
        _here[tenure.Shard.Value] = tenure;
        var count = 0;
        foreach (var cell in tenure.Cells.Values)
        {
            if (cell.Phase == CellPhase.Live)
            {
                cell.Kind.Count++;
                count++;
                Touch(cell);
                if (cell.Kind.MayWait(cell))
                {
                    cell.NeedsRecovered = true;
                }
                else
                {
                    Rearm(cell, afterTimer: false);
                    MakeReady(cell, recovered: true);
                }
            }
        }

        return count;
    }

    /// <summary>Now for those who could wait.</summary>
    public void Resume(Tenure tenure)
    {
        foreach (var cell in tenure.Cells.Values)
        {
            if (cell is { Phase: CellPhase.Live, NeedsRecovered: true })
            {
                MakeReady(cell, recovered: true);
            }
        }
    }

    /// <summary>Forgets the actors of a shard, silently; inputs that wait for them are refused.</summary>
    public void Uninstall(Tenure tenure)
    {
        _here[tenure.Shard.Value] = null;
        foreach (var cell in tenure.Cells.Values)
        {
            Detach(cell);
        }

        tenure.Cells.Clear();
    }

    /// <summary>The loop ends: inputs that still wait are disposed.</summary>
    public void Abandon()
    {
        foreach (var cell in Cells)
        {
            stash.Drop(cell);
        }
    }

    public void Rearm(ActorCell cell, bool afterTimer)
    {
        var due = cell.Kind.NextDue(cell);

        // An actor whose deadline stays in the past may fire once a millisecond, not for ever in one round.
        _wheel.Arm(cell, afterTimer && due <= Now.At ? Now.At.After(TimeSpan.FromMilliseconds(1)) : due);
    }

    public void Touch(ActorCell cell)
    {
        if (cell.Kind.Passivates)
        {
            cell.Kind.Idle.Touch(cell, Now.At);
        }
    }

    /// <summary>Somebody asked for an actor that does not exist: what has no events, no state and no deadline takes no memory.</summary>
    public void ForgetIfEmpty(ActorCell cell)
    {
        if (cell.LastSequence == 0 && cell.Due == Instant.Never && ReferenceEquals(cell.State, cell.Kind.Empty) && !cell.HasStash)
        {
            Remove(cell);
        }
    }

    public ActorCell Add(Tenure tenure, in ActorId actor)
    {
        var kind = kinds[actor.Kind.Value]!;
        var cell = new ActorCell(actor, kind, tenure) { State = kind.Empty };
        tenure.Cells.Add(actor, cell);
        kind.Count++;
        return cell;
    }

    public void Remove(ActorCell cell)
    {
        if (cell.Tenure.Cells.Remove(cell.Id))
        {
            Detach(cell);
        }
    }

    /// <summary>The actor has ended and the journal has forgotten it. What came for it meanwhile meets a new, empty one.</summary>
    public void Restart(ActorCell cell)
    {
        if (!cell.HasStash)
        {
            Remove(cell);
            return;
        }

        (cell.State, cell.LastSequence, cell.Phase, cell.NeedsRecovered) = (cell.Kind.Empty, 0, CellPhase.Live, false);
        MakeReady(cell, recovered: false);
    }

    public void MakeReady(ActorCell cell, bool recovered)
    {
        cell.NeedsRecovered |= recovered;
        if (!cell.Queued)
        {
            cell.Queued = true;
            _ready.Enqueue(cell);
        }
    }

    public void RequestLoad(ActorCell cell)
    {
        _wheel.Arm(cell, Instant.Never);
        cell.Kind.Idle.Remove(cell);
        (cell.State, cell.Phase, cell.NeedsRecovered) = (null, CellPhase.Loading, false);
        load(cell);
    }

    private IEnumerable<ActorCell> Cells => _here.OfType<Tenure>().SelectMany(static t => t.Cells.Values);

    private void Detach(ActorCell cell)
    {
        _wheel.Arm(cell, Instant.Never);
        cell.Kind.Idle.Remove(cell);
        stash.Drop(cell);
        cell.Kind.Count -= cell.Phase == CellPhase.Broken ? 0 : 1;
        (cell.Phase, cell.State) = (CellPhase.Gone, null);
    }

    private void SetAside(ActorCell cell, Exception error)
    {
        _wheel.Arm(cell, Instant.Never);
        stash.Drop(cell);
        (cell.State, cell.Phase) = (null, CellPhase.Broken);
        cell.Kind.Count--;
        context.Report(EngineFault.SetAside(cell.Id, error));
    }
}
