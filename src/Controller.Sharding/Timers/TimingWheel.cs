using System.Numerics;
using Controller.Sharding.Model;

namespace Controller.Sharding.Timers;

/// <summary>
/// A hierarchical timing wheel: eight wheels of 64 slots, a slot of the first is a millisecond, so it reaches some 8,900 years and the
/// time since 1970 itself is its hand. Arming and re-arming are O(1), an entry is moved at most seven times before it fires, time
/// without entries is jumped over. One thread; the clock is whoever calls.
/// </summary>
/// <remarks>
/// Invariant: an entry lies on the wheel of the highest six-bit digit in which its due time differs from the hand. Hence everything on
/// a lower wheel is due before anything on a higher one, and on each wheel only slots after the hand's are occupied.
/// </remarks>
public sealed class TimingWheel
{
    private const int Wheels = 8;
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;
    private const short Overdue = Wheels * Slots;
    private const long Horizon = 1L << (Wheels * SlotBits);

    private readonly TimerEntry?[] _first = new TimerEntry?[Overdue + 1];
    private readonly TimerEntry?[] _last = new TimerEntry?[Overdue + 1];
    private readonly ulong[] _occupied = new ulong[Wheels];
    private long _hand;

    /// <summary>How many entries are armed.</summary>
    public int Count { get; private set; }

    /// <summary>Arms, re-arms, or (with <see cref="Instant.Never"/>) disarms. What is due already fires with the next <see cref="PopDue"/>.</summary>
    public void Arm(TimerEntry entry, Instant due)
    {
        if (entry.List != TimerEntry.Unarmed)
        {
            if (entry.Due == due)
            {
                return;
            }

            Unlink(entry);
            Count--;
        }

        if (due.Milliseconds >= Horizon)
        {
            entry.Due = Instant.Never;
            return;
        }

        entry.Due = due;
        Count++;
        Place(entry);
    }

    /// <summary>Takes out one entry that is due at <paramref name="now"/>, the earliest first; null if there is none. It is disarmed then.</summary>
    public TimerEntry? PopDue(Instant now)
    {
        while (true)
        {
            if (_first[Overdue] is { } entry)
            {
                Unlink(entry);
                entry.Due = Instant.Never;
                Count--;
                return entry;
            }

            var (wheel, slot, start) = NextSlot();
            if (start > now.Milliseconds)
            {
                // Nothing lies between the hand and now, so the invariant still holds after the jump.
                _hand = Math.Max(_hand, now.Milliseconds);
                return null;
            }

            _hand = start;
            Cascade((short)((wheel * Slots) + slot));
        }
    }

    /// <summary>No entry fires before this; the exact time if it is less than 64 ms away. <see cref="Instant.Never"/> if nothing is armed.</summary>
    public Instant NextDue() => _first[Overdue] is not null ? new Instant(_hand) : new Instant(NextSlot().Start);

    private (int Wheel, int Slot, long Start) NextSlot()
    {
        for (var wheel = 0; wheel < Wheels; wheel++)
        {
            if (_occupied[wheel] != 0)
            {
                var slot = BitOperations.TrailingZeroCount(_occupied[wheel]);
                var shift = wheel * SlotBits;
                return (wheel, slot, (_hand >> (shift + SlotBits) << (shift + SlotBits)) | ((long)slot << shift));
            }
        }

        return (0, 0, Instant.Never.Milliseconds);
    }

    private void Cascade(short list)
    {
        var entry = _first[list];
        (_first[list], _last[list]) = (null, null);
        _occupied[list / Slots] &= ~(1UL << (list % Slots));
        while (entry is not null)
        {
            var next = entry.Next;
            Place(entry);
            entry = next;
        }
    }

    private void Place(TimerEntry entry)
    {
        var due = entry.Due.Milliseconds;
        if (due <= _hand)
        {
            Append(entry, Overdue);
            return;
        }

        var wheel = BitOperations.Log2((ulong)(due ^ _hand)) / SlotBits;
        var slot = (int)(due >> (wheel * SlotBits)) & (Slots - 1);
        _occupied[wheel] |= 1UL << slot;
        Append(entry, (short)((wheel * Slots) + slot));
    }

    private void Append(TimerEntry entry, short list)
    {
        var last = _last[list];
        (entry.List, entry.Previous, entry.Next) = (list, last, null);
        if (last is null)
        {
            _first[list] = entry;
        }
        else
        {
            last.Next = entry;
        }

        _last[list] = entry;
    }

    private void Unlink(TimerEntry entry)
    {
        var list = entry.List;
        if (entry.Previous is null)
        {
            _first[list] = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            _last[list] = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        if (list != Overdue && _first[list] is null)
        {
            _occupied[list / Slots] &= ~(1UL << (list % Slots));
        }

        (entry.List, entry.Previous, entry.Next) = (TimerEntry.Unarmed, null, null);
    }
}
