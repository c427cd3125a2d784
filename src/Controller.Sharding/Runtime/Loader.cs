using System.Collections.Concurrent;

namespace Controller.Sharding.Runtime;

/// <summary>Reads actors back from the journal on a thread of its own, so that no loop waits for a disk.</summary>
internal sealed class Loader(EngineContext context) : IDisposable
{
    private readonly BlockingCollection<(ShardLoop Loop, ActorCell Cell)> _wanted = [];
    private Thread? _thread;

    /// <summary>Any loop. The answer comes as a <see cref="Loaded"/>.</summary>
    public void Request(ShardLoop loop, ActorCell cell)
    {
        if (context.Options.Pumped)
        {
            Load(loop, cell);
            return;
        }

        try
        {
            _wanted.Add((loop, cell));
        }
        catch (InvalidOperationException)
        {
            // Closed while a loop was still asking: the engine is ending.
        }
    }

    public void Start()
    {
        if (!context.Options.Pumped)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "actor-loader" };
            _thread.Start();
        }
    }

    public void Dispose()
    {
        _wanted.CompleteAdding();
        _thread?.Join();
    }

    private void Run()
    {
        foreach (var (loop, cell) in _wanted.GetConsumingEnumerable())
        {
            if (!context.Dead)
            {
                Load(loop, cell);
            }
        }
    }

    private void Load(ShardLoop loop, ActorCell cell)
    {
        try
        {
            var rows = context.Journal.Load(cell.Id);
            var state = cell.Kind.Empty;
            foreach (var row in rows)
            {
                state = cell.Kind.Fold(state, row.Payload.Span);
            }

            loop.Post(new Loaded(loop.Table, cell, rows.Count == 0 ? null : state, rows.Count == 0 ? 0 : rows[^1].Sequence, null));
        }
        catch (Exception e)
        {
            loop.Post(new Loaded(loop.Table, cell, null, 0, e));
        }
    }
}
