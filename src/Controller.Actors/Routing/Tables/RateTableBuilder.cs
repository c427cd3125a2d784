namespace Controller.Actors.Routing.Tables;

/// <summary>Collects rows in the order of their file, each with its prefix, and packs them: no object for a row here, either.</summary>
public sealed class RateTableBuilder
{
    private readonly Dictionary<string, ushort> _trunks = new(StringComparer.Ordinal);
    private ulong[] _prefixes = new ulong[1024];
    private int[] _last = new int[1024];
    private int[] _rowIds = new int[1024];
    private int[] _before = new int[1024];

    /// <summary>By the hash of a row: 1 more than where it is in <see cref="_distinct"/>; 0: empty.</summary>
    private int[] _ids = new int[1024];
    private RateRow[] _distinct = new RateRow[1024];
    private int _distinctCount;
    private int _count;
    private int _rows;
    private ulong _mark;

    public int RowCount => _rows;

    /// <summary>By name, without making a string of it: <c>TryGetValue</c> of the alternate lookup.</summary>
    public Dictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> Trunks => _trunks.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <returns>The index of a trunk; null if there are more than a row can name.</returns>
    public ushort? Trunk(ReadOnlySpan<char> name)
    {
        Dictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> trunks = Trunks;
        if (!trunks.TryGetValue(name, out ushort index))
        {
            if (_trunks.Count > ushort.MaxValue)
            {
                return null;
            }

            index = (ushort)_trunks.Count;
            trunks[name] = index;
            foreach (char letter in name)
            {
                Mix(letter);
            }
        }

        return index;
    }

    /// <param name="prefix">Of <see cref="RatePrefix"/>; not 0.</param>
    public void Add(ulong prefix, in RateRow row)
    {
        int id = IdOf(row);
        if (_rows == _rowIds.Length)
        {
            _rowIds = LargeArray.Resized(_rowIds, _rows * 2);
            _before = LargeArray.Resized(_before, _rows * 2);
        }

        Mix(prefix);
        Mix((ulong)id);
        int slot = SlotOf(prefix);
        if (_prefixes[slot] == 0)
        {
            _prefixes[slot] = prefix;
            _last[slot] = -1;
            _count++;
        }

        _rowIds[_rows] = id;
        _before[_rows] = _last[slot];
        _last[slot] = _rows++;
        if (_count > _prefixes.Length * 2 / 3)
        {
            Grow();
        }
    }

    /// <summary>The builder is used up by it.</summary>
    public RateTable Build()
    {
        // Of an empty slot nobody asks where its rows begin.
        int[] starts = GC.AllocateUninitializedArray<int>(_prefixes.Length);
        int[] rowIds = GC.AllocateUninitializedArray<int>(_rows);
        int end = 0;
        ulong largest = 1;
        for (int slot = 0; slot < _prefixes.Length; slot++)
        {
            if (_prefixes[slot] == 0)
            {
                continue;
            }

            largest = Math.Max(largest, _prefixes[slot]);
            int start = starts[slot] = end;
            for (int row = _last[slot]; row >= 0; row = _before[row])
            {
                rowIds[end++] = _rowIds[row];
            }

            rowIds.AsSpan(start, end - start).Reverse();
            rowIds[end - 1] = ~rowIds[end - 1];
        }

        var names = new string[_trunks.Count];
        foreach ((string name, ushort index) in _trunks)
        {
            names[index] = name;
        }

        int longest = 0;
        for (ulong rest = largest; rest >= 10; rest /= 10)
        {
            longest++;
        }

        return new RateTable(_prefixes, starts, rowIds, LargeArray.Resized(_distinct, _distinctCount), [.. names], _count, longest, _mark);
    }

    private void Mix(ulong value) => _mark = (ulong.RotateLeft(_mark, 5) ^ value) * 0x9E3779B97F4A7C15UL;

    private int IdOf(in RateRow row)
    {
        int slot = SlotOf(row);
        if (_ids[slot] != 0)
        {
            return _ids[slot] - 1;
        }

        if (_distinctCount == _distinct.Length)
        {
            _distinct = LargeArray.Resized(_distinct, _distinctCount * 2);
        }

        Mix((ulong)row.Price);
        Mix(((ulong)(uint)row.From << 32) | (uint)row.Until);
        Mix(((ulong)row.Trunk << 32) | ((ulong)row.Priority << 16) | row.Weight);
        _distinct[_distinctCount++] = row;
        _ids[slot] = _distinctCount;
        if (_distinctCount > _ids.Length * 2 / 3)
        {
            _ids = LargeArray.Clear<int>(_ids.Length * 2);
            for (int i = 0; i < _distinctCount; i++)
            {
                _ids[SlotOf(_distinct[i])] = i + 1;
            }
        }

        return _distinctCount - 1;
    }

    private int SlotOf(in RateRow row)
    {
        int slot = RateTable.Slot((uint)row.GetHashCode(), RateTable.Shift(_ids.Length));
        while (_ids[slot] != 0 && _distinct[_ids[slot] - 1] != row)
        {
            slot = (slot + 1) & (_ids.Length - 1);
        }

        return slot;
    }

    private int SlotOf(ulong prefix)
    {
        int slot = RateTable.Slot(prefix, RateTable.Shift(_prefixes.Length));
        while (_prefixes[slot] != 0 && _prefixes[slot] != prefix)
        {
            slot = (slot + 1) & (_prefixes.Length - 1);
        }

        return slot;
    }

    private void Grow()
    {
        (ulong[] prefixes, int[] last) = (_prefixes, _last);
        _prefixes = LargeArray.Clear<ulong>(prefixes.Length * 2);
        _last = GC.AllocateUninitializedArray<int>(last.Length * 2);
        for (int i = 0; i < prefixes.Length; i++)
        {
            if (prefixes[i] != 0)
            {
                int slot = SlotOf(prefixes[i]);
                (_prefixes[slot], _last[slot]) = (prefixes[i], last[i]);
            }
        }
    }
}
