using System.Collections.Concurrent;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime.Shards;
using Controller.Sharding.Threads;

namespace Controller.Sharding.Runtime;

/// <summary>
/// One thread, the shards whose number modulo the loops is its own, and all that happens to their actors. It never waits for a commit;
/// it sleeps only when there is nothing to decide, or little, and that would wait for the commit in flight anyway.
/// </summary>
/// <remarks>
/// A round: 1. take back a finished batch, 2. messages beside the mailbox, 3. actors that were waiting, 4. deadlines, 5. inputs,
/// 6. let idle actors go, 7. hand the batch to the journal. Each step is bounded, so that none starves another.
/// </remarks>
internal sealed class ShardLoop : IDisposable
{
    private const int InputsPerRound = 256;
    private const int TimersPerRound = 64;

    // While all that is decided waits for a commit: so many inputs are worth a wake-up before it is done.
    private const int ManyInputs = 32;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    // How deep the loop sleeps: an input wakes it; or the end of the commit in flight, a message, many inputs.
    private const int Lightly = 1;
    private const int UntilCommit = 2;

    private readonly EngineContext _context;
    private readonly KindOnLoop?[] _kinds;
    private readonly Mailbox _mailbox;
    private readonly ConcurrentQueue<LoopMessage> _messages = new();
    private readonly CommitPipeline _commits;
    private readonly Stash _stash;
    private readonly ActorTurns _turns;
    private readonly CommitOutcomes _outcomes;
    private readonly Admission _admission;
    private readonly Sleeper _sleeper = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer? _alarm;
    private Thread? _thread;
    private Instant _now = Instant.Zero;
    private Instant _idleDue = Instant.Never;
    private long _roundBegan;
    private volatile bool _hasEnded;
    private bool _gaveUp;

