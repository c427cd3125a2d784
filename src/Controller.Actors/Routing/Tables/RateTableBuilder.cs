namespace Controller.Actors.Routing.Tables;

/// <summary>Collects rows in the order of their file, each with its prefix, and packs them: no object for a row here, either.</summary>
public sealed class RateTableBuilder
{
    private readonly Dictionary<RateRow, int> _ids = [];
    private readonly List<RateRow> _distinct = [];
    private readonly Dictionary<string, ushort> _trunks = new(StringComparer.Ordinal);
    private ulong[] _prefixes = new ulong[1024];
    private int[] _last = new int[1024];
    private int[] _rowIds = new int[1024];
    private int[] _before = new int[1024];
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
        if (!_ids.TryGetValue(row, out int id))
        {
            _ids.Add(row, id = _distinct.Count);
            _distinct.Add(row);
            Mix((ulong)row.Price);
            Mix(((ulong)(uint)row.From << 32) | (uint)row.Until);
            Mix(((ulong)row.Trunk << 32) | ((ulong)row.Priority << 16) | row.Weight);
        }

        if (_rows == _rowIds.Length)
        {
            Array.Resize(ref _rowIds, _rows * 2);
            Array.Resize(ref _before, _rows * 2);
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
        var starts = new int[_prefixes.Length];
        var rowIds = new int[_rows];
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

        return new RateTable(_prefixes, starts, rowIds, [.. _distinct], [.. names], _count, longest, _mark);
    }

    private void Mix(ulong value) => _mark = (ulong.RotateLeft(_mark, 5) ^ value) * 0x9E3779B97F4A7C15UL;

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
        _prefixes = new ulong[prefixes.Length * 2];
        _last = new int[last.Length * 2];
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
