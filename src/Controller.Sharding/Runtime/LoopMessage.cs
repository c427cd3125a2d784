namespace Controller.Sharding.Runtime;

/// <summary>What reaches a loop beside its mailbox: rarely, and never refused.</summary>
internal abstract class LoopMessage
{
    /// <summary>On the loop's thread.</summary>
    public abstract void Run();

    /// <summary>The loop has ended. May be called more than once.</summary>
    public abstract void Abandon();
}

/// <summary>What the loader read of one actor: its state, or why there is none.</summary>
internal sealed class Loaded(ActorTable table, ActorCell cell, object? state, long lastSequence, Exception? error) : LoopMessage
{
    public override void Run() => table.OnLoaded(cell, state, lastSequence, error);

    public override void Abandon()
    {
    }
}

/// <summary>Looks at every live actor of a kind on one loop.</summary>
internal sealed class Inspection<TState, TResult>(ActorTable table, Model.ActorKind kind, Func<Model.ActorId, TState, TResult?> look) : LoopMessage
    where TState : class
    where TResult : class
{
    private readonly TaskCompletionSource<List<TResult>> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<List<TResult>> Found => _found.Task;

    public override void Run()
    {
        try
        {
            var results = new List<TResult>();
            foreach (var cell in table.Live(kind))
            {
                if (look(cell.Id, (TState)cell.State!) is { } result)
                {
                    results.Add(result);
                }
            }

            _found.TrySetResult(results);
        }
        catch (Exception e)
        {
            _found.TrySetException(e);
        }
    }

    public override void Abandon() => _found.TrySetResult([]);
}
