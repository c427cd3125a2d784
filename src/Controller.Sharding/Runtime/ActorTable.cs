using System.Diagnostics.CodeAnalysis;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Timers;

namespace Controller.Sharding.Runtime;

/// <summary>
/// The actors of one loop, and what happens to each: it decides, ends, goes idle, is dropped and read back. Loop thread only (and the
/// starting thread during recovery).
/// </summary>
/// <remarks>
/// Live → Stopping → (commit) → Gone; Live → Passive → Loading → Live; Live → (failed commit) → Loading → Live; Loading → Broken.
/// An input reaches an actor only while it is live and after everything that was stashed for it.
/// </remarks>
internal sealed class ActorTable(EngineContext context, KindOnLoop?[] kinds, Stash stash, Action<ActorCell> load)
{
    private static readonly TimeSpan LoadAgain = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<ActorId, ActorCell> _cells = [];
    private readonly Queue<ActorCell> _ready = new();
    private readonly TimingWheel _wheel = new();

    public bool HasReady => _ready.Count > 0;

    /// <summary>The first deadline of any actor; nothing fires earlier.</summary>
    public Instant NextDue => _wheel.NextDue();

    /// <summary>Of this round of the loop.</summary>
    public Moment Now { get; set; }

    public ActorCell? Find(in ActorId actor) => _cells.GetValueOrDefault(actor);

    public ActorCell[] OfShard(ShardId shard) => _cells.Values.Where(c => c.Id.ShardOf(context.Options.Shards) == shard).ToArray();

    public void Arm(ActorCell cell, Instant due) => _wheel.Arm(cell, due);

    /// <summary>Takes out one actor whose deadline has passed; null if there is none.</summary>
    public ActorCell? PopDue() => (ActorCell?)_wheel.PopDue(Now.At);

    public bool TryPeekReady([MaybeNullWhen(false)] out ActorCell cell) => _ready.TryPeek(out cell);

    public void DequeueReady() => _ready.Dequeue().Queued = false;

    public IEnumerable<ActorCell> Live(ActorKind kind) => _cells.Values.Where(c => c.Id.Kind == kind && c.Phase == CellPhase.Live);

    /// <summary>Lets actors go that have been idle for as long as their kind wants.</summary>
    /// <returns>When the next one may go.</returns>
    public Instant Passivate()
    {
        var next = Instant.Never;
        foreach (var kind in kinds)
        {
            if (kind is null || !kind.Passivates)
            {
                continue;
            }

            while (kind.Idle.First is { } cell)
            {
                var due = cell.TouchedAt.After(kind.Passivation.IdleFor);
                if (due > Now.At)
                {
                    next = Instant.Earlier(next, due);
                    break;
                }

                if (cell.Phase == CellPhase.Live && cell.Pending == 0 && !cell.Queued && cell.LastSequence > 0)
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

    /// <summary>Recovery: one row of the journal, before the loops run.</summary>
    public void Replay(in JournalRow row)
    {
        var cell = _cells.TryGetValue(row.Actor, out var known) ? known : Add(row.Actor);
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
            SetAside(cell, e);
        }
    }

    /// <summary>After the last row: everybody's deadline is armed and Recovered waits for everybody.</summary>
    public void Replayed()
    {
        foreach (var cell in _cells.Values)
        {
            if (cell.Phase == CellPhase.Live)
            {
                Rearm(cell, afterTimer: false);
                Touch(cell);
                MakeReady(cell, recovered: true);
            }
        }
    }

    /// <summary>The loop ends: inputs that still wait are disposed.</summary>
    public void Abandon()
    {
        foreach (var cell in _cells.Values)
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

    public ActorCell Add(in ActorId actor)
    {
        var kind = kinds[actor.Kind.Value]!;
        var cell = new ActorCell(actor, kind) { State = kind.Empty };
        _cells.Add(actor, cell);
        kind.Count++;
        return cell;
    }

    public void Remove(ActorCell cell)
    {
        _wheel.Arm(cell, Instant.Never);
        cell.Kind.Idle.Remove(cell);
        stash.Drop(cell);
        if (_cells.Remove(cell.Id))
        {
            cell.Kind.Count -= cell.Phase == CellPhase.Broken ? 0 : 1;
        }

        (cell.Phase, cell.State) = (CellPhase.Gone, null);
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

    private void SetAside(ActorCell cell, Exception error)
    {
        _wheel.Arm(cell, Instant.Never);
        stash.Drop(cell);
        (cell.State, cell.Phase) = (null, CellPhase.Broken);
        cell.Kind.Count--;
        context.Report(new EngineFault(EngineFaultKind.Unreadable, $"actor {cell.Id} cannot be read back and is set aside: {error.Message}", cell.Id, Error: error));
    }
}
