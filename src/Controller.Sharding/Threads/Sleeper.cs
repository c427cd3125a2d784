using Controller.Sharding.Threads.Linux;

namespace Controller.Sharding.Threads;

/// <summary>
/// The sleep of one thread, which others end when there is something for it. While it is awake that costs them a fence, otherwise one system call and one
/// switch: an event of the runtime wakes its waiter while it holds a lock that the waiter takes next, and so up to four times.
/// </summary>
/// <remarks>
/// The thread: <see cref="FallAsleep"/>, then look whether there is something, then <see cref="Sleep"/> or <see cref="Stay"/>. Others: write what there is,
/// then <see cref="Wake"/>. Both sides have a full fence between the two, so either the thread sees what there is, or it is woken.
/// </remarks>
public sealed class Sleeper
{
    private const int Awake = 0;

    // Awake, or how deep the sleep is. Pinned: the kernel knows it by its address.
    private readonly int[] _depth = GC.AllocateArray<int>(1, pinned: true);

    /// <summary>The thread: whoever writes something from now on wakes it.</summary>
    /// <param name="depth">Positive; what others may ask for in <see cref="Depth"/>.</param>
    public void FallAsleep(int depth = 1)
    {
        Volatile.Write(ref _depth[0], depth);
        Interlocked.MemoryBarrier();
    }

    /// <summary>The thread: not until it is woken, or the time is over; it may be earlier, for no reason.</summary>
    /// <param name="atMost">By a monotonic clock; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    public void Sleep(TimeSpan atMost)
    {
        var depth = Volatile.Read(ref _depth[0]);
        if (depth != Awake)
        {
            Wait(depth, atMost);
        }

        Stay();
    }

    /// <summary>The thread: there is something, it does not sleep after all.</summary>
    public void Stay() => Volatile.Write(ref _depth[0], Awake);

    /// <summary>Any thread, after what there is has been written: ends the sleep, however deep.</summary>
    public void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _depth[0]) != Awake)
        {
            End();
        }
    }

    /// <summary>Any thread, after what there is has been written: how deep it sleeps, zero if not at all. Whoever finds that worth it calls <see cref="Wake"/>.</summary>
    public int Depth()
    {
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _depth[0]);
    }

    private void Wait(int depth, TimeSpan atMost)
    {
        if (Futex.IsHere)
        {
            Futex.Wait(ref _depth[0], depth, atMost);
            return;
        }

        lock (_depth)
        {
            if (Volatile.Read(ref _depth[0]) != Awake)
            {
                Monitor.Wait(_depth, atMost);
            }
        }
    }

    private void End()
    {
        // One of those who see it asleep wakes it.
        if (Interlocked.Exchange(ref _depth[0], Awake) == Awake)
        {
            return;
        }

        if (Futex.IsHere)
        {
            Futex.WakeOne(ref _depth[0]);
            return;
        }

        lock (_depth)
        {
            Monitor.Pulse(_depth);
        }
    }
}
