using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime.Shards;

namespace Controller.Sharding.Runtime;

/// <summary>The engine: shard loops over one journal. Register kinds, start, tell; own and release shards.</summary>
public sealed class ActorSystem : IActorSystem, IShardHost, IDisposable
{
    private readonly EngineContext _context;
    private readonly IPlacement _placement;
    private readonly Loader _loader;
    private readonly List<Func<KindOnLoop>> _kinds = [];
    private ShardLoop[] _loops = [];
    private JournalClaim? _claim;
    private ShardHost? _shards;
    private OutboxDelivery? _outbox;
    private volatile bool _running;

    public ActorSystem(EngineOptions options, IJournal journal, IPlacement placement, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(placement);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Loops, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Shards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatchEntries, 1);
        if (placement.Map.OwnerByShard.Count != options.Shards)
        {
            throw new ArgumentException($"the placement has {placement.Map.OwnerByShard.Count} shards, the engine {options.Shards}", nameof(placement));
        }

        _context = new EngineContext(options, journal, clock, fault => Faulted?.Invoke(fault));
        _placement = placement;
        _loader = new Loader(_context);
    }

    public int Shards => _context.Options.Shards;

    public EngineInstruments Instruments => _context.Instruments;

    /// <summary>What an operator has to know. Called on any thread; must neither block nor throw.</summary>
    public event Action<EngineFault>? Faulted;

    /// <summary>
    /// Before <see cref="Start"/>: takes inputs without a receipt whose shard went while they waited in the mailbox, for there is no other copy. True if
    /// it took one; it disposes it then. Called on a loop's thread; must not block.
    /// </summary>
    public Func<ActorId, object, bool>? Astray
    {
        get => _context.Astray;
        set => _context.Astray = value;
    }

    /// <summary>Before <see cref="Start"/>, once for each kind.</summary>
    public void Register<TActor, TState, TInput, TEvent, TEffect, TSettings>(
        ActorKind kind,
        IEventCodec<TEvent, TEffect> codec,
        IEffectInterpreter<TEffect> interpreter,
        SettingsSource<TSettings> settings,
        PassivationPolicy passivation)
        where TActor : IActor<TState, TInput, TEvent, TEffect, TSettings>
        where TState : class
        where TInput : class
        where TEvent : class
        where TEffect : class
        where TSettings : class
    {
        if (_loops.Length > 0)
        {
            throw new InvalidOperationException("the engine has been started");
        }

        _kinds.Add(() => new TypedKindOnLoop<TActor, TState, TInput, TEvent, TEffect, TSettings>(kind, codec, interpreter, settings, passivation, _context));
    }

    /// <summary>Before <see cref="Start"/>: outbox records are delivered here, exactly once if the sink knows the ids it has seen.</summary>
    public void DeliverOutbox(IOutboxSink sink) => _outbox = new OutboxDelivery(_context.Journal, sink, _context.Report);

    /// <summary>Claims the shards that the placement gives this node, which may be none; once. Called by <see cref="Start"/> unless the secret is needed earlier.</summary>
    /// <returns>The store's secret: the key of every token and tag.</returns>
    /// <exception cref="JournalException">The store cannot be used; one line for the user.</exception>
    public ReadOnlyMemory<byte> Claim()
    {
        if (_claim is null)
        {
            var map = _placement.Map;
            _claim = _context.Journal.Claim(Enumerable.Range(0, Shards).Select(s => new ShardId(s)).Where(s => map.OwnerOf(s) == _placement.Self).ToArray());
        }

        return _claim.Secret;
    }

    /// <summary>Claims, starts the loops, owns what was claimed: every actor is recovered from the journal and gets its Recovered input.</summary>
    /// <exception cref="JournalException">The store cannot be used; one line for the user.</exception>
    public void Start()
    {
        if (_loops.Length > 0)
        {
            throw new InvalidOperationException("the engine has been started");
        }

        Claim();
        _context.OutboxCommitted = _outbox is null ? null : _outbox.Wake;
        var loops = Enumerable.Range(0, _context.Options.Loops).Select(_ => new ShardLoop(_context, KindsByNumber(), _loader)).ToArray();
        _loops = loops;
        _shards = new ShardHost(_context, loops);
        _context.Instruments.Observe(loops, _context.Tenures);
        _running = true;
        _loader.Start();
        _shards.Start();
        for (var i = 0; i < loops.Length && !_context.Options.Pumped; i++)
        {
            loops[i].Start($"shard-loop-{i}");
        }

        OwnAndWait(_claim!.Fences);
        _outbox?.Start();
    }

    /// <inheritdoc/>
    public bool Owns(ShardId shard) => _context.Tenures.IsOpen(shard);

    /// <inheritdoc/>
    public Fence? FenceOf(ShardId shard) => _context.Tenures[shard] is { Phase: TenurePhase.Open or TenurePhase.Releasing } tenure ? tenure.Fence : null;

    /// <inheritdoc/>
    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => Running.Own(fences, opened);

    /// <inheritdoc/>
    public void Hasten(ShardId shard) => Running.Hasten(shard);

    /// <summary>Of all loops' present rounds, how long the longest has been going on: milliseconds, unless a decision does not end.</summary>
    public TimeSpan LongestRound => _loops.Length == 0 ? TimeSpan.Zero : _loops.Max(static loop => loop.RoundSoFar);

    /// <summary>Reads these shards back as <see cref="Own"/> does, and throws away what it read: the first that counts is not the first. Not for shards that are here.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public void Rehearse(IReadOnlyList<ShardId> shards) => Running.Rehearse(shards);

    /// <inheritdoc/>
    public void Release(IReadOnlyList<ShardId> shards, Action released) => Running.Release(shards, released);

    /// <inheritdoc/>
    public void Lose(IReadOnlyList<ShardId> shards) => Running.Lose(shards);

    /// <summary><see cref="EngineOptions.Trust"/> has come or gone: the loops look at it now. Any thread.</summary>
    public void TrustChanged()
    {
        foreach (var loop in _loops)
        {
            loop.Wake();
        }
    }

    /// <summary>One round of every loop on the caller's thread; only with <see cref="EngineOptions.Pumped"/>.</summary>
    /// <returns>True if anything was done.</returns>
    public bool Pump()
    {
        if (!_context.Options.Pumped)
        {
            throw new InvalidOperationException("the loops have threads of their own");
        }

        var worked = false;
        foreach (var loop in _loops)
        {
            worked |= !_context.Dead && loop.Round();
        }

        return worked;
    }

    /// <summary>When <see cref="Pump"/> will have something to do although nothing comes in: a deadline, a lazy flush, the end of a pause.</summary>
    public Instant PumpDue
    {
        get
        {
            Instant due = Instant.Never;
            foreach (var loop in _loops)
            {
                due = Instant.Earlier(due, loop.Due);
            }

            return due;
        }
    }

    /// <inheritdoc/>
    /// <remarks>An input that is refused stays the caller's: it is not disposed here.</remarks>
    public bool Tell(ActorId actor, object input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var shard = actor.ShardOf(Shards);
        if (_running && !_context.Draining && _context.Tenures.IsOpen(shard))
        {
            var loop = _loops[shard.Value % _loops.Length];
            if (loop.KindOf(actor.Kind) is not null && loop.TryTell(actor, input))
            {
                return true;
            }
        }

        _context.Instruments.Refuse();
        return false;
    }

    /// <inheritdoc/>
    public bool IsBehind(ActorId actor)
    {
        var shard = actor.ShardOf(Shards);
        return _loops.Length == 0 || (Owns(shard) ? _loops[shard.Value % _loops.Length].IsBehind : Array.Exists(_loops, static loop => loop.IsBehind));
    }

    public async Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class
    {
        var looks = new List<Task<List<TResult>>>(_loops.Length);
        foreach (var loop in _loops)
        {
            var inspection = new Inspection<TState, TResult>(loop.Table, kind, look);
            loop.Post(inspection);
            looks.Add(inspection.Found);
        }

        var found = await Task.WhenAll(looks).ConfigureAwait(false);
        return [.. found.SelectMany(f => f)];
    }

    public int CountOf(ActorKind kind) => _loops.Sum(l => l.CountOf(kind));

    /// <inheritdoc/>
    /// <exception cref="FormatException">A row is not one this version can read.</exception>
    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => Task.Run<IReadOnlyList<(long, object)>>(() =>
    {
        var kind = _loops.Length == 0 ? null : _loops[0].KindOf(actor.Kind);
        return kind is null ? [] : [.. _context.Journal.Load(actor).SelectMany(row => kind.Decode(row.Payload.Span).Select(e => (row.Sequence, e)))];
    });

    public async Task DrainAsync()
    {
        _context.Draining = true;
        foreach (var loop in _loops)
        {
            loop.Wake();
        }

        if (_context.Options.Pumped)
        {
            while (!_context.Dead && !_loops.All(l => l.IsDrained) && Pump())
            {
            }

            foreach (var loop in _loops)
            {
                loop.End();
            }
        }

        await Task.WhenAll(_loops.Select(l => l.Ended)).ConfigureAwait(false);
        _running = false;
        if (_outbox is { } outbox)
        {
            await Task.Run(outbox.Dispose).ConfigureAwait(false);
        }
    }

    /// <summary>Stops at once, as a crash would: what is not committed is forgotten, nothing more is released. After a drain: closes.</summary>
    public void Dispose()
    {
        _context.Dead = true;
        _running = false;
        foreach (var loop in _loops)
        {
            loop.Dispose();
        }

        _shards?.Dispose();
        _loader.Dispose();
        _outbox?.Dispose();
        _context.Instruments.Dispose();
    }

    private ShardHost Running => _shards ?? throw new InvalidOperationException("the engine has not been started");

    private void OwnAndWait(IReadOnlyList<Fence> fences)
    {
        var opened = new TaskCompletionSource();
        Running.OwnAtOnce(fences, (_, error) =>
        {
            if (error is null)
            {
                opened.TrySetResult();
            }
            else
            {
                opened.TrySetException(error);
            }
        });

        while (_context.Options.Pumped && _loops.Any(static loop => loop.RunMessages()))
        {
        }

        opened.Task.GetAwaiter().GetResult();
    }

    private KindOnLoop?[] KindsByNumber()
    {
        var kinds = new KindOnLoop?[256];
        foreach (var make in _kinds)
        {
            var kind = make();
            kinds[kind.Kind.Value] = kinds[kind.Kind.Value] is null ? kind : throw new InvalidOperationException($"kind {kind.Kind} is registered twice");
        }

        return kinds;
    }
}
