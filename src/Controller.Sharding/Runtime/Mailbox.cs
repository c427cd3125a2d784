using System.Numerics;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>
/// What waits for one loop: a bounded ring with many writers and one reader. No lock, no allocation; a writer costs one
/// compare-and-swap. A cell's ticket says whose turn it is: equal to the position, a writer may fill it; one more, the reader may take it.
/// </summary>
internal sealed class Mailbox
{
    private readonly Cell[] _ring;
    private readonly int _mask;
    private PaddedPosition _tail;
    private PaddedPosition _head;

    public Mailbox(int capacity)
    {
        _ring = new Cell[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, capacity))];
        _mask = _ring.Length - 1;
        for (var i = 0; i < _ring.Length; i++)
        {
            _ring[i].Ticket = i;
        }
    }

    public int Capacity => _ring.Length;

    /// <summary>How many wait; on a thread other than the reader's an estimate.</summary>
    public int Count => (int)Math.Max(0, Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value));

    /// <summary>How many were ever put in, those included whose writers have not finished yet. Any thread.</summary>
    public long Told => Volatile.Read(ref _tail.Value);

    /// <summary>How many were ever taken out. The loop's thread.</summary>
    public long Taken => _head.Value;

    public bool IsEmpty => Volatile.Read(ref _ring[(int)_head.Value & _mask].Ticket) != _head.Value + 1;

    /// <summary>Any thread. False if full.</summary>
    public bool TryEnqueue(in ActorId actor, object input)
    {
        var position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            ref var cell = ref _ring[(int)position & _mask];
            var behind = Volatile.Read(ref cell.Ticket) - position;
            if (behind == 0)
            {
                var seen = Interlocked.CompareExchange(ref _tail.Value, position + 1, position);
                if (seen == position)
                {
                    cell.Actor = actor;
                    cell.Input = input;
                    Volatile.Write(ref cell.Ticket, position + 1);
                    return true;
                }

                position = seen;
            }
            else if (behind < 0)
            {
                return false;
            }
            else
            {
                position = Volatile.Read(ref _tail.Value);
            }
        }
    }

    /// <summary>The loop's thread only. False if empty, or if the next writer has not finished yet.</summary>
    public bool TryDequeue(out ActorId actor, out object input)
    {
        var position = _head.Value;
        ref var cell = ref _ring[(int)position & _mask];
        if (Volatile.Read(ref cell.Ticket) != position + 1)
        {
            actor = default;
            input = null!;
            return false;
        }

        actor = cell.Actor;
        input = cell.Input!;
        cell.Input = null;
        Volatile.Write(ref cell.Ticket, position + _ring.Length);
        Volatile.Write(ref _head.Value, position + 1);
        return true;
    }

    private struct Cell
    {
        public long Ticket;
        public object? Input;
        public ActorId Actor;
    }

    /// <summary>On a cache line of its own: writers and the reader do not slow each other.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 192)]
    private struct PaddedPosition
    {
        [System.Runtime.InteropServices.FieldOffset(64)]
        public long Value;
    }
}