    public ShardLoop(EngineContext context, KindOnLoop?[] kinds, Loader loader)
    {
        _context = context;
        _kinds = kinds;
        _mailbox = new Mailbox(context.Options.MailboxCapacity);
        _commits = new CommitPipeline(context, Counters, Wake);
        _stash = new Stash(context);
        Table = new ActorTable(context, kinds, _stash, cell => loader.Request(this, cell));
        _turns = new ActorTurns(context, Table, _commits, Counters, _stash);
        Shards = new ShardsOnLoop(context, Table, _commits, _mailbox, _stash);
        _outcomes = new CommitOutcomes(context, Table, _commits, Shards);
        _admission = new Admission(context, _commits);

        // A virtual clock wakes a sleeping loop through its timers; where time passes by itself, the timeout of the sleep does, which is monotonic, and costs no timer.
        _alarm = context.TimePasses
            ? null
            : context.Clock.CreateTimer(static loop => ((ShardLoop)loop!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        LookAtClock();
    }

    public ActorTable Table { get; }

    public ShardsOnLoop Shards { get; }

    public LoopCounters Counters { get; } = new();

    public int MailboxDepth => _mailbox.Count;

    public TimeSpan Distrusted => _admission.Distrusted;

    public Task Ended => _ended.Task;

    /// <summary>Any thread: how long the present round has been going on; zero while the loop sleeps.</summary>
    public TimeSpan RoundSoFar => Volatile.Read(ref _roundBegan) is var began and not 0 ? _context.Clock.GetElapsedTime(began) : TimeSpan.Zero;

    public IEnumerable<ActorKind> Kinds => from kind in _kinds where kind is not null select kind.Kind;

    /// <summary>Any thread.</summary>
    public bool IsBehind => _admission.IsBehind;

    public int CountOf(ActorKind kind) => _kinds[kind.Value]?.Count ?? 0;

    public KindOnLoop? KindOf(ActorKind kind) => _kinds[kind.Value];

    /// <summary>Any thread.</summary>
    public bool TryTell(in ActorId actor, object input)
    {
        if (_hasEnded || !_mailbox.TryEnqueue(actor, input))
        {
            return false;
        }

        var depth = _sleeper.Depth();
        if (depth == Lightly || (depth == UntilCommit && _mailbox.Count >= ManyInputs))
        {
            _sleeper.Wake();
        }

        return true;
    }

    /// <summary>Any thread; never refused.</summary>
    public void Post(LoopMessage message)
    {
        _messages.Enqueue(message);
        Wake();
        if (_hasEnded)
        {
            message.Abandon();
        }
    }

    /// <summary>Any thread. Costs a fence if the loop is awake.</summary>
    public void Wake() => _sleeper.Wake();

    public void Start(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Waits for the thread, which ends when the engine is dead or drained.</summary>
    public void Dispose()
    {
        Wake();
        if (_thread is null)
        {
            End();
        }
        else if (!ReferenceEquals(_thread, Thread.CurrentThread))
        {
            _thread.Join();
        }
    }

    /// <summary>When a round will have something to do although nothing comes in. The loop's thread, or the only one.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Earlier(Instant.Earlier(_commits.SubmitDue, _commits.ResumeAt), Instant.Earlier(_idleDue, _admission.Due));
            return _admission.Trusted && _commits.CanTake && !_context.Draining ? Instant.Earlier(due, Table.NextDue) : due;
        }
    }

    /// <returns>True if anything was done.</returns>
    public bool Round()
    {
        LookAtClock();
        var worked = _admission.Look(_now);
        if (_commits.TakeCompleted() is { } batch)
        {
            Settle(batch);
            worked = true;
        }

        worked |= _commits.ResumeIfDue(_now);
        worked |= _outcomes.ReleaseUnblocked();
        worked |= RunMessages();
        var trusted = _admission.Trusted;
        for (var i = 0; i < InputsPerRound && trusted && _commits.CanTake && _turns.RunReady(); i++)
        {
            worked = true;
        }

        for (var i = 0; i < TimersPerRound && trusted && _commits.CanTake && !_context.Draining && _turns.RunTimer(); i++)
        {
            worked = true;
        }

        for (var i = 0; i < InputsPerRound && trusted && _commits.CanTake && _mailbox.TryDequeue(out var actor, out var input); i++)
        {
            // It may have come since the round began, which may be long ago where there are few processors: nothing is decided at a time before it came.
            LookAtClock();
            _turns.Dispatch(actor, input);
            worked = true;
        }

        worked |= Shards.Advance();
        _idleDue = Table.Passivate();
        worked |= _commits.SubmitIfDue(_now);
        _admission.Settle(_now);
        return worked;
    }

    /// <summary>What has come beside the mailbox. The loop's thread, or the only one.</summary>
    /// <returns>True if there was any.</returns>
    public bool RunMessages()
    {
        var worked = false;
        while (_messages.TryDequeue(out var message))
        {
            message.Run();
            worked = true;
        }

        return worked;
    }

    /// <summary>All inputs are decided, all decisions committed, all effects out; or the journal fails or trust is gone, and nothing more can be done.</summary>
    public bool IsDrained => _context.Draining
        && (_gaveUp || _admission.IsHopeless || (_mailbox.IsEmpty && !Table.HasReady && _messages.IsEmpty && _commits.IsIdle && _stash.Count == 0));

    /// <summary>Disposes what still waits. The loop's thread, or the only one.</summary>
    public void End()
    {
        _hasEnded = true;
        Volatile.Write(ref _roundBegan, 0);
        Table.Abandon();
        Shards.Abandon();
        while (_mailbox.TryDequeue(out _, out var input))
        {
            _stash.Refuse(input);
        }

        while (_messages.TryDequeue(out var message))
        {
            message.Abandon();
        }

        _alarm?.Dispose();
        _ended.TrySetResult();
    }

    private void Run()
    {
        while (!_context.Dead)
        {
            if (Round())
            {
                continue;
            }

            if (IsDrained)
            {
                break;
            }

            // At once, without spinning first: what is awaited is a datagram or a sync of the disk, which take longer than a wake-up.
            Sleep();
        }

        End();
    }

    private void Settle(CommitBatch batch)
    {
        switch (batch.Result)
        {
            case AppendResult.Appended:
                _commits.Succeeded(_now);
                _outcomes.OnCommitted(batch);
                break;
            case AppendResult.SequenceConflict conflict:
                var shard = conflict.Actor.ShardOf(_context.Options.Shards);
                Stop(batch, batch.TenureOf(conflict.Actor), new EngineFault(
                    EngineFaultKind.SequenceConflict, $"shard {shard} is stopped: actor {conflict.Actor} has a row that this node did not write", conflict.Actor, shard));
                break;
            case AppendResult.Fenced fenced:
                Stop(batch, batch.TenureUnder(fenced.Fence), new EngineFault(
                    EngineFaultKind.Fenced, $"shard {fenced.Fence.Shard} is stopped: another owner has claimed it since epoch {fenced.Fence.Epoch.Value}", Shard: fenced.Fence.Shard));
                break;
            case AppendResult.Failed failed:
                _commits.Failed(_now, failed.Reason);
                _outcomes.OnFailed(batch, lost: null);
                _gaveUp |= _context.Draining;
                break;
        }

        _commits.Recycle(batch);
    }

    /// <summary>One shard has spoiled the batch. That is news unless it was lost already.</summary>
    private void Stop(CommitBatch batch, Tenure? tenure, EngineFault fault)
    {
        if (tenure is not { IsOver: true })
        {
            _context.Report(fault);
        }

        _outcomes.OnFailed(batch, tenure);
    }

    private void LookAtClock()
    {
        var now = _context.Now();
        _now = now > _now ? now : _now;
        Table.Now = new Moment(_now, _context.Clock.GetTimestamp());
        Volatile.Write(ref _roundBegan, Table.Now.Ticks);
    }

    private void Sleep()
    {
        var due = Due;
        var wait = due == Instant.Never ? LongestSleep : due.Since(_now);
        wait = wait < LongestSleep ? wait : LongestSleep;
        if (wait > TimeSpan.Zero)
        {
            Volatile.Write(ref _roundBegan, 0);
            _alarm?.Change(wait, Timeout.InfiniteTimeSpan);
            _sleeper.FallAsleep(_commits.IsAwaited ? UntilCommit : Lightly);

            // A virtual clock may have moved while the alarm was set.
            if (HasWork() || (_alarm is not null && _context.Now() >= due))
            {
                _sleeper.Stay();
            }
            else
            {
                _sleeper.Sleep(wait);
            }
        }
    }

    private bool HasWork() =>
        _context.Dead || IsDrained || !_messages.IsEmpty || _commits.HasCompletion || _admission.HasChanged
        || (_commits.HasUnblocked && _context.Trust.Holds)
        || (_admission.Trusted && _commits.CanTake && (Table.HasReady || (!_mailbox.IsEmpty && (!_commits.IsAwaited || _mailbox.Count >= ManyInputs))));
}
