namespace Controller.Simulation.Tests.World;

/// <summary>What will happen, in order of time; at the same time, in the order in which it was scheduled.</summary>
internal sealed class Schedule(SimulatedClock clock)
{
    /// <summary>In the lower bits of a key; above it the time, which may be a day.</summary>
    private const int OrderBits = 36;

    private readonly PriorityQueue<Action, long> _queue = new();
    private long _order;

    public long Next => _queue.TryPeek(out _, out long first) ? first >> OrderBits : long.MaxValue;

    public long Now => clock.Now;

    public bool IsEmpty => _queue.Count == 0;

    public void After(long milliseconds, Action action) => _queue.Enqueue(action, ((clock.Now + Math.Max(0, milliseconds)) << OrderBits) | _order++);

    /// <summary>Runs the first action that is due.</summary>
    /// <returns>False if none is.</returns>
    public bool RunDue()
    {
        if (Next > clock.Now)
        {
            return false;
        }

        _queue.Dequeue()();
        return true;
    }
}
