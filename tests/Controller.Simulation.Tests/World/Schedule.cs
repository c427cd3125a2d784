using System.Numerics;

namespace Controller.Simulation.Tests.World;

/// <summary>What will happen, in order of time; at the same time, in the order in which it was scheduled.</summary>
/// <remarks>A wheel with a place for each of the next milliseconds: a world schedules millions of things, nearly all of them soon, and most of its time would go into sorting them.</remarks>
internal sealed class Schedule(SimulatedClock clock)
{
    private const int Span = 4096;
    private const int WordBits = 64;

    /// <summary>In the lower bits of a key of what is far; above it the time, which may be a day.</summary>
    private const int OrderBits = 36;

    // Of a place: the first and the last entry, counted from one; none is zero.
    private readonly int[] _first = new int[Span];
    private readonly int[] _last = new int[Span];
    private readonly ulong[] _taken = new ulong[Span / WordBits];
    private readonly PriorityQueue<Entry, long> _far = new();
    private Entry[] _entries = new Entry[256];
    private int _used;
    private int _free;
    private int _near;
    private long _order;
    private long _from;

    public long Next { get; private set; } = long.MaxValue;

    public long Now => clock.Now;

    public bool IsEmpty => _near == 0 && _far.Count == 0;

    public void After(long milliseconds, Action action) => Add(milliseconds, new Entry { Action = action });

    /// <summary>On this run of this node, or, when it stands still, as soon as it goes on.</summary>
    public void After(long milliseconds, ILife of, Action action) => Add(milliseconds, new Entry { Action = action, Of = of, Run = of.Run });

    /// <summary>Runs the first action that is due.</summary>
    /// <returns>False if none is.</returns>
    public bool RunDue()
    {
        if (Next > clock.Now)
        {
            return false;
        }

        Entry due = Take();
        if (due.Of is null)
        {
            due.Action!();
        }
        else
        {
            due.Of.Do(due.Run, due.Action!);
        }

        return true;
    }

    private void Add(long milliseconds, Entry entry)
    {
        long at = clock.Now + Math.Max(0, milliseconds);
        _from = IsEmpty ? clock.Now : _from;
        Next = Math.Min(Next, at);
        if (at >= _from + Span)
        {
            _far.Enqueue(entry, (at << OrderBits) | _order++);
            return;
        }

        int place = (int)(at % Span);
        int index = Put(entry) + 1;
        if (_first[place] == 0)
        {
            _first[place] = index;
            _taken[place / WordBits] |= 1UL << (place % WordBits);
        }
        else
        {
            _entries[_last[place] - 1].Next = index;
        }

        _last[place] = index;
        _near++;
    }

    private int Put(Entry entry)
    {
        int index = _free - 1;
        if (index >= 0)
        {
            _free = _entries[index].Next;
        }
        else
        {
            index = _used++;
            if (index == _entries.Length)
            {
                Array.Resize(ref _entries, 2 * index);
            }
        }

        _entries[index] = entry;
        return index;
    }

    private Entry Take()
    {
        _from = Next;

        // What was far when it was scheduled was scheduled before what was near.
        if (_far.TryPeek(out _, out long key) && key >> OrderBits == Next)
        {
            Entry far = _far.Dequeue();
            FindNext();
            return far;
        }

        int place = (int)(Next % Span);
        int index = _first[place] - 1;
        Entry near = _entries[index];
        _first[place] = near.Next;
        _entries[index] = new Entry { Next = _free };
        _free = index + 1;
        _near--;
        if (_first[place] == 0)
        {
            _taken[place / WordBits] &= ~(1UL << (place % WordBits));
            FindNext();
        }

        return near;
    }

    private void FindNext()
    {
        long far = _far.TryPeek(out _, out long key) ? key >> OrderBits : long.MaxValue;
        Next = _near == 0 ? far : Math.Min(far, Nearest());
    }

    private long Nearest()
    {
        int from = (int)(_from % Span);
        int word = from / WordBits;
        ulong left = _taken[word] & (ulong.MaxValue << (from % WordBits));
        while (left == 0)
        {
            word = (word + 1) % _taken.Length;
            left = _taken[word];
        }

        int place = (word * WordBits) + BitOperations.TrailingZeroCount(left);
        return _from + ((place - from + Span) % Span);
    }

    private struct Entry
    {
        public Action? Action;
        public ILife? Of;
        public long Run;

        /// <summary>In the same place, or among the free.</summary>
        public int Next;
    }
}

/// <summary>Of whose run something is: a run that is over does nothing any more.</summary>
internal interface ILife
{
    long Run { get; }

    void Do(long run, Action action);
}
