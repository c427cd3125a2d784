using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>The inputs of one loop that wait for actors being loaded; bounded per actor and per loop. Every input ends here in exactly one Dispose.</summary>
internal sealed class Stash(EngineContext context)
{
    /// <summary>How many wait, for all actors of the loop.</summary>
    public int Count { get; private set; }

    public void Put(ActorCell cell, object input)
    {
        var waiting = cell.Stash ??= new Queue<object>();
        if (waiting.Count >= context.Options.StashPerActor || Count >= context.Options.StashPerLoop)
        {
            Refuse(input);
            return;
        }

        waiting.Enqueue(input);
        Count++;
    }

    public object Take(ActorCell cell)
    {
        var input = cell.Stash!.Dequeue();
        Count--;
        if (cell.Stash.Count == 0)
        {
            cell.Stash = null;
        }

        return input;
    }

    public void Drop(ActorCell cell)
    {
        while (cell.HasStash)
        {
            Refuse(Take(cell));
        }
    }

    public void Refuse(object input)
    {
        context.Instruments.Refuse();
        if (input is Receipted receipted)
        {
            Dispose(receipted.Input);
            context.Refuse(receipted.Receipt);
        }
        else
        {
            Dispose(input);
        }
    }

    public void Dispose(object input)
    {
        try
        {
            (input as IDisposable)?.Dispose();
        }
        catch (Exception e)
        {
            context.Report(new EngineFault(EngineFaultKind.ActorThrew, $"{input.GetType().Name} cannot be disposed: {e.Message}", Error: e));
        }
    }
}
