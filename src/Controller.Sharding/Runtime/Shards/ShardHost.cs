using System.Collections.Concurrent;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime.Shards;

/// <summary>Where shards come from and go to, on any thread; and the thread that reads back what comes: calls of Own take turns, a few shards each.</summary>
internal sealed class ShardHost(EngineContext context, ShardLoop[] loops) : IDisposable
{
    private const int ShardsAtFirst = 2;

    private readonly Lock _owning = new();
    private readonly BlockingCollection<Opening> _wanted = [];
    private Thread? _thread;

    /// <inheritdoc cref="IShardHost.Own"/>
    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => Own(fences, ShardsAtFirst, opened);

    /// <summary>For who waits for all of them: read in one piece, which costs some journals less.</summary>
    public void OwnAtOnce(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => Own(fences, Math.Max(1, fences.Count), opened);

    private void Own(IReadOnlyList<Fence> fences, int shardsAtFirst, Action<int, Exception?> opened)
    {
        List<Tenure> coming = [];
        lock (_owning)
        {
            if (fences.FirstOrDefault(IsLeaving) is { Epoch.Value: > 0 } leaving)
            {
                context.Call(() => opened(0, new InvalidOperationException($"shard {leaving.Shard} is still being released")));
                return;
            }

            foreach (var fence in fences)
            {
                // An older one of ours was lost without our knowing; as new a one is here already.
                var here = context.Tenures[fence.Shard];
                if (here is not { IsOver: false } || here.Fence.Epoch.Value < fence.Epoch.Value)
                {
                    here?.End();
                    coming.Add(context.Tenures[fence.Shard] = new Tenure(fence));
                }
            }
        }

        if (coming.Count == 0)
        {
            context.Call(() => opened(0, null));
            return;
        }

        new Opening(context, loops, coming, shardsAtFirst, opened).Begin(Want);
    }

    /// <inheritdoc cref="IShardHost.Hasten"/>
    public void Hasten(ShardId shard)
    {
        if (context.Tenures[shard] is { Phase: TenurePhase.Opening, IsHastened: false } opening)
        {
            opening.IsHastened = true;
        }
    }

    /// <inheritdoc cref="ActorSystem.Rehearse"/>
    public void Rehearse(IReadOnlyList<ShardId> shards)
    {
        if (Here(shards).Any())
        {
            throw new InvalidOperationException("of what is ours the journal must not forget anything");
        }

        new Opening(context, loops, [.. shards.Select(static shard => new Tenure(new Fence(shard, default)))], shards.Count, static (_, _) => { }).Rehearse();
    }

    /// <inheritdoc cref="IShardHost.Release"/>
    public void Release(IReadOnlyList<ShardId> shards, Action released)
    {
        var here = Here(shards).ToArray();

        // Of what is still being read back nothing can have been decided. Asked first: what opens meanwhile is released below.
        Post([.. here.Where(static t => t.TryCancel())]);
        var leaving = here.Where(static t => t.TryRelease() || t.Phase == TenurePhase.Releasing).ToArray();
        if (leaving.Length == 0)
        {
            context.Call(released);
            return;
        }

        var releasing = new Releasing(context, leaving.Length, released);
        foreach (var its in leaving.GroupBy(LoopOf))
        {
            its.Key.Post(new Releasing.Departing(releasing, its.Key, [.. its]));
        }
    }

    /// <inheritdoc cref="IShardHost.Lose"/>
    public void Lose(IReadOnlyList<ShardId> shards)
    {
        var lost = Here(shards).ToArray();
        foreach (var tenure in lost)
        {
            tenure.End();
        }

        Post(lost);
    }

    public void Start()
    {
        if (!context.Options.Pumped)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "shard-reader" };
            _thread.Start();
        }
    }

    public void Dispose()
    {
        _wanted.CompleteAdding();
        if (!ReferenceEquals(_thread, Thread.CurrentThread))
        {
            _thread?.Join();
        }
    }

    private IEnumerable<Tenure> Here(IReadOnlyList<ShardId> shards) => shards.Select(s => context.Tenures[s]).OfType<Tenure>();

    private ShardLoop LoopOf(Tenure tenure) => loops[tenure.Shard.Value % loops.Length];

    private bool IsLeaving(Fence fence) => context.Tenures[fence.Shard] is { Phase: TenurePhase.Releasing } here && here.Fence.Epoch.Value >= fence.Epoch.Value;

    private void Post(Tenure[] lost)
    {
        foreach (var its in lost.GroupBy(LoopOf))
        {
            its.Key.Post(new Losing(its.Key, [.. its]));
        }
    }

    private void Want(Opening opening)
    {
        if (context.Options.Pumped)
        {
            while (opening.ReadPart())
            {
            }

            return;
        }

        try
        {
            _wanted.Add(opening);
        }
        catch (InvalidOperationException)
        {
            // Closed while a loop was still asking: the engine is ending.
            opening.Abandon();
        }
    }

    private void Run()
    {
        foreach (var opening in _wanted.GetConsumingEnumerable())
        {
            if (context.Dead)
            {
                opening.Abandon();
            }
            else if (opening.ReadPart())
            {
                // Behind the others: what comes alone does not wait for all that came at once.
                Want(opening);
            }
        }
    }
}
